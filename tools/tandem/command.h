#pragma once

#include "base/result.h"
#include "compiler/driver/fixed_inputs.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem {

/// Exit codes of every subcommand, named in each --help; docs/command-line.md has the rule.
enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1, ///< a file or a device was refused
  kExitUsage = 2,  ///< the command line is wrong: makes no sense, or names what there is not
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
/// The same for what the command line asks of a model: there kInvalidArgument is wrong usage.
int refuseRequest(const Error &error);
/// And said as wrongUsage() says it where no file is at fault.
int refuseRequest(std::string_view command, const Error &error);
/// kExitDone, or what refuseRequest() makes of the error.
int exitCodeOf(std::string_view command, const Status &status);
/// Prints "tandem COMMAND: message; see 'tandem COMMAND --help'" to stderr; kExitUsage.
int wrongUsage(std::string_view command, std::string_view message);
/// Brings all that was printed to where stdout leads. Errors: kIo, as on a full disk.
Status flushOutput();
/// The exit code after that; one that was not kExitDone stays.
int finish(int exitCode);

/// Work that takes a while, on stderr: a bar on a terminal, plain lines of its stages otherwise.
class Progress {
public:
  explicit Progress(std::string title);
  ~Progress() { finish(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// What was done never shrinks: a stage that says less leaves the bar as it is.
  void update(const std::string &stage, double done);
  /// Takes the bar away, so that other words may follow.
  void finish();

private:
  bool lineIsDue();

  std::string title_, stage_;
  double done_ = 0;
  int percent_ = -1; ///< that the bar shows; -1: there is none
  bool terminal_;
  std::optional<std::chrono::steady_clock::time_point> lastLine_;
};

/// The same for whoever tells of work by a function of (title, stage, done), as a WorkReport: a new
/// title or an empty stage ends what was before.
std::function<void(const std::string &, const std::string &, double)> progressReport();

// What options may be; anything else is wrong usage before a file is touched.
CLI::Validator notEmpty();
/// A finite number in [least, most]. CLI::Range takes NaN.
CLI::Validator numberWithin(double least, double most);

/// The name of the first of these options that the user gave; "": none.
std::string firstGiven(const std::vector<CLI::Option *> &options);

/// --shape and --value, as they were given.
struct InputTexts {
  std::vector<std::string> shapes, values;
};
/// Both, for fixedInputs(). `of` begins the help: "model: " where others have another meaning.
std::vector<CLI::Option *> addInputOptions(CLI::App &command, InputTexts &texts,
                                           const std::string &of = "");
/// "NAME=VALUE" split at the first '='; without one the name is empty.
std::pair<std::string, std::string> splitNameValue(std::string_view text);
/// The values of an option that is given as NAME=VALUE, each name once. `form` is for messages:
/// "--model NAME=FILE".
Result<std::map<std::string, std::string>> parseNameValues(std::string_view form,
                                                           const std::vector<std::string> &texts);
/// "input=1x224x224x3" entries of --shape, every dimension positive; "rate=16000" of --value.
Result<FixedInputs> fixedInputs(const InputTexts &texts);

} // namespace tandem
