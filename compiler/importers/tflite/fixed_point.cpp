#include "compiler/importers/tflite/fixed_point.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/common/pieces.h"

using namespace mlir;

namespace tandem::tflite {

FailureOr<CodesConstant> constantCodes(Node &node, size_t index, ElementType type,
                                       ArrayRef<int64_t> expected) {
  FailureOr<Value> value = node.input(index);
  if (failed(value))
    return failure();
  Type element = getElementTypeOrSelf(*value);
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(*value);
  Quantization quantization = graph::quantizationOf(element);
  if (!bytes || graph::elementTypeOf(element) != type || quantization.perChannel() ||
      llvm::any_of(quantization.zeroPoints, [](int32_t zero) { return zero != 0; }))
    return node.unsupported() << "an input " << index << " that is no constant of "
                              << elementTypeName(type) << " with one scale around 0";
  CodesConstant result;
  result.shape.assign(shapeOf(*value).begin(), shapeOf(*value).end());
  auto fits = [](auto pair) {
    return std::get<0>(pair) < 0 || std::get<0>(pair) == std::get<1>(pair);
  };
  if (result.shape.size() != expected.size() ||
      !llvm::all_of(llvm::zip(expected, result.shape), fits) || bytes->size() == 0)
    return node.invalid() << "input " << index << " has shape " << shapeText(result.shape);
  if (!quantization.scales.empty())
    result.scale = quantization.scales[0];
  if (type == ElementType::kI8)
    result.codes.assign(bytes->as<int8_t>().begin(), bytes->as<int8_t>().end());
  else if (type == ElementType::kI16)
    result.codes.assign(bytes->as<int16_t>().begin(), bytes->as<int16_t>().end());
  else
    result.codes.assign(bytes->as<int32_t>().begin(), bytes->as<int32_t>().end());
  return result;
}

FailureOr<OneScale> oneScale(Node &node, Type type, ElementType expected, StringRef what) {
  Quantization quantization = graph::quantizationOf(type);
  if (graph::elementTypeOf(type) != expected || quantization.scales.size() != 1)
    return node.unsupported() << what << " is not of " << elementTypeName(expected)
                              << " codes with one scale";
  return OneScale{quantization.scales[0], quantization.zeroPoints[0]};
}

MaybeValue stepsOfCodes(NodeBuilder &build, MaybeValue codes) {
  if (failed(codes))
    return failure();
  double scale = graph::quantizationOf(getElementTypeOrSelf(*codes)).scales[0];
  MaybeValue real = build.createTyped<graph::DequantizeOp>(build.builder().getF32Type(), codes);
  return build.create<graph::RoundOp>(build.multiply(real, 1 / scale));
}

MaybeValue codesOfSteps(NodeBuilder &build, MaybeValue steps, Type type) {
  double scale = graph::quantizationOf(type).scales[0];
  MaybeValue real = build.multiply(build.cast(steps, build.builder().getF32Type()), scale);
  return build.createTyped<graph::QuantizeOp>(type, real);
}

MaybeValue wholeConstant(NodeBuilder &build, ArrayRef<int64_t> shape, ArrayRef<int64_t> values) {
  return build.integerConstant(build.builder().getI64Type(), shape, values);
}
MaybeValue whole(NodeBuilder &build, MaybeValue x) {
  return build.cast(x, build.builder().getI64Type());
}

static constexpr int64_t kExactProducts = 512; // of 255 and 128 at most, in f32

WholeMatrix wholeMatrix(NodeBuilder &build, const CodesConstant &weights) {
  int64_t rows = weights.shape[0], depth = weights.shape[1];
  Type f32 = build.builder().getF32Type();
  Type code = graph::quantizedType(f32.getContext(), ElementType::kI8, {{1.0f}, {0}, 0});
  WholeMatrix parts;
  for (int64_t begin = 0; begin < depth; begin += kExactProducts) {
    int64_t size = std::min(kExactProducts, depth - begin);
    SmallVector<int8_t> codes;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t each : ArrayRef(weights.codes).slice(row * depth + begin, size))
        codes.push_back(static_cast<int8_t>(each));
    // Codes of a scale of 1 are reals as they stand.
    Value part =
        graph::createConstant(build.builder(), build.location(),
                              RankedTensorType::get({rows, size}, code), ArrayRef<int8_t>(codes));
    parts.push_back(build.createTyped<graph::DequantizeOp>(f32, part));
  }
  return parts;
}

MaybeValue wholeProduct(NodeBuilder &build, MaybeValue rows, const WholeMatrix &weights) {
  MaybeValue sum = Value();
  int64_t begin = 0;
  for (MaybeValue part : weights) {
    if (failed(part))
      return failure();
    int64_t size = shapeOf(*part)[1];
    MaybeValue product =
        whole(build, build.create<graph::FullyConnectedOp>(sliceAlong(build, rows, 1, begin, size),
                                                           part, Value(), graph::Activation::None));
    sum = begin == 0 ? product : build.add(sum, product);
    begin += size;
  }
  return sum;
}

MaybeValue shiftedRight(NodeBuilder &build, MaybeValue x, int64_t places) {
  return build.create<graph::ShiftRightOp>(x, wholeConstant(build, {1}, places));
}

MaybeValue roundingShift(NodeBuilder &build, MaybeValue x, int64_t places) {
  if (places == 0)
    return x;
  // Halves of negative numbers go down.
  MaybeValue sign = shiftedRight(build, x, 63);
  MaybeValue half = wholeConstant(build, {1}, int64_t(1) << (places - 1));
  return shiftedRight(build, build.add(build.add(x, half), sign), places);
}

MaybeValue highProduct(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  MaybeValue half = wholeConstant(build, {1}, int64_t(1) << 30);
  return shiftedRight(build, build.add(build.multiply(a, b), half), 31);
}

MaybeValue rescaled(NodeBuilder &build, MaybeValue x, ArrayRef<FixedMultiplier> by) {
  auto each = [&](llvm::function_ref<int64_t(FixedMultiplier)> part) {
    bool isOne = llvm::all_equal(by);
    return wholeConstant(build, isOne ? 1 : static_cast<int64_t>(by.size()),
                         llvm::map_to_vector(isOne ? by.take_front() : by, part));
  };
  if (llvm::any_of(by, [](FixedMultiplier m) { return m.shift > 0; }))
    x = build.multiply(x,
                       each([](FixedMultiplier m) { return int64_t(1) << std::max(m.shift, 0); }));
  x = highProduct(build, x, each([](FixedMultiplier m) { return m.multiplier; }));
  auto isRight = [](FixedMultiplier m) { return m.shift < 0; };
  if (llvm::none_of(by, isRight))
    return x;
  MaybeValue sign = shiftedRight(build, x, 63);
  if (!llvm::all_of(by, isRight))
    sign = build.multiply(sign, each([&](FixedMultiplier m) { return isRight(m); }));
  MaybeValue half = each(
      [&](FixedMultiplier m) { return isRight(m) ? int64_t(1) << (-m.shift - 1) : int64_t(0); });
  return build.create<graph::ShiftRightOp>(
      build.add(build.add(x, half), sign),
      each([](FixedMultiplier m) { return std::max(-m.shift, 0); }));
}

MaybeValue heldWithin(NodeBuilder &build, MaybeValue x, int64_t low, int64_t high) {
  x = build.create<graph::MaximumOp>(x, wholeConstant(build, {1}, low));
  return build.create<graph::MinimumOp>(x, wholeConstant(build, {1}, high));
}
MaybeValue heldWithin(NodeBuilder &build, MaybeValue x, ElementType type) {
  CodeRange range = allCodes(type);
  return heldWithin(build, x, range.low, range.high);
}

MaybeValue tableOf(NodeBuilder &build, llvm::function_ref<int16_t(int16_t)> function) {
  SmallVector<int64_t> results;
  for (int32_t code = INT16_MIN; code <= INT16_MAX; ++code)
    results.push_back(function(static_cast<int16_t>(code)));
  return build.integerConstant(build.builder().getIntegerType(16),
                               static_cast<int64_t>(results.size()), results);
}

MaybeValue lookedUp(NodeBuilder &build, MaybeValue x, MaybeValue table) {
  MaybeValue place = build.add(x, wholeConstant(build, {1}, -int64_t(INT16_MIN)));
  return whole(build, build.create<graph::GatherOp>(table, place, /*axis=*/0));
}

} // namespace tandem::tflite
