#pragma once

#include "backends/neuron/client/artifact_generated.h"
#include "compiler/backend/backend.h"

#include <string>

namespace tandem::neuron {

/// What the user can say about how a region is compiled, from the command line (`--option
/// neuron.KEY=VALUE`) and the device's profile.
struct Settings {
  artifact::SettingsT network; ///< goes into the bundle
  std::string sdkLibrary;      ///< compile the network now, with this library; empty: at load
  std::string soc;             ///< what `sdkLibrary` compiles for
};

/// Errors: a key that there is not, a value that its key does not take; both list those there are.
llvm::Expected<Settings> parseSettings(const CompileOptions &options);

/// The keys with what they mean, for --help: one line each.
std::string settingsHelp();

} // namespace tandem::neuron
