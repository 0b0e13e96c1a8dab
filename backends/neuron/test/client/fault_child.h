#pragma once

#include "backends/neuron/test/client/fault_models.h"

#include <string>
#include <vector>

namespace tandem::neuron::test {

/// What a process saw that ran the model while the host's library failed on purpose. A process of
/// its own, since the library reads its orders once.
struct Outcome {
  std::string fault;
  std::string problem; ///< a wrong answer, an error, a crash, a leak, no end; empty: all is well
  std::string notices; ///< what the session told, one a line
};

/// Runs one process for each fault (as TANDEM_NEURON_FAULT has it), a few at the same time.
std::vector<Outcome> runWithFaults(const FaultModel &model, const std::vector<std::string> &faults);

} // namespace tandem::neuron::test
