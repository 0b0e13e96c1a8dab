#pragma once

#include "backends/neuron/client/check.h"

namespace tandem::neuron {

/// A network that a library has compiled, ready for executions. The library must outlive it.
struct Network {
  Handle<NeuronModel> model; ///< outlives the compilation
  Handle<NeuronCompilation> compilation;
};

/// Tells the library of the artifact's network and lets it compile. `buffers` outlive the call.
/// Errors: kUnavailable, naming the function that failed and for which operation; what the library
/// says it does not support is named too.
Result<Network> compileNetwork(const Library &library, const artifact::Artifact &artifact,
                               std::span<const Buffer> buffers, const Place &place);

/// The network as the artifact has it compiled already. Errors: kUnavailable when it was stored by
/// another version of the library or for another SoC than `soc` (either may be unknown: empty), or
/// the library does not take it.
Result<Network> restoreNetwork(const Library &library, const artifact::StoredNetwork &stored,
                               std::string_view soc, const Place &place);

/// The bytes that restoreNetwork() takes, of a network just compiled that has no execution yet.
Result<std::vector<uint8_t>> storeNetwork(const Library &library, const Network &network,
                                          const Place &place);

/// The name of the SoC that this runs on, in small letters: from TANDEM_NEURON_SOC or from the
/// properties of Android; empty where there is neither.
std::string thisSoc();

} // namespace tandem::neuron
