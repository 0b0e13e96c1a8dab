#include "compiler/graph/inference.h"

#include "compiler/graph/folding.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::graph {

// select

LogicalResult SelectOp::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,
                                                  Shapes &shapes) {
  SmallVector<int64_t> values, result;
  if (!OpTrait::util::getBroadcastedShape(shapeOf(adaptor.getOnTrue()),
                                          shapeOf(adaptor.getOnFalse()), values) ||
      !OpTrait::util::getBroadcastedShape(shapeOf(adaptor.getCondition()), values, result))
    return refuse(location, "select_c1: shapes of ", adaptor.getCondition().getType(), ", ",
                  adaptor.getOnTrue().getType(), " and ", adaptor.getOnFalse().getType(),
                  " do not broadcast");
  return infer(shapes, result);
}
LogicalResult SelectOp::verify() {
  return verifyMoved(*this, 1, 2, "select_c2");
}

OpFoldResult SelectOp::fold(FoldAdaptor) {
  if (getOnTrue() == getOnFalse() && getOnTrue().getType() == getType())
    return getOnTrue();
  return {};
}

// gather

LogicalResult GatherOp::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,
                                                  Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput()), indices = shapeOf(adaptor.getIndices());
  uint64_t axis = adaptor.getAxis();
  if (axis >= input.size() || input[axis] < 1)
    return refuse(location, "gather_c1: axis ", axis, " is outside rank ", input.size(),
                  " or empty");
  SmallVector<int64_t> result(input.take_front(axis));
  result.append(indices.begin(), indices.end());
  llvm::append_range(result, input.drop_front(axis + 1));
  return infer(shapes, result);
}
LogicalResult GatherOp::verify() {
  return verifyMoved(*this, 0, 1, "gather_c2");
}

OpFoldResult GatherOp::fold(FoldAdaptor adaptor) {
  return foldGather(adaptor.getInput(), adaptor.getIndices(), getElementTypeOrSelf(getIndices()),
                    shapeOf(getInput()), getAxis(), cast<RankedTensorType>(getType()));
}

// scatter

LogicalResult ScatterOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                   Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput()), indices = shapeOf(adaptor.getIndices());
  int64_t depth = indices.empty() ? 0 : indices.back();
  if (depth < 1 || depth > static_cast<int64_t>(input.size()))
    return refuse(location, "scatter_c1: ", depth, " indices for a place in a tensor of rank ",
                  input.size());
  SmallVector<int64_t> expected(indices.drop_back());
  llvm::append_range(expected, input.drop_front(depth));
  if (shapeOf(adaptor.getUpdates()) != ArrayRef(expected))
    return refuse(location, "scatter_c2: updates of shape ",
                  shapeText(shapeOf(adaptor.getUpdates())), ", expected ", shapeText(expected));
  return infer(shapes, input);
}

LogicalResult ScatterOp::verify() {
  Type input = getElementTypeOrSelf(getInput()), updates = getElementTypeOrSelf(getUpdates());
  if (updates != input)
    return emitOpError("scatter_c3: element type ")
           << updates << " of the updates differs from " << input;
  if (failed(verifyMoved(*this, 0, 1, "scatter_c3")))
    return failure();
  bool isCombined = input.isF32() || input.isSignlessInteger(32) || input.isSignlessInteger(64);
  if (getReduction() != Reduction::None && !isCombined)
    return emitOpError("scatter_c4: elements of type ") << input << " are only replaced";
  return success();
}

OpFoldResult ScatterOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() != getType())
    return {};
  if (tensorType(getIndices()).getNumElements() == 0)
    return getInput();
  return foldScatter(adaptor.getInput(), adaptor.getIndices(), adaptor.getUpdates(),
                     tensorType(getIndices()), getReduction(), cast<RankedTensorType>(getType()));
}

// top_k_values, top_k_indices

static LogicalResult inferTopK(Location location, Value input, uint64_t k, Shapes &shapes) {
  SmallVector<int64_t> result(shapeOf(input));
  if (result.empty() || k < 1 || k > static_cast<uint64_t>(result.back()))
    return refuse(location, "top_k_c1: the rows of ", input.getType(), " have no ", k,
                  " largest elements");
  result.back() = static_cast<int64_t>(k);
  return infer(shapes, result);
}
LogicalResult TopKValuesOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                      Adaptor adaptor, Shapes &shapes) {
  return inferTopK(location, adaptor.getInput(), adaptor.getK(), shapes);
}
LogicalResult TopKIndicesOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                       Adaptor adaptor, Shapes &shapes) {
  return inferTopK(location, adaptor.getInput(), adaptor.getK(), shapes);
}
LogicalResult TopKValuesOp::verify() {
  return verifyMoved(*this, 0, 1, "top_k_c2");
}

} // namespace tandem::graph
