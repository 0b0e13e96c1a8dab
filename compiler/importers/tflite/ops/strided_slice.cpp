#include "compiler/importers/common/python_range.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// STRIDED_SLICE: a dimension of the shrink mask is taken at `begin` and dropped.
static LogicalResult importStridedSlice(Node &node) {
  auto options = node.options<schema::StridedSliceOptions>();
  FailureOr<Value> input = node.input(0);
  auto begin = node.constantInts(1, "the begin"), end = node.constantInts(2, "the end");
  auto strides = node.constantInts(3, "the stride");
  if (failed(options) || failed(input) || failed(begin) || failed(end) || failed(strides))
    return failure();
  if ((*options)->ellipsis_mask() || (*options)->new_axis_mask() || (*options)->offset())
    return node.unsupported() << "an ellipsis, a new axis or an offset";
  ArrayRef<int64_t> shape = shapeOf(*input);
  size_t count = begin->size();
  if (count > shape.size() || count > 31 || end->size() != count || strides->size() != count)
    return node.invalid() << "begin, end and stride must have the same number of entries, at most "
                          << shape.size();
  SmallVector<int64_t> starts(shape.size(), 0), sizes(shape), steps(shape.size(), 1), kept;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (d >= count) {
      kept.push_back(shape[d]);
      continue;
    }
    int64_t stride = (*strides)[d];
    if (stride == 0 || std::abs(stride) > INT32_MAX)
      return node.invalid() << "a stride of " << stride;
    auto isSet = [&](int32_t mask) { return (mask >> d & 1) != 0; };
    bool shrink = isSet((*options)->shrink_axis_mask());
    PythonRange range = pythonRange((*begin)[d], (*end)[d], stride, isSet((*options)->begin_mask()),
                                    isSet((*options)->end_mask()), shape[d]);
    if (shrink)
      range.size = 1; // whatever the end is; slice_c2 checks that the element is there
    starts[d] = range.begin;
    sizes[d] = range.size;
    steps[d] = stride;
    if (!shrink)
      kept.push_back(range.size);
  }
  FailureOr<Type> type = node.outputType();
  if (failed(type))
    return failure();
  NodeBuilder &build = node.build();
  FailureOr<Value> sliced = build.createTyped<graph::SliceOp>(
      *type, *input, ArrayRef<int64_t>(starts), ArrayRef<int64_t>(sizes), ArrayRef<int64_t>(steps));
  return node.setOutput(build.create<graph::ReshapeOp>(sliced, ArrayRef<int64_t>(kept)));
}

void registerStridedSlice(OpTable &table) {
  table.add(schema::BuiltinOperator::STRIDED_SLICE, importStridedSlice);
}

} // namespace tandem::tflite
