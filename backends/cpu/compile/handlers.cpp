#include "backends/cpu/compile/handlers.h"

#include "compiler/graph/types.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem::cpu {

bool isF32(Value value) {
  return graph::tensorType(value).getElementType().isF32();
}

Support supportsF32(Operation *op) {
  for (Value value : llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                                         SmallVector<Value>(op->getResults())))
    if (!isF32(value)) {
      std::string text;
      llvm::raw_string_ostream(text)
          << "has element type " << graph::tensorType(value).getElementType()
          << ", only f32 is compiled for this op";
      return Support::no(text);
    }
  return Support::yes();
}

RowsApart ofResult(Operation *, const Settings &) {
  return RowsApart::kResult;
}
RowsApart ofAll(Operation *, const Settings &) {
  return RowsApart::kAll;
}
RowsApart ofProduct(Operation *op, const Settings &settings) {
  bool inFloats = isF32(op->getOperand(1)) && settings.precision != Precision::kBf16 &&
                  !settings.inF16; // those are copied, unless they are stored so
  return inFloats ? RowsApart::kFirst : RowsApart::kResult;
}

Support supportsAny(Operation *) {
  return Support::yes();
}

} // namespace tandem::cpu
