#pragma once

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tandem::codegen {

/// A call of an LLVM intrinsic by name ("llvm.x86.avx2.pmadd.wd"). MLIR's verifier does not know
/// the signature: a mistake shows only when the module is translated. Here by itself because the
/// LLVM dialect's header is slow to compile.
mlir::Value callIntrinsic(mlir::ImplicitLocOpBuilder &builder, mlir::Type result,
                          llvm::StringRef name, mlir::ValueRange arguments);

/// The same value in a vector register, of which LLVM does not know what it is.
mlir::Value hideInRegister(mlir::ImplicitLocOpBuilder &builder, mlir::Value vector);

} // namespace tandem::codegen
