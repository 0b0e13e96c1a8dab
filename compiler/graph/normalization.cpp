#include "compiler/graph/inference.h"

using namespace mlir;

namespace tandem::graph {

LogicalResult L2NormalizationOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                           Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput());
  if (adaptor.getAxis() >= input.size())
    return refuse(location, "l2_normalization_c1: axis ", adaptor.getAxis(), " is outside rank ",
                  input.size());
  return infer(shapes, input);
}
LogicalResult L2NormalizationOp::verify() {
  return verifySameKind(*this, "l2_normalization_c2");
}

LogicalResult LocalResponseNormOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                             Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput());
  auto radius = static_cast<int64_t>(adaptor.getRadius());
  if (input.empty() || radius < 0 || radius > INT32_MAX)
    return refuse(location, "local_response_norm_c1: needs a last dimension, and a radius that is "
                            "not negative, nor beyond 2^31");
  return infer(shapes, input);
}
LogicalResult LocalResponseNormOp::verify() {
  return verifySameElementType(*this, "local_response_norm_c2");
}

} // namespace tandem::graph
