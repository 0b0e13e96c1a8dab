#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

// SEGMENT_SUM and UNSORTED_SEGMENT_*: rows of one number become one row.

namespace {
/// `segments`: how many there are. Rows of a negative number are left out.
LogicalResult reduceSegments(Node &node, int64_t segments, graph::Reduction reduction) {
  FailureOr<Value> data = node.input(0), numbers = node.input(1);
  if (failed(data) || failed(numbers))
    return failure();
  Type type = getElementTypeOrSelf(*data);
  if (!type.isF32() && !type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return node.unsupported() << "elements of type " << type;
  ArrayRef<int64_t> shape = shapeOf(*data), leading = shapeOf(*numbers);
  SmallVector<int64_t> result = {segments};
  result.append(shape.begin() + std::min(leading.size(), shape.size()), shape.end());
  if (!hasSaneSize(result))
    return node.invalid() << "segments of shape " << shapeText(result);
  NodeBuilder &build = node.build();
  MaybeValue empty = filled(build, type, result, neutralOf(reduction, type));
  return node.setOutput(scatterSegments(build, data, numbers, empty, reduction));
}

LogicalResult importSegmentSum(Node &node) {
  auto numbers = node.constantInts(1, "the list of segments");
  if (failed(numbers))
    return failure();
  int64_t segments = 0;
  for (auto [row, number] : llvm::enumerate(*numbers)) {
    if (number < 0 || number >= kMaxElements)
      return node.invalid() << "a row of segment " << number;
    if (row > 0 && number != segments && number != segments - 1)
      return node.invalid() << "segment " << number << " follows segment " << segments - 1;
    segments = number + 1;
  }
  return reduceSegments(node, segments, graph::Reduction::Add);
}

template <graph::Reduction reduction> LogicalResult importUnsorted(Node &node) {
  FailureOr<int64_t> segments = node.constantInt(2, "the number of segments");
  FailureOr<Value> numbers = node.input(1);
  if (failed(segments) || failed(numbers))
    return failure();
  if (auto known = knownIntegers(*numbers))
    for (int64_t number : *known)
      if (number >= *segments)
        return node.invalid() << "a row of segment " << number << ", of " << *segments;
  return reduceSegments(node, *segments, reduction);
}
} // namespace

void registerSegment(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::SEGMENT_SUM, importSegmentSum);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_SUM, importUnsorted<graph::Reduction::Add>);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_PROD, importUnsorted<graph::Reduction::Mul>);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_MAX, importUnsorted<graph::Reduction::Max>);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_MIN, importUnsorted<graph::Reduction::Min>);
}

} // namespace tandem::tflite
