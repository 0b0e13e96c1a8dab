#pragma once

#include "backends/neuron/host/model.h"

#include <cstddef>
#include <vector>

namespace tandem::neuron::host {

/// What becomes of a model, for NeuronModel_finish: refuses shapes that contradict each other, and
/// says of every operation why it is not run, if it is not. The model's dataflow has been checked.
Reply examine(const Model &model, SupportReasons &support);

/// A model in the project's own form, for NeuronCompilation_finish.
struct CompiledCode {
  std::vector<std::byte> bundle;
  double modelledUs = 0;  ///< on the modelled processor
  std::string reportJson; ///< which kernels run which operation
};
/// By the project's own compiler. NEURON_UNMAPPABLE for a model that has an operation which is not
/// run. Reads the values that the client has.
Reply compileForThisMachine(const Model &model, CompiledCode &compiled);

} // namespace tandem::neuron::host
