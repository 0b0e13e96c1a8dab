#pragma once

#include "backends/cpu/compile/handlers.h"

namespace tandem::cpu {

/// softmax on 8-bit codes, the bits of base/quantized_softmax.h.
Support supportsQuantizedSoftmax(mlir::Operation *op);
void planQuantizedSoftmax(graph::SoftmaxOp op, Plan &plan);

} // namespace tandem::cpu
