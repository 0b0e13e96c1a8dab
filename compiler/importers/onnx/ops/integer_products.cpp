#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/convolution.h"

using namespace mlir;

namespace tandem::onnx {

// Products of codes without a scale, as models have them whose activations are quantized on the
// fly. They are summed up in f32, so many products at a time that each sum is exact, and these in
// i32.
static constexpr int64_t kExactProducts = 256; // of two numbers below 2^8

/// Codes less their zero point, as f32. A zero point for each row or column is aligned to `shape`.
static MaybeValue centred(OnnxNode &node, size_t codes, size_t zeroPoint, ArrayRef<int64_t> shape) {
  Type real = node.builder().getF32Type();
  MaybeValue value = node.cast(node.input(codes), real), zero = node.optionalInput(zeroPoint);
  if (failed(value) || failed(zero) || !*zero)
    return failed(zero) ? MaybeValue(failure()) : value;
  zero = node.cast(zero, real);
  if (failed(zero))
    return failure();
  return node.subtract(value, shapeOf(*zero).size() == 1 ? node.reshape(zero, shape) : zero);
}

static MaybeValue exactSum(OnnxNode &node, MaybeValue lhs, MaybeValue rhs) {
  if (failed(lhs) || failed(rhs))
    return failure();
  auto left = static_cast<int64_t>(shapeOf(*lhs).size()),
       right = static_cast<int64_t>(shapeOf(*rhs).size());
  int64_t depth = shapeOf(*lhs).back();
  Type whole = node.builder().getI32Type();
  MaybeValue sum = Value();
  for (int64_t begin = 0; begin < depth; begin += kExactProducts) {
    int64_t count = std::min(kExactProducts, depth - begin);
    MaybeValue part = node.cast(matrixProduct(node, sliceAlong(node, lhs, left - 1, begin, count),
                                              sliceAlong(node, rhs, right - 2, begin, count)),
                                whole);
    sum = begin == 0 ? part : node.add(sum, part);
  }
  return sum;
}

static MaybeValue importMatMulInteger(OnnxNode &node) {
  MaybeValue lhs = node.input(0), rhs = node.input(1), zero = node.optionalInput(2);
  if (failed(lhs) || failed(rhs) || failed(zero))
    return failure();
  if (shapeOf(*lhs).size() < 2 || shapeOf(*rhs).size() < 2)
    return node.unsupported("shapes " + shapeText(shapeOf(*lhs)) + " and " +
                            shapeText(shapeOf(*rhs)));
  SmallVector<int64_t> rows = {1}; // one zero point for all rows, or for each
  if (*zero && *elementCount(shapeOf(*zero)) > 1)
    rows = {*elementCount(shapeOf(*zero)), 1};
  MaybeValue other = node.optionalInput(3);
  if (failed(other))
    return failure();
  return exactSum(node, centred(node, 0, 2, rows),
                  centred(node, 1, 3, *other ? shapeOf(*other) : ArrayRef<int64_t>{}));
}

static MaybeValue importConvInteger(OnnxNode &node) {
  MaybeValue input = node.input(0), image = node.image(0);
  if (failed(input) || failed(image))
    return failure();
  MaybeValue weight = node.input(1);
  int64_t groups = node.integer("group", 1);
  if (failed(weight) || node.failed())
    return failure();
  SmallVector<int64_t> shape(shapeOf(*weight));
  if (shape.size() != 4)
    return node.unsupported("a filter of shape " + shapeText(shape));
  if (*elementCount(ArrayRef(shape).drop_front()) > kExactProducts)
    return node.unsupported("more than " + Twine(kExactProducts) + " products for each result");
  FailureOr<Window> window = readWindow(node, *image, 2, shape);
  MaybeValue values = centred(node, 0, 2, {1}), filter = centred(node, 1, 3, {shape[0], 1, 1, 1});
  if (failed(window) || failed(values) || failed(filter))
    return failure();
  FailureOr<Filter> ordered = orderFilter(node, *values, *filter, *window, groups);
  if (failed(ordered))
    return failure();
  return node.cast(convolve(node, *values, *ordered, Value(), node.builder().getF32Type()),
                   node.builder().getI32Type());
}

/// DynamicQuantizeLinear: u8 codes with the scale that the range of the tensor has, and the scale
/// and zero point.
static FailureOr<Values> importDynamicQuantizeLinear(OnnxNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  constexpr double kSteps = 255;
  MaybeValue largest =
      node.create<graph::ReluOp>(node.create<graph::ReduceMaxOp>(x, axes, /*keepDims=*/false));
  MaybeValue smallest = node.create<graph::ReduceMinOp>(x, axes, /*keepDims=*/false);
  if (failed(smallest))
    return failure();
  smallest = node.create<graph::MinimumOp>(smallest, node.scalarLike(*smallest, 0));
  MaybeValue scale = node.multiply(node.subtract(largest, smallest), 1 / kSteps);
  auto rounded = [&](MaybeValue value) { return node.create<graph::RoundOp>(value); };
  MaybeValue zeroPoint = clampBetween(
      node, rounded(node.create<graph::NegOp>(node.divide(smallest, scale))), 0, kSteps);
  MaybeValue codes =
      clampBetween(node, node.add(rounded(node.divide(x, scale)), zeroPoint), 0, kSteps);
  Type code = node.builder().getIntegerType(8, /*isSigned=*/false);
  MaybeValue result = node.cast(codes, code), zero = node.cast(zeroPoint, code);
  if (failed(result) || failed(scale) || failed(zero))
    return failure();
  return Values{*result, *scale, *zero};
}

void registerIntegerProducts(OpTable &table) {
  table.add("MatMulInteger", importMatMulInteger);
  table.add("ConvInteger", importConvInteger);
  table.addList("DynamicQuantizeLinear", importDynamicQuantizeLinear, Takes::kReals);
}

} // namespace tandem::onnx
