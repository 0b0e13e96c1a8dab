#pragma once

#include "mlir/Pass/Pass.h"

#include <memory>

namespace tandem {

/// A pass over a function: operations of constants alone are run now, by the reference backend, and
/// become constants, so that no run of the model computes them again and weights that are put
/// together of parts are packed. Those stay whose result is far larger than what it is made of.
std::unique_ptr<mlir::Pass> createEvaluateConstants();

} // namespace tandem
