#pragma once

#include "backends/neuron/host/model.h"

namespace tandem::neuron::host {

/// Why no library of this version runs an operation; empty when it may.
std::string whyNotAvailable(int32_t operation);

/// "CONV_2D", the vendor's name of an extension's operation, or the number.
std::string operationName(const Operation &operation);

/// Whether count and types of the operands are those of one of the operation's forms, as
/// NeuronModel_addOperation checks them. Shapes and values are another matter.
Reply checkSignature(const Operation &operation, const std::vector<Operand> &operands);

} // namespace tandem::neuron::host
