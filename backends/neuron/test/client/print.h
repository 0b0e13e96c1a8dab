#pragma once

#include "backends/neuron/client/artifact_generated.h"

#include <string>

namespace tandem::neuron::test {

/// The network of an artifact as text, one operation a line, constants where they are used:
///
///     needs 4.1.0
///     input %0: TENSOR_FLOAT32 1x4x6x2
///     %9: TENSOR_FLOAT32 1x2x4x4 = CONV_2D(%0, weights 4x3x3x2, [0 x 4 bytes], 0, ...) "node"
///     output %9
std::string print(const artifact::Artifact &artifact);

} // namespace tandem::neuron::test
