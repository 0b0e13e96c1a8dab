#include "tests/cli/program.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
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

/// In the child, between fork and exec.
[[noreturn]] static void become(const std::vector<std::string> &arguments, const std::string &out,
                                const std::string &err, Limits limits) {
  std::vector<char *> argv;
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
  dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
  if (limits.fileBytes >= 0) {
    rlimit limit = {static_cast<rlim_t>(limits.fileBytes), static_cast<rlim_t>(limits.fileBytes)};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN); // the write fails instead, as on a full disk
  }
  execv(argv[0], argv.data());
  _exit(127);
}

Outcome runTandem(const std::vector<std::string> &arguments, Limits limits) {
  TemporaryFolder streams;
  std::vector<std::string> all = {TANDEM_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  pid_t child = fork();
  if (child == 0)
    become(all, streams.path("out"), streams.path("err"), limits);
  int status = 0;
  waitpid(child, &status, 0);
  Outcome outcome;
  outcome.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = readBytes(streams.path("out"));
  outcome.err = readBytes(streams.path("err"));
  return outcome;
}

} // namespace tandem::test
