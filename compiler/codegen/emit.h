#pragma once

#include "compiler/codegen/isa.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace tandem::codegen {

/// A kernel's body in the module is a function of this suffix; the object exports it without, as
/// `void name(void *const *buffers, int64_t begin, int64_t end)`.
inline constexpr llvm::StringLiteral kBodySuffix = ".body";

using ObjectCode = llvm::SmallVector<char, 0>;

/// Optimises a module of the llvm dialect for `isa` and returns position-independent object code
/// that calls nothing outside itself. Any number of threads, each with a module of its own context.
llvm::Expected<ObjectCode> emitObject(mlir::ModuleOp module, const Isa &isa);

} // namespace tandem::codegen
