#pragma once

#include "backends/neuron/host/model.h"

namespace tandem::neuron::host {

/// Whether every operand that is read is written, by one operation, before; and every operand
/// quantized per channel has its scales. `order` becomes an order of execution, by operation.
Reply checkDataflow(const Model &model, std::vector<uint32_t> &order);

} // namespace tandem::neuron::host
