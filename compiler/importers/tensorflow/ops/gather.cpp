#include "compiler/importers/tensorflow/joining.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Whether the indices are `step` apart, all of them.
static bool isEven(ArrayRef<int64_t> indices, int64_t step) {
  for (size_t i = 1; i < indices.size(); ++i)
    if (indices[i] - indices[i - 1] != step)
      return false;
  return step != 0;
}

/// Gather and GatherV2 (with the dimension as third input) by indices that are known: a slice when
/// they are evenly apart, else slices of one side by side.
static MaybeValue importGather(TfNode &node) {
  constexpr size_t kMostSlices = 64;
  MaybeValue input = node.input(0);
  FailureOr<Numbers> indices = node.constant(1, "a list of indices");
  FailureOr<int64_t> given =
      node.inputCount() > 2 ? node.integer(2, "the dimension") : FailureOr<int64_t>(0);
  int64_t batchDims = node.attribute("batch_dims", 0);
  if (node.failed() || failed(input) || failed(indices) || failed(given))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  if (batchDims != 0 || indices->isReal())
    return node.unsupported("'batch_dims' " + Twine(batchDims));
  SmallVector<int64_t> shape(shapeOf(*input));
  int64_t size = shape[*axis];
  ArrayRef<int64_t> list = indices->integers;
  for (int64_t index : list)
    if (index < 0 || index >= size)
      return node.invalid("index " + Twine(index) + " of " + Twine(size) + " elements");
  shape.erase(shape.begin() + *axis);
  shape.insert(shape.begin() + *axis, indices->shape.begin(), indices->shape.end());

  if (list.empty())
    return node.reshape(sliceOf(node, input, *axis, 0, 0), shape);
  int64_t step = list.size() > 1 ? list[1] - list[0] : 1;
  if (isEven(list, step))
    return node.reshape(sliceOf(node, input, *axis, list[0], list.size(), step), shape);
  if (list.size() > kMostSlices)
    return node.unsupported(Twine(list.size()) + " indices in no even order");
  SmallVector<Value> parts;
  for (int64_t index : list) {
    MaybeValue part = sliceOf(node, input, *axis, index, 1);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return node.reshape(join(node, parts, *axis), shape);
}

void registerGather(OpTable &table) {
  table.add("Gather", importGather);
  table.add("GatherV2", importGather);
}

} // namespace tandem::tensorflow
