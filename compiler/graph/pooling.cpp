#include "compiler/graph/inference.h"

using namespace mlir;

namespace tandem::graph {

template <typename Adaptor>
static LogicalResult inferPool(Location location, Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput());
  if (input.size() != 4)
    return refuse(location, "pool_2d_c1: input must have rank 4");
  SmallVector<int64_t> result(input);
  for (int i = 0; i < 2; ++i) {
    int64_t window = adaptor.getWindow()[i], stride = adaptor.getStride()[i];
    int64_t low = adaptor.getPadLow()[i], high = adaptor.getPadHigh()[i];
    if (window < 1 || stride < 1 || low < 0 || high < 0 || low >= window || high >= window)
      return refuse(location, "pool_2d_c2: window and stride must be positive, pads within the "
                              "window");
    result[kHeight + i] = slidingSize(input[kHeight + i], window, stride, 1, low, high);
    if (result[kHeight + i] < 1)
      return refuse(location, "pool_2d_c3: a window of ", window, " does not fit into ",
                    input[kHeight + i]);
  }
  return infer(shapes, result);
}

LogicalResult MaxPool2dOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                     Adaptor adaptor, Shapes &shapes) {
  return inferPool(location, adaptor, shapes);
}
LogicalResult MaxPool2dOp::verify() {
  return verifySameElementType(*this, "pool_2d_c4");
}

LogicalResult AveragePool2dOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                         Adaptor adaptor, Shapes &shapes) {
  return inferPool(location, adaptor, shapes);
}
LogicalResult AveragePool2dOp::verify() {
  return verifySameElementType(*this, "pool_2d_c4");
}

LogicalResult L2Pool2dOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                    Adaptor adaptor, Shapes &shapes) {
  return inferPool(location, adaptor, shapes);
}
LogicalResult L2Pool2dOp::verify() {
  return verifySameElementType(*this, "pool_2d_c4");
}

static LogicalResult inferReduction(Location location, ArrayRef<int64_t> input,
                                    ArrayRef<int64_t> axes, bool keepDims, StringRef rule,
                                    Shapes &shapes) {
  SmallVector<int64_t> result(input);
  int64_t previous = -1;
  for (int64_t axis : axes) {
    if (axis <= previous || axis >= static_cast<int64_t>(input.size()))
      return refuse(location, rule, ": axis ", axis, " is outside rank ", input.size(),
                    " or out of order");
    previous = axis;
    result[axis] = keepDims ? 1 : ShapedType::kDynamic;
  }
  if (!keepDims)
    llvm::erase(result, ShapedType::kDynamic);
  return infer(shapes, result);
}

#define TANDEM_REDUCTION(OP)                                                                       \
  LogicalResult OP::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,   \
                                              Shapes &shapes) {                                    \
    return inferReduction(location, shapeOf(adaptor.getInput()), adaptor.getAxes(),                \
                          adaptor.getKeepDims(), "reduction_c1", shapes);                          \
  }
TANDEM_REDUCTION(MeanOp)
TANDEM_REDUCTION(SumOp)
TANDEM_REDUCTION(ReduceMaxOp)
TANDEM_REDUCTION(ReduceMinOp)
TANDEM_REDUCTION(ReduceProdOp)
TANDEM_REDUCTION(ReduceAnyOp)
TANDEM_REDUCTION(ReduceAllOp)
#undef TANDEM_REDUCTION

#define TANDEM_ARG(OP)                                                                             \
  LogicalResult OP::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,   \
                                              Shapes &shapes) {                                    \
    return inferReduction(location, shapeOf(adaptor.getInput()),                                   \
                          {static_cast<int64_t>(adaptor.getAxis())}, adaptor.getKeepDims(),        \
                          "arg_c1", shapes);                                                       \
  }
TANDEM_ARG(ArgMaxOp)
TANDEM_ARG(ArgMinOp)
#undef TANDEM_ARG

} // namespace tandem::graph
