#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace tandem::neuron::test {

/// A model on the NPU, compiled into a bundle, with the answers that the CPU gives for it.
struct FaultModel {
  std::string bundle;               ///< its path
  std::vector<std::byte> input;     ///< the first bytes of its only input
  std::vector<std::byte> answer;    ///< of its only output
  static constexpr int kFrames = 4; ///< that a child runs
};

/// One of those that neuron_fault_models has compiled, while this was built or, where there is no
/// compiler (under the thread sanitizer), by another build.
///
///     plain     all that a network can have, with a fallback
///     hanging   the same, with short deadlines
///     stored    the same as plain, with its compiled network
///     anywhere  the same as plain, for whatever devices there are
///     alone     the same as plain, without a fallback
///     wide      what only the reference backend has a fallback for
Result<FaultModel> readFaultModel(const std::string &name);

} // namespace tandem::neuron::test
