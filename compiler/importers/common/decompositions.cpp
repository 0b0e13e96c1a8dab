#include "compiler/importers/common/decompositions.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/pieces.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;

namespace tandem {

static constexpr auto kNone = graph::Activation::None;

MaybeValue square(NodeBuilder &build, MaybeValue x) {
  return build.multiply(x, x);
}
MaybeValue reciprocal(NodeBuilder &build, MaybeValue x) {
  return failed(x) ? x : build.divide(build.scalarLike(*x, 1), x);
}

MaybeValue sign(NodeBuilder &build, MaybeValue x) {
  if (failed(x))
    return failure();
  Type type = getElementTypeOrSelf(*x);
  return build.subtract(build.cast(build.compare<graph::GreaterOp>(x, 0.0), type),
                        build.cast(build.compare<graph::LessOp>(x, 0.0), type));
}

MaybeValue isNan(NodeBuilder &build, MaybeValue x) {
  return build.compare<graph::NotEqualOp>(x, x);
}
MaybeValue isInfinite(NodeBuilder &build, MaybeValue x) {
  return build.compare<graph::EqualOp>(build.create<graph::AbsOp>(x), INFINITY);
}

MaybeValue remainderOfDividend(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  if (failed(x) || failed(y))
    return failure();
  if (isa<IntegerType>(getElementTypeOrSelf(*x)))
    return build.subtract(x, build.multiply(build.divide(x, y), y));
  MaybeValue rest =
      build.create<graph::FloorModOp>(build.create<graph::AbsOp>(x), build.create<graph::AbsOp>(y));
  return build.select(build.compare<graph::LessOp>(x, 0.0), build.create<graph::NegOp>(rest), rest);
}

MaybeValue tangent(NodeBuilder &build, MaybeValue x) {
  return build.divide(build.create<graph::SinOp>(x), build.create<graph::CosOp>(x));
}
/// sqrt(1 - x^2), as sqrt((1 - x)(1 + x)), which has no difference of squares.
static MaybeValue legOf(NodeBuilder &build, MaybeValue x) {
  return build.create<graph::SqrtOp>(
      build.multiply(build.add(build.create<graph::NegOp>(x), 1), build.add(x, 1)));
}
MaybeValue arcSine(NodeBuilder &build, MaybeValue x) {
  return build.create<graph::AtanOp>(build.divide(x, legOf(build, x)));
}
MaybeValue arcCosine(NodeBuilder &build, MaybeValue x) {
  return build.add(build.create<graph::NegOp>(arcSine(build, x)), M_PI_2);
}

/// The angle of the quotient, half a turn farther where x is negative; of the origin it is 0.
MaybeValue arcTangent(NodeBuilder &build, MaybeValue y, MaybeValue x) {
  MaybeValue angle = build.create<graph::AtanOp>(build.divide(y, x));
  MaybeValue turned = build.select(build.compare<graph::LessOp>(y, 0.0), build.add(angle, -M_PI),
                                   build.add(angle, M_PI));
  MaybeValue result = build.select(build.compare<graph::LessOp>(x, 0.0), turned, angle);
  MaybeValue isOrigin = build.create<graph::LogicalAndOp>(build.compare<graph::EqualOp>(x, 0.0),
                                                          build.compare<graph::EqualOp>(y, 0.0));
  return failed(y) ? y : build.select(isOrigin, build.scalarLike(*y, 0), result);
}

/// (exp(x) + sign * exp(-x)) / 2.
static MaybeValue halfSumOfPowers(NodeBuilder &build, MaybeValue x, double sign) {
  MaybeValue rising = build.create<graph::ExpOp>(x),
             falling = build.create<graph::ExpOp>(build.create<graph::NegOp>(x));
  return build.multiply(build.add(rising, build.multiply(falling, sign)), 0.5);
}
MaybeValue hyperbolicSine(NodeBuilder &build, MaybeValue x) {
  return halfSumOfPowers(build, x, -1);
}
MaybeValue hyperbolicCosine(NodeBuilder &build, MaybeValue x) {
  return halfSumOfPowers(build, x, 1);
}
/// Of |x|, with the sign of x, so that nothing is lost for negative ones.
MaybeValue inverseHyperbolicSine(NodeBuilder &build, MaybeValue x) {
  MaybeValue magnitude = build.create<graph::AbsOp>(x);
  MaybeValue root = build.create<graph::SqrtOp>(build.add(square(build, x), 1));
  return build.multiply(sign(build, x), build.create<graph::LogOp>(build.add(magnitude, root)));
}
MaybeValue inverseHyperbolicCosine(NodeBuilder &build, MaybeValue x) {
  MaybeValue root = build.create<graph::SqrtOp>(build.multiply(build.add(x, -1), build.add(x, 1)));
  return build.create<graph::LogOp>(build.add(x, root));
}
MaybeValue inverseHyperbolicTangent(NodeBuilder &build, MaybeValue x) {
  MaybeValue ratio = build.divide(build.add(x, 1), build.add(build.create<graph::NegOp>(x), 1));
  return build.multiply(build.create<graph::LogOp>(ratio), 0.5);
}

/// elu below 0 keeps the digits that are left there.
MaybeValue expMinusOne(NodeBuilder &build, MaybeValue x) {
  return build.select(build.compare<graph::LessOp>(x, 0.0),
                      build.create<graph::EluOp>(x, llvm::APFloat(1.0f)),
                      build.add(build.create<graph::ExpOp>(x), -1));
}
MaybeValue logOnePlus(NodeBuilder &build, MaybeValue x) {
  return build.create<graph::LogOp>(build.add(x, 1));
}

MaybeValue softplus(NodeBuilder &build, MaybeValue x) {
  MaybeValue decay =
      build.create<graph::ExpOp>(build.create<graph::NegOp>(build.create<graph::AbsOp>(x)));
  return build.add(build.create<graph::ReluOp>(x), build.create<graph::LogOp>(build.add(decay, 1)));
}

MaybeValue mish(NodeBuilder &build, MaybeValue x) {
  return build.multiply(x, build.create<graph::TanhOp>(softplus(build, x)));
}

MaybeValue swish(NodeBuilder &build, MaybeValue x, double beta) {
  return build.multiply(x, build.create<graph::SigmoidOp>(build.multiply(x, beta)));
}

MaybeValue selu(NodeBuilder &build, MaybeValue x, double alpha, double gamma) {
  return build.multiply(build.create<graph::EluOp>(x, llvm::APFloat(static_cast<float>(alpha))),
                        gamma);
}

MaybeValue geluTanh(NodeBuilder &build, MaybeValue x) {
  MaybeValue cube = build.multiply(build.multiply(x, x), x);
  MaybeValue inner =
      build.multiply(build.add(x, build.multiply(cube, 0.044715)), std::sqrt(M_2_PI));
  return build.multiply(build.multiply(x, 0.5), build.add(build.create<graph::TanhOp>(inner), 1));
}

MaybeValue clampBetween(NodeBuilder &build, MaybeValue x, double low, double high) {
  if (failed(x))
    return failure();
  bool isReal = !isa<IntegerType>(getElementTypeOrSelf(*x)); // which alone the activations are for
  if (isReal && low == 0 && high == 6)
    return build.create<graph::Relu6Op>(x);
  if (isReal && low == -1 && high == 1)
    return build.create<graph::ReluN1To1Op>(x);
  MaybeValue result = x;
  if (isReal && low == 0)
    result = build.create<graph::ReluOp>(result);
  else if (low > -INFINITY)
    result = build.create<graph::MaximumOp>(result, build.scalarLike(*x, low));
  return high == INFINITY ? result
                          : build.create<graph::MinimumOp>(result, build.scalarLike(*x, high));
}

MaybeValue powScalar(NodeBuilder &build, MaybeValue x, double exponent) {
  if (failed(x) || exponent == 1)
    return x;
  if (exponent == 2)
    return build.multiply(x, x);
  if (exponent == 3)
    return build.multiply(build.multiply(x, x), x);
  if (exponent == 0.5)
    return build.create<graph::SqrtOp>(x);
  if (exponent == -0.5)
    return build.create<graph::RsqrtOp>(x);
  if (exponent == -1)
    return reciprocal(build, x);
  return build.create<graph::PowOp>(x, build.scalarLike(*x, exponent));
}

/// The one number that a constant exponent has.
static std::optional<int64_t> numberOf(Value exponent) {
  DenseIntElementsAttr elements;
  if (!matchPattern(exponent, m_Constant(&elements)) || elements.getNumElements() != 1)
    return std::nullopt;
  return elements.getSplatValue<APInt>().getSExtValue();
}

/// By squares, one for each bit of the exponent.
static MaybeValue powKnown(NodeBuilder &build, MaybeValue base, int64_t exponent) {
  if (failed(base) || exponent == 0)
    return failed(base) ? base : build.add(build.multiply(base, 0.0), 1.0);
  MaybeValue result = Value();
  for (MaybeValue square = base; exponent != 0; exponent >>= 1) {
    if (exponent & 1)
      result = succeeded(result) && !*result ? square : build.multiply(result, square);
    if (exponent > 1)
      square = build.multiply(square, square);
  }
  return result;
}

MaybeValue powIntegers(NodeBuilder &build, MaybeValue base, MaybeValue exponent) {
  constexpr int kBits = 6;
  if (failed(base) || failed(exponent))
    return failure();
  Type type = getElementTypeOrSelf(*base);
  Type wide = type.getIntOrFloatBitWidth() < 32 ? Type(build.builder().getI32Type()) : type;
  MaybeValue square = build.cast(base, wide);
  std::optional<int64_t> known = numberOf(*exponent);
  if (known && shapeOf(*exponent).size() <= shapeOf(*base).size())
    return build.cast(powKnown(build, square, std::clamp<int64_t>(*known, 0, (1 << kBits) - 1)),
                      type);
  MaybeValue bits = clampBetween(build, build.cast(exponent, wide), 0, (1 << kBits) - 1);
  if (failed(square) || failed(bits))
    return failure();
  MaybeValue result = build.scalarLike(*square, 1);
  for (int bit = 0; bit < kBits; ++bit) {
    MaybeValue isSet = build.compare<graph::NotEqualOp>(
        build.create<graph::BitwiseAndOp>(bits, build.scalarLike(*bits, 1 << bit)), 0.0);
    result = build.select(isSet, build.multiply(result, square), result);
    square = build.multiply(square, square);
  }
  return build.cast(result, type);
}

Normalized normalizeOver(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> axes, double epsilon) {
  MaybeValue mean = build.create<graph::MeanOp>(x, axes, /*keepDims=*/true);
  MaybeValue centred = build.subtract(x, mean);
  MaybeValue variance =
      build.create<graph::MeanOp>(build.multiply(centred, centred), axes, /*keepDims=*/true);
  MaybeValue inverse = build.create<graph::RsqrtOp>(build.add(variance, epsilon));
  return {build.multiply(centred, inverse), mean, inverse};
}

MaybeValue batchNorm(NodeBuilder &build, MaybeValue x, const ChannelNumbers &numbers,
                     float epsilon) {
  if (failed(x))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  SmallVector<int64_t> toLast = {0}, back = {0, rank - 1};
  for (int64_t i = 2; i < rank; ++i) {
    toLast.push_back(i);
    back.push_back(i - 1);
  }
  toLast.push_back(1);
  MaybeValue result =
      build.create<graph::BatchNormOp>(build.transpose(x, toLast), numbers.scale, numbers.offset,
                                       numbers.mean, numbers.variance, llvm::APFloat(epsilon));
  return build.transpose(result, back);
}

MaybeValue pixelShuffle(NodeBuilder &build, MaybeValue nchw, int64_t block) {
  if (failed(nchw))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*nchw));
  int64_t pixels = shape[0] * shape[2] * shape[3];
  MaybeValue split =
      build.reshape(build.toNhwc(nchw), {pixels, shape[1] / (block * block), block * block});
  MaybeValue reordered =
      build.reshape(build.transpose(split, {0, 2, 1}), {shape[0], shape[2], shape[3], shape[1]});
  return build.toNchw(build.create<graph::DepthToSpaceOp>(reordered, block));
}

MaybeValue expandTo(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> shape) {
  if (failed(x) || shapeOf(*x) == shape)
    return x;
  SmallVector<int64_t> aligned(shape.size() - std::min(shape.size(), shapeOf(*x).size()), 1);
  aligned.append(shapeOf(*x).begin(), shapeOf(*x).end());
  x = build.reshape(x, aligned);
  SmallVector<int64_t> repeats(shape.size(), 1);
  for (size_t d = 0; d < std::min(shape.size(), aligned.size()); ++d)
    if (aligned[d] == 1 && shape[d] == 0) // tiles of nothing there are none
      x = sliceAlong(build, x, static_cast<int64_t>(d), 0, 0);
    else if (aligned[d] == 1)
      repeats[d] = shape[d];
  return build.create<graph::TileOp>(x, repeats);
}

MaybeValue tiled(NodeBuilder &build, MaybeValue x, SmallVector<int64_t> repeats) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  while (shape.size() < repeats.size())
    shape.insert(shape.begin(), 1);
  while (repeats.size() < shape.size())
    repeats.insert(repeats.begin(), 1);
  return build.create<graph::TileOp>(build.reshape(x, shape), repeats);
}

MaybeValue repeatEach(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t times) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> result(shapeOf(*x)), apart(result), full(result);
  result[axis] *= times;
  apart.insert(apart.begin() + axis + 1, 1);
  full.insert(full.begin() + axis + 1, times);
  return build.reshape(expandTo(build, build.reshape(x, apart), full), result);
}

MaybeValue multiplyRows(NodeBuilder &build, MaybeValue rows, MaybeValue filter, MaybeValue bias) {
  if (failed(rows) || failed(filter) || failed(bias))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*rows));
  if (shape.empty() || shapeOf(*filter).size() != 2)
    return build.error() << "shapes " << shapeText(shape) << " and " << shapeText(shapeOf(*filter))
                         << " are no matrix product";
  bool isMatrix = shape.size() == 2;
  if (!isMatrix)
    rows = build.reshape(rows, {*elementCount(ArrayRef(shape).drop_back()), shape.back()});
  MaybeValue result = build.create<graph::FullyConnectedOp>(rows, filter, bias, kNone);
  shape.back() = shapeOf(*filter)[0];
  return isMatrix ? result : build.reshape(result, shape);
}

/// A value with these leading dimensions in front of its last two.
static MaybeValue withBatch(NodeBuilder &build, MaybeValue value, ArrayRef<int64_t> batch) {
  if (failed(value))
    return failure();
  SmallVector<int64_t> shape(batch);
  llvm::append_range(shape, shapeOf(*value).take_back(2));
  return expandTo(build, value, shape);
}

MaybeValue matrixProduct(NodeBuilder &build, MaybeValue lhs, MaybeValue rhs, bool transposeLhs,
                         bool transposeRhs) {
  if (failed(lhs) || failed(rhs))
    return failure();
  SmallVector<int64_t> left(shapeOf(*lhs)), right(shapeOf(*rhs)), batch;
  bool isRow = left.size() == 1, isColumn = right.size() == 1;
  if (left.empty() || right.empty() || (isRow && transposeLhs) || (isColumn && transposeRhs))
    return build.error() << "shapes " << shapeText(left) << " and " << shapeText(right)
                         << " are no matrix product";
  if (right.size() == 2 && !transposeLhs) // serves all rows
    return multiplyRows(build, lhs, transposeRhs ? rhs : build.transpose(rhs, {1, 0}), Value());
  if (isRow)
    left.insert(left.begin(), 1);
  if (isColumn)
    right.push_back(1);
  if (!OpTrait::util::getBroadcastedShape(ArrayRef(left).drop_back(2), ArrayRef(right).drop_back(2),
                                          batch))
    return build.error() << "shapes " << shapeText(left) << " and " << shapeText(right)
                         << " are no matrix product";
  MaybeValue result = build.create<graph::BatchMatmulOp>(
      withBatch(build, build.reshape(lhs, left), batch),
      withBatch(build, build.reshape(rhs, right), batch), transposeLhs, transposeRhs);
  if (failed(result))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*result));
  if (isColumn)
    shape.pop_back();
  if (isRow)
    shape.erase(shape.end() - (isColumn ? 1 : 2));
  return build.reshape(result, shape);
}

} // namespace tandem
