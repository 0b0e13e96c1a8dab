#pragma once

#include "base/result.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace tandem {

/// Exit codes of every subcommand, named in each --help.
enum ExitCode : int {
  kExitDone = 0,
  kExitRefused = 1, ///< the input, the output folder or the device was refused
  kExitUsage = 2,
  kExitBug = 3,
};

/// Collects the subcommands; each commands/<name>.cpp defines `register<Name>(CommandTable &)`.
class CommandTable {
public:
  explicit CommandTable(CLI::App &app) : app_(app) {}

  /// A subcommand with its examples (one a line, under "Examples:" in --help).
  CLI::App &add(const std::string &name, const std::string &purpose, const std::string &examples);
  /// What the subcommand does; gives its exit code. Called once, after all options are read.
  void onRun(CLI::App &command, std::function<int()> run);
  /// The exit code of the subcommand that ran.
  int exitCode() const { return exitCode_; }

private:
  CLI::App &app_;
  int exitCode_ = kExitDone;
};

/// Generated from commands/*.cpp.
void registerAllCommands(CommandTable &table);

/// Prints "subject: error: message" to stderr; the exit code that goes with it.
int refuse(const Error &error);

/// Work that takes a while: a bar on a terminal, a plain line per stage otherwise, on stderr.
class Progress {
public:
  /// `silent`: nothing at all.
  Progress(std::string title, bool silent);
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;
  void update(const std::string &stage, double done);

private:
  std::string title_, stage_;
  bool silent_, terminal_;
};

/// "NAME=VALUE" split at the first '='; without one the name is empty.
std::pair<std::string, std::string> splitNameValue(std::string_view text);
/// "1x224x224x3" to dimensions; every one positive.
Result<std::vector<int64_t>> parseShape(const std::string &text);
/// "input=1x224x224x3" entries to a map.
Result<std::map<std::string, std::vector<int64_t>>>
parseShapes(const std::vector<std::string> &texts);

} // namespace tandem
