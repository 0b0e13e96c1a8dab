#include "compiler/codegen/intrinsic.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace tandem::codegen {

mlir::Value callIntrinsic(mlir::ImplicitLocOpBuilder &builder, mlir::Type result,
                          llvm::StringRef name, mlir::ValueRange arguments) {
  return mlir::LLVM::CallIntrinsicOp::create(builder, result, builder.getStringAttr(name),
                                             arguments)
      .getResults();
}

} // namespace tandem::codegen
