#include "compiler/codegen/intrinsic.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace tandem::codegen {

mlir::Value callIntrinsic(mlir::ImplicitLocOpBuilder &builder, mlir::Type result,
                          llvm::StringRef name, mlir::ValueRange arguments) {
  return mlir::LLVM::CallIntrinsicOp::create(builder, result, builder.getStringAttr(name),
                                             arguments)
      .getResults();
}

mlir::Value hideInRegister(mlir::ImplicitLocOpBuilder &builder, mlir::Value vector) {
  return mlir::LLVM::InlineAsmOp::create(
             builder, vector.getType(), vector, /*asm_string=*/"", /*constraints=*/"=v,0",
             /*has_side_effects=*/false, /*is_align_stack=*/false,
             mlir::LLVM::tailcallkind::TailCallKind::None, /*asm_dialect=*/nullptr,
             /*operand_attrs=*/nullptr)
      .getRes();
}

} // namespace tandem::codegen
