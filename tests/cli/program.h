#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tandem::test {

struct Outcome {
  int exitCode = -1; ///< 128 + signal when a signal ended it
  std::string out, err;
};

struct Surroundings {
  long fileBytes = -1;       ///< no file may grow beyond it, as on a full disk; -1: no limit
  long memoryBytes = -1;     ///< of addresses; -1, and under sanitizers: no limit
  int seconds = -1;          ///< of processor time; -1: no limit
  std::string stdoutTo = {}; ///< a file or device that is there; empty: Outcome::out
  bool terminal = false; ///< stdout and stderr are one terminal; all that it shows is Outcome::out
  std::vector<std::string> variables = {};   ///< "NAME=value", beside those of this process
  std::function<void(pid_t)> meanwhile = {}; ///< called while it runs, with its process
};

/// Runs a program, the first of the arguments.
Outcome runProgram(const std::vector<std::string> &arguments, const Surroundings &around = {});
/// Runs build/bin/tandem with these arguments.
Outcome runTandem(const std::vector<std::string> &arguments, const Surroundings &around = {});

/// The lines of a stream that have ": error: ", as every refusal has once.
std::vector<std::string> errorLines(const std::string &text);

/// A folder of its own, gone with the object.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;
  std::string path(const std::string &name) const { return (folder_ / name).string(); }
  /// Everything in it, sorted.
  std::vector<std::string> names() const;

private:
  std::filesystem::path folder_;
};

std::string readBytes(const std::string &path);
void writeBytes(const std::string &path, const std::string &bytes);

} // namespace tandem::test
