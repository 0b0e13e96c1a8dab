#pragma once

#include "tools/tandem/app_loading.h"
#include "tools/tandem/bundle_cache.h"
#include "tools/tandem/command.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem {

/// The options of a command that takes a model, a bundle or an application, by what has them.
struct OptionOwners {
  std::vector<CLI::Option *> application, pipeline;
  CLI::Option *frames = nullptr;       ///< of applications: words without an option's name
  std::vector<CLI::Option *> compiled; ///< of models and applications
  std::vector<CLI::Option *> inputs;   ///< of models: --shape and --value
  CLI::Option *modelName = nullptr;    ///< of bundles
};

/// What was given that a model, or else a bundle, does not have, in words; empty: nothing.
std::string unfitOption(const OptionOwners &owners, bool isModel, bool asksForPipeline);

/// How a model is compiled that a command takes in a bundle's place.
struct ModelOptions {
  InputTexts inputs;
  AppOptions placing; ///< its backends, device and placement
  /// What goes into its inputs, as of --input: arrays there fix dimensions that are open.
  std::vector<std::string> inputValues = {};
};

/// Whether a command that runs bundles has to compile the file first. One that is not there, or is
/// named as a bundle is, is for whoever opens bundles.
bool isToCompile(const std::string &path);
/// That it is a model or a bundle, as far as that is seen at once. Errors: what it is instead.
Status checkIsModelOrBundle(const std::string &path);

/// The model's bundle, compiled now or taken from the user's cache, with words: progress and
/// warnings on stderr, and when something is wrong that too, and the exit code.
std::variant<CachedBundle, int> bundleOfModel(std::string_view command, const std::string &path,
                                              const ModelOptions &options);

} // namespace tandem
