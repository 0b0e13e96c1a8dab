#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// SLICE: begin and size per dimension; a size of -1 means all that is left.
static LogicalResult importSlice(Node &node) {
  FailureOr<Value> input = node.input(0);
  auto begin = node.constantInts(1, "the begin"), size = node.constantInts(2, "the size");
  if (failed(input) || failed(begin) || failed(size))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (begin->size() != shape.size() || size->size() != shape.size())
    return node.invalid() << "begin and size must have " << shape.size() << " entries";
  for (size_t d = 0; d < shape.size(); ++d)
    if ((*size)[d] == -1 && (*begin)[d] >= 0 && (*begin)[d] <= shape[d])
      (*size)[d] = shape[d] - (*begin)[d];
  SmallVector<int64_t> strides(shape.size(), 1);
  return node.emit<graph::SliceOp>(*input, ArrayRef<int64_t>(*begin), ArrayRef<int64_t>(*size),
                                   ArrayRef<int64_t>(strides));
}

void registerSlice(OpTable &table) {
  table.add(schema::BuiltinOperator::SLICE, importSlice);
}

} // namespace tandem::tflite
