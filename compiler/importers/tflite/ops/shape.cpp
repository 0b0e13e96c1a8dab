#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::tflite {

/// Shapes are known, so these are constants of type i32 or i64.
static LogicalResult setIntegers(Node &node, ArrayRef<int64_t> shape, ArrayRef<int64_t> values) {
  FailureOr<Type> type = node.outputType();
  if (failed(type))
    return failure();
  auto tensor = RankedTensorType::get(shape, *type);
  Location location = node.build().location();
  if (type->isSignlessInteger(64))
    return node.setOutput(graph::createConstant(node.builder(), location, tensor, values));
  if (!type->isSignlessInteger(32))
    return node.invalid() << "the result is not of type i32 or i64";
  SmallVector<int32_t> narrow(values.begin(), values.end());
  return node.setOutput(
      graph::createConstant(node.builder(), location, tensor, ArrayRef<int32_t>(narrow)));
}

static LogicalResult importShape(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  return setIntegers(node, {static_cast<int64_t>(shape.size())}, shape);
}

static LogicalResult importRank(Node &node) {
  FailureOr<Value> input = node.input(0);
  return failed(input) ? failure()
                       : setIntegers(node, {}, {static_cast<int64_t>(shapeOf(*input).size())});
}

/// RANGE: start, limit, distance. Of reals it is refused: its size hangs on how they are rounded.
static LogicalResult importRange(Node &node) {
  FailureOr<int64_t> start = node.constantInt(0, "the start"),
                     limit = node.constantInt(1, "the limit"),
                     step = node.constantInt(2, "the distance");
  if (failed(start) || failed(limit) || failed(step))
    return failure();
  __int128 span = *step < 0 ? __int128(*start) - *limit : __int128(*limit) - *start;
  __int128 distance = *step < 0 ? -__int128(*step) : *step;
  if (distance == 0 || span > distance * NodeBuilder::kMaxFill)
    return node.invalid() << "a range from " << *start << " to " << *limit << " by " << *step;
  auto count = static_cast<int64_t>(span > 0 ? (span + distance - 1) / distance : 0);
  SmallVector<int64_t> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(*start + i * *step);
  return setIntegers(node, count, values);
}

void registerShape(OpTable &table) {
  table.add(schema::BuiltinOperator::SHAPE, importShape);
  table.add(schema::BuiltinOperator::RANK, importRank);
  table.add(schema::BuiltinOperator::RANGE, importRange);
}

} // namespace tandem::tflite
