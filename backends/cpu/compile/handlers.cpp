#include "backends/cpu/compile/handlers.h"

#include "compiler/graph/type_text.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

bool isF32(Value value) {
  return graph::tensorType(value).getElementType().isF32();
}

Support supportsF32(Operation *op) {
  for (Value value : llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                                         SmallVector<Value>(op->getResults())))
    if (!isF32(value))
      return Support::no("has element type " +
                         graph::typeText(graph::tensorType(value).getElementType()) +
                         ", only f32 is compiled for this op");
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
