#pragma once

#include "tools/tandem/open_app.h"

#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace tandem {

/// What the commands that take an application let their user say about it.
struct AppOptions {
  std::string file;                  ///< the application's YAML file
  std::vector<std::string> models;   ///< NAME=FILE, instead of the application's own
  std::vector<std::string> backends; ///< in order of preference; empty: as the application says
  std::string device;                ///< what to compile for; empty: this machine
  std::string placement = "cost";    ///< or "greedy", as of CompileSettings
  int threads = 1;                   ///< inside one operation of a model
  bool opensAccelerators = true;     ///< as of AppRequest
};

/// Adds the options for all but the file and the threads, and gives them. `options` outlives the
/// command.
std::vector<CLI::Option *> addAppOptions(CLI::App &command, AppOptions &options);
bool isApplication(const std::string &path);

/// openRequestedApp() with words: progress on stderr, and when something is wrong that too, and the
/// exit code; `command` is for wrong usage.
std::variant<OpenedApp, int> loadApp(std::string_view command, const AppOptions &options,
                                     const StepTable &table);

} // namespace tandem
