#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

#include <limits>

using namespace mlir;

namespace tandem::tflite {

// SEGMENT_SUM and UNSORTED_SEGMENT_*: rows of one number become one row.

namespace {
/// What a segment without rows is.
enum class Neutral { kZero, kOne, kLowest, kHighest };

template <typename Number> Number numberOf(Neutral neutral) {
  switch (neutral) {
  case Neutral::kZero:
    return 0;
  case Neutral::kOne:
    return 1;
  case Neutral::kLowest:
    return std::numeric_limits<Number>::lowest();
  case Neutral::kHighest:
    return std::numeric_limits<Number>::max();
  }
  return 0;
}

MaybeValue emptySegments(NodeBuilder &build, Type type, ArrayRef<int64_t> shape, Neutral neutral) {
  if (type.isF32())
    return build.fill(type, shape, numberOf<float>(neutral));
  int64_t count = *elementCount(shape);
  if (count > NodeBuilder::kMaxFill)
    return build.error() << "segments of shape " << shapeText(shape) << " are too large";
  int64_t number = type.isInteger(32) ? numberOf<int32_t>(neutral) : numberOf<int64_t>(neutral);
  return build.integerConstant(type, shape, SmallVector<int64_t>(count, number));
}

/// `segments`: how many there are. Rows of a negative number are left out.
LogicalResult reduceSegments(Node &node, ArrayRef<int64_t> numbers, int64_t segments,
                             Combine combine, Neutral neutral) {
  FailureOr<Value> data = node.input(0), ids = node.input(1);
  if (failed(data) || failed(ids))
    return failure();
  Type type = getElementTypeOrSelf(*data);
  if (!type.isF32() && !type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return node.unsupported() << "elements of type " << type;
  ArrayRef<int64_t> shape = shapeOf(*data), leading = shapeOf(*ids);
  SmallVector<int64_t> result = {segments};
  result.append(shape.begin() + std::min(leading.size(), shape.size()), shape.end());
  if (!hasSaneSize(result))
    return node.invalid() << "segments of shape " << shapeText(result);
  if (leading.size() > shape.size() || shape.take_front(leading.size()) != leading)
    return node.invalid() << "numbers of shape " << shapeText(leading) << " for rows of shape "
                          << shapeText(shape);
  SmallVector<int64_t> kept, places;
  for (auto [row, number] : llvm::enumerate(numbers)) {
    if (number >= segments)
      return node.invalid() << "a row of segment " << number << ", of " << segments;
    if (number < 0)
      continue;
    kept.push_back(static_cast<int64_t>(row));
    places.push_back(number);
  }
  NodeBuilder &build = node.build();
  MaybeValue empty = emptySegments(build, type, result, neutral);
  if (kept.empty())
    return node.setOutput(empty);
  SmallVector<int64_t> rows = {static_cast<int64_t>(numbers.size())};
  rows.append(result.begin() + 1, result.end());
  MaybeValue chosen = build.reshape(data, rows);
  if (kept.size() != numbers.size())
    chosen = pickAlong(build, chosen, 0, kept);
  return node.setOutput(
      scattered(build, empty, chosen, *placesOfRows(result, places, /*depth=*/1), combine));
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
  return reduceSegments(node, *numbers, segments, addUp, Neutral::kZero);
}

template <Combine combine, Neutral neutral> LogicalResult importUnsorted(Node &node) {
  auto numbers = node.constantInts(1, "the list of segments");
  FailureOr<int64_t> segments = node.constantInt(2, "the number of segments");
  if (failed(numbers) || failed(segments))
    return failure();
  return reduceSegments(node, *numbers, *segments, combine, neutral);
}
} // namespace

void registerSegment(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::SEGMENT_SUM, importSegmentSum);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_SUM, importUnsorted<addUp, Neutral::kZero>);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_PROD, importUnsorted<multiplyBy, Neutral::kOne>);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_MAX, importUnsorted<takeLarger, Neutral::kLowest>);
  table.add(BuiltinOperator::UNSORTED_SEGMENT_MIN, importUnsorted<takeSmaller, Neutral::kHighest>);
}

} // namespace tandem::tflite
