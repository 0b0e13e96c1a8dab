#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"

namespace tandem::codegen {

/// The dialects that kernels are built from and lowered to. Before the context is made.
void registerKernelDialects(mlir::DialectRegistry &registry);

/// func, scf, memref, vector, arith and math to the llvm dialect, with bare pointers for memrefs
/// and polynomials for what would be a call of libm.
mlir::LogicalResult lowerToLlvm(mlir::ModuleOp module);

} // namespace tandem::codegen
