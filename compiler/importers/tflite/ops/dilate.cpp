#include "compiler/importers/common/padding.h"
#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
/// A number that is known, of f32 or i32.
FailureOr<double> constantNumber(Node &node, size_t index) {
  FailureOr<Value> value = node.input(index);
  if (failed(value))
    return failure();
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(*value);
  Type type = getElementTypeOrSelf(*value);
  if (!bytes || graph::tensorType(*value).getNumElements() != 1 ||
      (!type.isF32() && !type.isSignlessInteger(32)))
    return node.unsupported() << "a padding value that is no known f32 or i32";
  return type.isF32() ? double(bytes->as<float>()[0]) : double(bytes->as<int32_t>()[0]);
}

FailureOr<Value> plainInput(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (succeeded(input) && isa<quant::QuantizedType>(getElementTypeOrSelf(*input)))
    return node.unsupported() << "codes";
  return input;
}

constexpr int64_t kMostGap = 1 << 16;

/// DILATE: elements so far apart, with a value between them.
LogicalResult importDilate(Node &node) {
  FailureOr<Value> input = plainInput(node);
  auto distances = node.constantInts(1, "the list of distances");
  FailureOr<double> value = constantNumber(node, 2);
  if (failed(input) || failed(distances) || failed(value))
    return failure();
  if (distances->size() != shapeOf(*input).size())
    return node.invalid() << distances->size() << " distances for shape "
                          << shapeText(shapeOf(*input));
  MaybeValue result = input;
  for (auto [axis, distance] : llvm::enumerate(*distances)) {
    if (distance < 1 || distance > kMostGap)
      return node.invalid() << "a distance of " << distance;
    result = spreadAlong(node.build(), result, static_cast<int64_t>(axis), distance - 1, *value);
  }
  return node.setOutput(result);
}

/// STABLEHLO_PAD: a value between elements and around them; negative edges cut off.
LogicalResult importStablehloPad(Node &node) {
  auto options = node.options2<schema::StablehloPadOptions>();
  FailureOr<Value> input = plainInput(node);
  FailureOr<double> value = constantNumber(node, 1);
  if (failed(options) || failed(input) || failed(value))
    return failure();
  SmallVector<int64_t> low = integersOf((*options)->edge_padding_low()),
                       high = integersOf((*options)->edge_padding_high()),
                       gaps = integersOf((*options)->interior_padding());
  size_t rank = shapeOf(*input).size();
  if (low.size() != rank || high.size() != rank || gaps.size() != rank)
    return node.invalid() << "paddings for another rank than " << rank;
  MaybeValue result = input;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (gaps[axis] < 0 || gaps[axis] > kMostGap)
      return node.invalid() << "a gap of " << gaps[axis];
    result = spreadAlong(node.build(), result, static_cast<int64_t>(axis), gaps[axis], *value);
    if (failed(result))
      return failure();
    int64_t size = shapeOf(*result)[axis];
    if (low[axis] < -size || high[axis] < -size || size < -(low[axis] + high[axis]) ||
        low[axis] > kMaxElements || high[axis] > kMaxElements)
      return node.invalid() << "paddings " << low[axis] << " and " << high[axis]
                            << " of a dimension of " << size;
  }
  return node.setOutput(padOrCrop(node.build(), result, low, high, *value));
}
} // namespace

void registerDilate(OpTable &table) {
  table.add(schema::BuiltinOperator::DILATE, importDilate);
  table.add(schema::BuiltinOperator::STABLEHLO_PAD, importStablehloPad);
}

} // namespace tandem::tflite
