#include "compiler/importers/common/selections.h"
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

/// REVERSE_SEQUENCE: of each batch entry its own number of places.
static LogicalResult importReverseSequence(Node &node) {
  auto options = node.options<schema::ReverseSequenceOptions>();
  FailureOr<Value> input = node.input(0);
  auto lengths = node.constantInts(1, "the list of lengths");
  if (failed(options) || failed(input) || failed(lengths))
    return failure();
  size_t rank = shapeOf(*input).size();
  FailureOr<int64_t> time = node.axis((*options)->seq_dim(), rank),
                     batch = node.axis((*options)->batch_dim(), rank);
  if (failed(time) || failed(batch))
    return failure();
  return node.setOutput(reverseStarts(node.build(), input, *lengths, *batch, *time));
}

void registerReverse(OpTable &table) {
  table.add(schema::BuiltinOperator::REVERSE_V2, importReverse);
  table.add(schema::BuiltinOperator::REVERSE_SEQUENCE, importReverseSequence);
}

} // namespace tandem::tflite
