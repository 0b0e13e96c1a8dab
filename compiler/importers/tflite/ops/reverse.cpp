#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// REVERSE_V2: slices that go backwards along the dimensions named.
static LogicalResult importReverse(Node &node) {
  FailureOr<Value> input = node.input(0);
  auto given = node.constantInts(1, "the list of dimensions");
  if (failed(input) || failed(given))
    return failure();
  SmallVector<int64_t> size(shapeOf(*input)), begin(size.size(), 0), strides(size.size(), 1);
  for (int64_t value : *given) {
    FailureOr<int64_t> axis = node.axis(value, size.size());
    if (failed(axis))
      return failure();
    begin[*axis] = size[*axis] - 1;
    strides[*axis] = -1;
  }
  return node.emit<graph::SliceOp>(*input, ArrayRef<int64_t>(begin), ArrayRef<int64_t>(size),
                                   ArrayRef<int64_t>(strides));
}

void registerReverse(OpTable &table) {
  table.add(schema::BuiltinOperator::REVERSE_V2, importReverse);
}

} // namespace tandem::tflite
