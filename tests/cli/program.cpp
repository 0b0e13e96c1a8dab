#include "tests/cli/program.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tandem::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "tandem_cli_XXXXXX").string();
  folder_ = mkdtemp(pattern.data());
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto &entry : fs::directory_iterator(folder_))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string readBytes(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void writeBytes(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> errorLines(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (line.find("error: ") != std::string::npos)
      lines.push_back(line);
  return lines;
}

/// In the child, between fork and exec.
[[noreturn]] static void become(const std::vector<std::string> &arguments,
                                const Surroundings &around) {
  std::vector<char *> argv;
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  for (const std::string &variable : around.variables)
    putenv(const_cast<char *>(variable.c_str()));
  auto limit = [](auto resource, long value) {
    rlimit both = {static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
    if (value >= 0)
      setrlimit(resource, &both);
  };
  limit(RLIMIT_FSIZE, around.fileBytes);
  if (around.fileBytes >= 0)
    std::signal(SIGXFSZ, SIG_IGN); // the write fails instead, as on a full disk
  limit(RLIMIT_CPU, around.seconds);
#if !__has_feature(address_sanitizer) // whose shadow takes all addresses
  limit(RLIMIT_AS, around.memoryBytes);
#endif
  execv(argv[0], argv.data());
  _exit(127);
}

/// Both ends of a terminal.
struct Terminal {
  int shown = -1, line = -1;

  Terminal() : shown(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (grantpt(shown) == 0 && unlockpt(shown) == 0)
      line = open(ptsname(shown), O_WRONLY | O_NOCTTY | O_CLOEXEC);
  }

  /// All that it shows until the last program on it has ended.
  std::string read() {
    close(line);
    std::string text;
    std::array<char, 4096> part;
    for (ssize_t count; (count = ::read(shown, part.data(), part.size())) > 0;)
      text.append(part.data(), static_cast<size_t>(count));
    close(shown);
    return text;
  }
};

static int openNew(const std::string &path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

Outcome runProgram(const std::vector<std::string> &arguments, const Surroundings &around) {
  TemporaryFolder streams;
  std::optional<Terminal> terminal;
  if (around.terminal)
    terminal.emplace();
  pid_t child = fork();
  if (child == 0) {
    int out = terminal                  ? terminal->line
              : around.stdoutTo.empty() ? openNew(streams.path("out"))
                                        : open(around.stdoutTo.c_str(), O_WRONLY | O_CLOEXEC);
    dup2(out, STDOUT_FILENO);
    dup2(terminal ? terminal->line : openNew(streams.path("err")), STDERR_FILENO);
    become(arguments, around);
  }
  Outcome outcome;
  if (around.meanwhile)
    around.meanwhile(child);
  if (terminal)
    outcome.out = terminal->read();
  int status = 0;
  waitpid(child, &status, 0);
  outcome.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (!terminal)
    outcome.out = readBytes(streams.path("out"));
  outcome.err = readBytes(streams.path("err"));
  return outcome;
}

} // namespace tandem::test
