#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// aten.mean, sum, amax, amin over 'dim', or over all when it is absent.
template <typename OpT> static MaybeValue importReduction(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  SmallVector<int64_t> dims = node.dims("dim", *input);
  bool keepDims = node.flag("keepdim", false);
  node.checkDtypeIs(*input);
  if (node.failed())
    return failure();
  return node.create<OpT>(input, dims, keepDims);
}

/// aten.argmax: over the flattened tensor when 'dim' is absent.
static MaybeValue importArgmax(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  bool keepDims = node.flag("keepdim", false);
  bool flat = !node.has("dim");
  if (flat && keepDims)
    return node.unsupported("'keepdim' without 'dim'");
  if (flat)
    input = node.reshape(input, {*elementCount(shapeOf(*input))});
  int64_t dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  Type index = node.builder().getI64Type();
  return node.createTyped<graph::ArgMaxOp>(index, input, dim, keepDims);
}

/// aten.max.dim: the largest, and where it is.
static FailureOr<SmallVector<Value>> importMaxDim(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  bool keepDims = node.flag("keepdim", false);
  if (node.failed())
    return failure();
  MaybeValue largest = node.create<graph::ReduceMaxOp>(input, ArrayRef<int64_t>{dim}, keepDims);
  MaybeValue place =
      node.createTyped<graph::ArgMaxOp>(node.builder().getI64Type(), input, dim, keepDims);
  if (failed(largest) || failed(place))
    return failure();
  return SmallVector<Value>{*largest, *place};
}

void registerReduction(OpTable &table) {
  table.add("aten.mean.dim", importReduction<graph::MeanOp>);
  table.add("aten.mean.default", importReduction<graph::MeanOp>);
  table.add("aten.sum.dim_IntList", importReduction<graph::SumOp>);
  table.add("aten.sum.default", importReduction<graph::SumOp>);
  table.add("aten.amax.default", importReduction<graph::ReduceMaxOp>);
  table.add("aten.amin.default", importReduction<graph::ReduceMinOp>);
  table.add("aten.argmax.default", importArgmax);
  table.addList("aten.max.dim", importMaxDim);
}

} // namespace tandem::torch
