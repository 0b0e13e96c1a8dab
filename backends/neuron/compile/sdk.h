#pragma once

#include "backends/neuron/compile/settings.h"

#include <chrono>
#include <memory>

namespace tandem::neuron {

/// The network of `artifact` (the bytes of one) as the settings' library compiles it. The library
/// must be of the processor's version, and done before the deadline. Errors name the library.
llvm::Expected<std::unique_ptr<artifact::StoredNetworkT>>
compileWithSdk(llvm::StringRef artifact, llvm::StringRef region, const ModelBuilder &builder,
               const Settings &settings, const Processor &processor,
               std::chrono::microseconds deadline);

} // namespace tandem::neuron
