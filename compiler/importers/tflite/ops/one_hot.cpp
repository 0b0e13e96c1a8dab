#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

#include <numeric>

using namespace mlir;

namespace tandem::tflite {

/// More classes than any real model has; a few bytes of a file can ask for any number.
static constexpr int64_t kMostClasses = 1 << 20;

/// ONE_HOT: where the index is the place along a new dimension, the one value, elsewhere the other.
static LogicalResult importOneHot(Node &node) {
  auto options = node.options<schema::OneHotOptions>();
  FailureOr<Value> indices = node.input(0), onValue = node.input(2), offValue = node.input(3);
  FailureOr<int64_t> depth = node.constantInt(1, "the depth");
  if (failed(options) || failed(indices) || failed(onValue) || failed(offValue) || failed(depth))
    return failure();
  if (!getElementTypeOrSelf(*indices).isSignlessInteger(32))
    return node.unsupported() << "indices that are not i32";
  if (*depth < 1 || *depth > kMostClasses)
    return node.invalid() << "a depth of " << *depth << ", expected 1 to " << kMostClasses;
  SmallVector<int64_t> shape(shapeOf(*indices)), places(shape.size() + 1, 1);
  FailureOr<int64_t> axis = node.axis((*options)->axis(), shape.size() + 1);
  if (failed(axis))
    return failure();
  shape.insert(shape.begin() + *axis, 1);
  places[*axis] = *depth;
  SmallVector<int32_t> numbers(static_cast<size_t>(*depth));
  std::iota(numbers.begin(), numbers.end(), 0);
  NodeBuilder &build = node.build();
  Value classes = graph::createConstant(node.builder(), build.location(),
                                        RankedTensorType::get(places, node.builder().getI32Type()),
                                        ArrayRef<int32_t>(numbers));
  FailureOr<Value> isHot = build.createTyped<graph::EqualOp>(
      node.builder().getI1Type(),
      build.create<graph::ReshapeOp>(*indices, ArrayRef<int64_t>(shape)), classes);
  return failed(isHot) ? failure() : node.emit<graph::SelectOp>(*isHot, *onValue, *offValue);
}

void registerOneHot(OpTable &table) {
  table.add(schema::BuiltinOperator::ONE_HOT, importOneHot);
}

} // namespace tandem::tflite
