#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace tandem {

// A create function per pass, and registerGraphPasses() for the command line of tandem-opt.
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/passes/passes.h.inc"

} // namespace tandem
