#pragma once

#include "backends/neuron/abi/neuron_types.h"

#include <string>

namespace tandem::neuron {

/// "CONV_2D", "BAD_STATE (7)": as the vendor's header names it less NEURON_; the number alone when
/// it is none of ours.
std::string operationName(NeuronOperationType code);
std::string operandTypeName(NeuronOperandCode code);
std::string resultName(NeuronResultCode code);

} // namespace tandem::neuron
