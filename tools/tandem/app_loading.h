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

/// Adds the option for other files of the application's models, and gives it. `options` outlives
/// the command, here and below.
CLI::Option *addModelOption(CLI::App &command, AppOptions &options);
/// Adds those that say where ops go, and gives them. `of` begins their help: of what they are.
std::vector<CLI::Option *> addPlacingOptions(CLI::App &command, AppOptions &options,
                                             const std::string &of);
bool isApplication(const std::string &path);

/// openRequestedApp() with words: progress on stderr, and when something is wrong that too, and the
/// exit code; `command` is for wrong usage.
std::variant<OpenedApp, int> loadApp(std::string_view command, const AppOptions &options,
                                     const StepTable &table);

} // namespace tandem
