#pragma once

#include "mlir/IR/Operation.h"

#include <string>
#include <vector>

namespace tandem::neuron::host {

/// The profile of the machine that this library computes on, whatever chip it stands for.
inline constexpr const char *kMachine = "host";

/// The backends whose kernels this library computes with, best first.
std::vector<std::string> kernelBackends();

/// Why none of them runs a graph op; empty when one does.
std::string whyNoKernel(mlir::Operation *op);

} // namespace tandem::neuron::host
