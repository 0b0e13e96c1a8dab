#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

#include "mlir/Dialect/Traits.h"

#include <cmath>

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

static FailureOr<float> constantReal(Node &node, size_t index) {
  FailureOr<Value> value = node.input(index);
  if (failed(value))
    return failure();
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(*value);
  if (!bytes || !getElementTypeOrSelf(*value).isF32() || bytes->as<float>().size() != 1)
    return node.unsupported() << "an end or a distance that is not known";
  return bytes->as<float>()[0];
}

/// As LiteRT adds up the distance, one after another in f32.
static LogicalResult importRealRange(Node &node) {
  FailureOr<float> start = constantReal(node, 0), limit = constantReal(node, 1),
                   step = constantReal(node, 2);
  if (failed(start) || failed(limit) || failed(step))
    return failure();
  double count = std::ceil(std::abs((*limit - *start) / *step));
  if (!(count <= NodeBuilder::kMaxFill) || (*step > 0) != (*limit > *start))
    return node.invalid() << "a range from " << *start << " to " << *limit << " by " << *step;
  SmallVector<float> values;
  float value = *start;
  for (auto left = static_cast<int64_t>(count); left > 0; --left, value += *step)
    values.push_back(value);
  return node.setOutput(node.build().constant(node.builder().getF32Type(),
                                              static_cast<int64_t>(values.size()), values));
}

/// RANGE: start, limit, distance.
static LogicalResult importRange(Node &node) {
  FailureOr<Type> type = node.outputType();
  if (failed(type))
    return failure();
  if (type->isF32())
    return importRealRange(node);
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

/// BROADCAST_ARGS: the shape that two shapes broadcast to.
static LogicalResult importBroadcastArgs(Node &node) {
  auto lhs = node.constantInts(0, "a shape"), rhs = node.constantInts(1, "a shape");
  if (failed(lhs) || failed(rhs))
    return failure();
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(*lhs, *rhs, shape))
    return node.invalid() << shapeText(*lhs) << " and " << shapeText(*rhs) << " do not broadcast";
  return setIntegers(node, static_cast<int64_t>(shape.size()), shape);
}

void registerShape(OpTable &table) {
  table.add(schema::BuiltinOperator::BROADCAST_ARGS, importBroadcastArgs);
  table.add(schema::BuiltinOperator::SHAPE, importShape);
  table.add(schema::BuiltinOperator::RANK, importRank);
  table.add(schema::BuiltinOperator::RANGE, importRange);
}

} // namespace tandem::tflite
