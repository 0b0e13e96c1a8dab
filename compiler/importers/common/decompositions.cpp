#include "compiler/importers/common/decompositions.h"

#include "compiler/graph/graph.h"

#include <cmath>

using namespace mlir;

namespace tandem {

static constexpr auto kNone = graph::Activation::None;

static MaybeValue times(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  return build.create<graph::MulOp>(a, b, kNone);
}
static MaybeValue plus(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  return build.create<graph::AddOp>(a, b, kNone);
}
static MaybeValue scaled(NodeBuilder &build, MaybeValue x, double factor) {
  if (failed(x) || factor == 1)
    return x;
  return times(build, x, build.scalarLike(*x, factor));
}
static MaybeValue shifted(NodeBuilder &build, MaybeValue x, double offset) {
  if (failed(x))
    return failure();
  return plus(build, x, build.scalarLike(*x, offset));
}

MaybeValue softplus(NodeBuilder &build, MaybeValue x) {
  MaybeValue decay =
      build.create<graph::ExpOp>(build.create<graph::NegOp>(build.create<graph::AbsOp>(x)));
  return plus(build, build.create<graph::ReluOp>(x),
              build.create<graph::LogOp>(shifted(build, decay, 1)));
}

MaybeValue mish(NodeBuilder &build, MaybeValue x) {
  return times(build, x, build.create<graph::TanhOp>(softplus(build, x)));
}

MaybeValue swish(NodeBuilder &build, MaybeValue x, double beta) {
  return times(build, x, build.create<graph::SigmoidOp>(scaled(build, x, beta)));
}

MaybeValue selu(NodeBuilder &build, MaybeValue x, double alpha, double gamma) {
  return scaled(build, build.create<graph::EluOp>(x, llvm::APFloat(static_cast<float>(alpha))),
                gamma);
}

MaybeValue geluTanh(NodeBuilder &build, MaybeValue x) {
  MaybeValue cube = times(build, times(build, x, x), x);
  MaybeValue inner =
      scaled(build, plus(build, x, scaled(build, cube, 0.044715)), std::sqrt(M_2_PI));
  return times(build, scaled(build, x, 0.5), shifted(build, build.create<graph::TanhOp>(inner), 1));
}

MaybeValue clampBetween(NodeBuilder &build, MaybeValue x, double low, double high) {
  if (failed(x))
    return failure();
  if (low == 0 && high == 6)
    return build.create<graph::Relu6Op>(x);
  if (low == -1 && high == 1)
    return build.create<graph::ReluN1To1Op>(x);
  MaybeValue result = x;
  if (low == 0)
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
    return times(build, x, x);
  if (exponent == 3)
    return times(build, times(build, x, x), x);
  if (exponent == 0.5)
    return build.create<graph::SqrtOp>(x);
  if (exponent == -0.5)
    return build.create<graph::RsqrtOp>(x);
  if (exponent == -1)
    return build.create<graph::DivOp>(build.scalarLike(*x, 1), x, kNone);
  return build.create<graph::PowOp>(x, build.scalarLike(*x, exponent));
}

Normalized normalizeOver(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> axes, double epsilon) {
  MaybeValue mean = build.create<graph::MeanOp>(x, axes, /*keepDims=*/true);
  MaybeValue centred = build.create<graph::SubOp>(x, mean, kNone);
  MaybeValue variance =
      build.create<graph::MeanOp>(times(build, centred, centred), axes, /*keepDims=*/true);
  MaybeValue inverse = build.create<graph::RsqrtOp>(shifted(build, variance, epsilon));
  return {times(build, centred, inverse), mean, inverse};
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
  SmallVector<int64_t> repeats(shape.size(), 1);
  for (size_t d = 0; d < std::min(shape.size(), aligned.size()); ++d)
    if (aligned[d] == 1)
      repeats[d] = shape[d];
  MaybeValue ones = build.fill(getElementTypeOrSelf(*x), repeats, 1);
  return times(build, build.reshape(x, aligned), ones);
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

} // namespace tandem
