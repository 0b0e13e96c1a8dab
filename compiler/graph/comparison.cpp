#include "compiler/graph/inference.h"

using namespace mlir;

namespace tandem::graph {

/// comparison_c2: what the result is says nothing about the operands.
static LogicalResult verifyComparable(Operation *op) {
  Type lhs = getElementTypeOrSelf(op->getOperand(0)), rhs = getElementTypeOrSelf(op->getOperand(1));
  if (lhs != rhs && !(isQuantized(lhs) && isQuantized(rhs)))
    return op->emitOpError() << "comparison_c2: element type " << lhs << " does not go with "
                             << rhs;
  return success();
}

#define TANDEM_COMPARISON(OP)                                                                      \
  LogicalResult OP::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,   \
                                              Shapes &shapes) {                                    \
    return inferBroadcast(location, adaptor.getLhs(), adaptor.getRhs(), "comparison_c1", shapes);  \
  }                                                                                                \
  LogicalResult OP::verify() {                                                                     \
    return verifyComparable(*this);                                                                \
  }
TANDEM_COMPARISON(EqualOp)
TANDEM_COMPARISON(NotEqualOp)
TANDEM_COMPARISON(LessOp)
TANDEM_COMPARISON(LessEqualOp)
TANDEM_COMPARISON(GreaterOp)
TANDEM_COMPARISON(GreaterEqualOp)
#undef TANDEM_COMPARISON

LogicalResult LogicalAndOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                      Adaptor adaptor, Shapes &shapes) {
  return inferBroadcast(location, adaptor.getLhs(), adaptor.getRhs(), "logical_c1", shapes);
}
LogicalResult LogicalOrOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                     Adaptor adaptor, Shapes &shapes) {
  return inferBroadcast(location, adaptor.getLhs(), adaptor.getRhs(), "logical_c1", shapes);
}
LogicalResult LogicalNotOp::inferReturnTypeComponents(MLIRContext *, Location, Adaptor adaptor,
                                                      Shapes &shapes) {
  return infer(shapes, shapeOf(adaptor.getInput()));
}

OpFoldResult LogicalNotOp::fold(FoldAdaptor) {
  if (auto inner = getInput().getDefiningOp<LogicalNotOp>())
    return inner.getInput();
  return {};
}

} // namespace tandem::graph
