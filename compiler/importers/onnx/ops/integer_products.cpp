#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/coded_products.h"
#include "compiler/importers/onnx/convolution.h"

using namespace mlir;

namespace tandem::onnx {

// Products of codes without a scale, as models have them whose activations are quantized on the
// fly. Where both factors are computed, and depthwise, they are summed up in f32, so many products
// at a time that each sum is exact, and these in i32.
static constexpr int64_t kExactProducts = 256; // of two numbers below 2^8

static bool isPlainByte(Value value) {
  Type type = getElementTypeOrSelf(value);
  return type.isSignlessInteger(8) || type.isUnsignedInteger(8);
}

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

/// A vector is a row on the left and a column on the right.
static MaybeValue exactSum(OnnxNode &node, MaybeValue lhs, MaybeValue rhs) {
  if (failed(lhs) || failed(rhs))
    return failure();
  auto left = static_cast<int64_t>(shapeOf(*lhs).size()),
       right = std::max<int64_t>(static_cast<int64_t>(shapeOf(*rhs).size()), 2);
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

/// A zero point of all rows, or one for each, aligned to matrices.
static MaybeValue alignedZeroPoint(OnnxNode &node, size_t index) {
  MaybeValue zero = node.optionalInput(index);
  if (failed(zero) || !*zero)
    return zero;
  int64_t count = *elementCount(shapeOf(*zero));
  return node.reshape(zero, count == 1 ? SmallVector<int64_t>{} : SmallVector<int64_t>{count, 1});
}

/// By products of codes, where the matrix on the right is known and its zero points, and one zero
/// point of the left is for all or for the rows of one matrix. A null value where they are not.
static MaybeValue productOfCodes(OnnxNode &node, Value lhs) {
  std::optional<Elements> matrix = node.known(1), zeros = node.known(3);
  MaybeValue zero = node.optionalInput(2);
  if (failed(zero))
    return failure();
  bool isPerRow = *zero && *elementCount(shapeOf(*zero)) != 1;
  if (!matrix || matrix->shape().size() != 2 || (node.has(3) && !zeros) ||
      (isPerRow && (shapeOf(lhs).size() != 2 || *elementCount(shapeOf(*zero)) != shapeOf(lhs)[0])))
    return Value();
  if (matrix->shape()[0] != shapeOf(lhs).back())
    return node.invalid("shapes " + shapeText(shapeOf(lhs)) + " and " + shapeText(matrix->shape()));
  auto weights = codedWeights(node, *matrix, zeros, /*outputAxis=*/1, {1, 0});
  if (failed(weights) || !*weights)
    return failed(weights) ? MaybeValue(failure()) : Value();
  return sumsOfRows(node, lhs, alignedZeroPoint(node, 2), **weights);
}

static MaybeValue importMatMulInteger(OnnxNode &node) {
  MaybeValue lhs = node.input(0);
  if (failed(lhs))
    return failure();
  if (!shapeOf(*lhs).empty() && isPlainByte(*lhs))
    if (MaybeValue sums = productOfCodes(node, *lhs); failed(sums) || *sums)
      return sums;
  MaybeValue rhs = node.input(1), zero = node.optionalInput(2), other = node.optionalInput(3);
  if (failed(rhs) || failed(zero) || failed(other))
    return failure();
  int64_t zeros = *zero ? *elementCount(shapeOf(*zero)) : 1; // one for all rows, or for each
  if (shapeOf(*lhs).empty() || shapeOf(*rhs).empty() || (shapeOf(*lhs).size() == 1 && zeros != 1))
    return node.invalid("shapes " + shapeText(shapeOf(*lhs)) + " and " + shapeText(shapeOf(*rhs)) +
                        ", and " + Twine(zeros) + " zero points");
  SmallVector<int64_t> rows = {1};
  if (zeros > 1)
    rows = {zeros, 1};
  return exactSum(node, centred(node, 0, 2, rows),
                  centred(node, 1, 3, *other ? shapeOf(*other) : ArrayRef<int64_t>{}));
}

/// The image (NHWC) with its zero point around it, where the window has pads: it counts as nothing
/// there.
static MaybeValue withBorder(OnnxNode &node, Value image, MaybeValue zero, Window &window) {
  bool hasPads = llvm::any_of(window.low, [](int64_t pad) { return pad != 0; }) ||
                 llvm::any_of(window.high, [](int64_t pad) { return pad != 0; });
  if (failed(zero) || !*zero || !hasPads) // without one the window's own pads are right
    return failed(zero) ? MaybeValue(failure()) : image;
  SmallVector<int64_t> low = {0, window.low[0], window.low[1], 0},
                       high = {0, window.high[0], window.high[1], 0};
  MaybeValue padded = node.create<graph::PadOp>(image, low, high, llvm::APFloat(0.0f));
  if (failed(padded))
    return failure();
  ArrayRef<int64_t> inside = shapeOf(image), shape = shapeOf(*padded);
  Elements mask = Elements::ofIntegers(
      ElementType::kBool, {1, shape[1], shape[2], 1}, [&](int64_t i) -> int64_t {
        int64_t y = i / shape[2] - low[1], x = i % shape[2] - low[2];
        return y >= 0 && y < inside[1] && x >= 0 && x < inside[2];
      });
  window.low = window.high = {0, 0};
  return node.select(node.constantOf(mask), padded, zero);
}

/// A filter's shape as that of an image's: that of a sequence gets a height of 1.
static SmallVector<int64_t> withHeight(ArrayRef<int64_t> filter) {
  SmallVector<int64_t> shape(filter);
  if (shape.size() == 3)
    shape.insert(shape.begin() + 2, 1);
  return shape;
}

/// By products of codes, where the filter is known and its zero points; a null value where not.
static MaybeValue convolveCodes(OnnxNode &node, Value image, size_t spatial, int64_t groups) {
  std::optional<Elements> filter = node.known(1), zeros = node.known(3);
  MaybeValue zero = node.optionalInput(2);
  if (failed(zero))
    return failure();
  if (!filter || filter->shape().size() != spatial + 2 || (node.has(3) && !zeros) ||
      !isPlainByte(image) || (groups > 1 && filter->shape()[1] == 1) ||
      (*zero && *elementCount(shapeOf(*zero)) != 1))
    return Value();
  ArrayRef<int64_t> shape = filter->shape();
  if (groups < 1 || shape[0] % groups != 0 || shapeOf(image)[1] != shape[1] * groups)
    return node.invalid("a filter of shape " + shapeText(shape) + " in " + Twine(groups) +
                        " groups for an input of shape " + shapeText(shapeOf(image)));
  FailureOr<Window> window = readWindow(node, image, spatial, shape);
  if (failed(window))
    return failure();
  auto weights = codedWeights(node, filter->reshaped(withHeight(shape)), zeros, /*outputAxis=*/0,
                              {0, 2, 3, 1});
  if (failed(weights) || !*weights)
    return failed(weights) ? MaybeValue(failure()) : Value();
  if (*zero)
    zero = node.reshape(zero, {});
  MaybeValue nhwc = node.toNhwc(image);
  nhwc = failed(nhwc) ? nhwc : withBorder(node, *nhwc, zero, *window);
  ArrayRef<int64_t> stride(window->stride), dilation(window->dilation), low(window->low),
      high(window->high);
  MaybeValue sums = node.createTyped<graph::Conv2dOp>(node.builder().getI32Type(), nhwc,
                                                      (*weights)->filter, Value(), stride, dilation,
                                                      low, high, groups, graph::Activation::None);
  return node.toNchw(lessZeroPoint(node, sums, zero, **weights));
}

/// In f32, which holds the sums of few products.
static MaybeValue convolveExactly(OnnxNode &node, Value image, size_t spatial, int64_t groups) {
  MaybeValue weight = node.input(1);
  if (failed(weight))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*weight)), ofImage = withHeight(shape);
  if (shape.size() != spatial + 2)
    return node.invalid("a filter of shape " + shapeText(shape) + " over " + Twine(spatial) +
                        " dimensions");
  if (*elementCount(ArrayRef(shape).drop_front()) > kExactProducts)
    return node.unsupported("more than " + Twine(kExactProducts) +
                            " products for each result with a filter that is computed");
  FailureOr<Window> window = readWindow(node, image, spatial, shape);
  SmallVector<int64_t> perOutput(shape.size(), 1);
  perOutput[0] = shape[0];
  MaybeValue values = node.reshape(centred(node, 0, 2, {1}), shapeOf(image)),
             filter = node.reshape(centred(node, 1, 3, perOutput), ofImage);
  if (failed(window) || failed(values) || failed(filter))
    return failure();
  FailureOr<Filter> ordered = orderFilter(node, *values, *filter, *window, groups);
  if (failed(ordered))
    return failure();
  return node.cast(convolve(node, *values, *ordered, Value(), node.builder().getF32Type()),
                   node.builder().getI32Type());
}

static MaybeValue importConvInteger(OnnxNode &node) {
  MaybeValue input = node.input(0), image = node.image(0);
  int64_t groups = node.integer("group", 1);
  if (failed(input) || failed(image) || node.failed())
    return failure();
  size_t spatial = spatialRank(*input);
  MaybeValue sums = convolveCodes(node, *image, spatial, groups);
  if (succeeded(sums) && !*sums)
    sums = convolveExactly(node, *image, spatial, groups);
  return toRank(node, sums, shapeOf(*input).size());
}

static FailureOr<Values> importDynamicQuantizeLinear(OnnxNode &node) {
  DynamicCodes dynamic = quantizeByRange(node, node.input(0));
  if (failed(dynamic.codes) || failed(dynamic.scale) || failed(dynamic.zeroPoint))
    return failure();
  return Values{*dynamic.codes, *dynamic.scale, *dynamic.zeroPoint};
}

/// The known matrix on the right of a product with its zero points, at these inputs.
static FailureOr<CodedWeights> knownMatrix(OnnxNode &node, size_t index, size_t zeroIndex) {
  FailureOr<Elements> matrix = node.constant(index, "the matrix of weights");
  if (failed(matrix))
    return failure();
  std::optional<Elements> zeros;
  if (node.has(zeroIndex)) {
    FailureOr<Elements> known = node.constant(zeroIndex, "a zero point of the weights");
    if (failed(known))
      return failure();
    zeros = *known;
  }
  if (matrix->shape().size() != 2)
    return node.unsupported("weights of shape " + shapeText(matrix->shape()));
  auto weights = codedWeights(node, *matrix, zeros, /*outputAxis=*/1, {1, 0});
  if (succeeded(weights) && !*weights)
    return node.unsupported("weights that are no codes of 8 bits with zero points per output");
  return failed(weights) ? FailureOr<CodedWeights>(failure()) : FailureOr<CodedWeights>(**weights);
}

/// com.microsoft.DynamicQuantizeMatMul: reals, quantized by their range, times codes.
static MaybeValue importDynamicQuantizeMatMul(OnnxNode &node) {
  FailureOr<CodedWeights> weights = knownMatrix(node, 1, 3);
  MaybeValue scale = node.input(2);
  if (failed(weights) || failed(scale))
    return failure();
  return dynamicProduct(node, node.input(0), *weights, scale, node.optionalInput(4));
}

/// com.microsoft.MatMulIntegerToFloat: the sums of MatMulInteger times both scales, and a bias.
static MaybeValue importMatMulIntegerToFloat(OnnxNode &node) {
  MaybeValue rows = node.input(0), scale = node.multiply(node.input(3), node.input(2)),
             bias = node.optionalInput(6);
  FailureOr<CodedWeights> weights = knownMatrix(node, 1, 5);
  if (failed(rows) || failed(scale) || failed(bias) || failed(weights))
    return failure();
  if (!isPlainByte(*rows))
    return node.unsupported("rows that are no plain codes of 8 bits");
  MaybeValue result =
      node.multiply(node.cast(sumsOfRows(node, rows, alignedZeroPoint(node, 4), *weights),
                              node.builder().getF32Type()),
                    scale);
  return *bias ? node.add(result, bias) : result;
}

void registerIntegerProducts(OpTable &table) {
  table.add("MatMulInteger", importMatMulInteger);
  table.add("ConvInteger", importConvInteger);
  table.addList("DynamicQuantizeLinear", importDynamicQuantizeLinear, Takes::kReals);
  table.add("com.microsoft.DynamicQuantizeMatMul", importDynamicQuantizeMatMul);
  table.add("com.microsoft.MatMulIntegerToFloat", importMatMulIntegerToFloat);
}

} // namespace tandem::onnx
