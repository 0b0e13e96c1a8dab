#include "compiler/importers/keras/functions.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

using namespace mlir;

namespace tandem::keras {

MaybeValue celu(NodeBuilder &build, MaybeValue x, double alpha) {
  return build.multiply(
      build.create<graph::EluOp>(build.multiply(x, 1 / alpha), llvm::APFloat(1.0f)), alpha);
}

MaybeValue glu(NodeBuilder &build, MaybeValue x, int64_t axis) {
  if (failed(x))
    return failure();
  int64_t size = shapeOf(*x)[axis];
  if (size % 2 != 0)
    return build.error() << "a dimension of " << size << " has no halves";
  return build.multiply(
      sliceAlong(build, x, axis, 0, size / 2),
      build.create<graph::SigmoidOp>(sliceAlong(build, x, axis, size / 2, size / 2)));
}

MaybeValue hardShrink(NodeBuilder &build, MaybeValue x, double threshold) {
  if (failed(x))
    return failure();
  MaybeValue isFar = build.compare<graph::GreaterOp>(build.create<graph::AbsOp>(x), threshold);
  return build.select(isFar, x, build.scalarLike(*x, 0));
}

MaybeValue softShrink(NodeBuilder &build, MaybeValue x, double threshold) {
  return build.subtract(x, clampBetween(build, x, -threshold, threshold));
}

MaybeValue thresholded(NodeBuilder &build, MaybeValue x, double threshold, double otherwise) {
  if (failed(x))
    return failure();
  return build.select(build.compare<graph::GreaterOp>(x, threshold), x,
                      build.scalarLike(*x, otherwise));
}

/// With t = clip(x, -1, 1) it is (t + 1)^2 / 4 + (x - t) above 1.
MaybeValue sparsePlus(NodeBuilder &build, MaybeValue x) {
  MaybeValue inside = build.add(clampBetween(build, x, -1, 1), 1);
  MaybeValue above = build.create<graph::ReluOp>(build.add(x, -1));
  return build.add(build.multiply(build.multiply(inside, inside), 0.25), above);
}

MaybeValue sparseSigmoid(NodeBuilder &build, MaybeValue x) {
  return build.multiply(build.add(clampBetween(build, x, -1, 1), 1), 0.5);
}

MaybeValue squarePlus(NodeBuilder &build, MaybeValue x, double b) {
  MaybeValue root = build.create<graph::SqrtOp>(build.add(square(build, x), b));
  return build.multiply(build.add(x, root), 0.5);
}

MaybeValue logSigmoid(NodeBuilder &build, MaybeValue x) {
  return build.create<graph::NegOp>(softplus(build, build.create<graph::NegOp>(x)));
}

MaybeValue tanhShrink(NodeBuilder &build, MaybeValue x) {
  return build.subtract(x, build.create<graph::TanhOp>(x));
}

/// The k largest stay, k the last place where k times its number is above the sum up to it less 1.
/// Keras subtracts the mean of all sums up to those places, not of the last one.
MaybeValue sparseMax(NodeBuilder &build, MaybeValue x, int64_t axis) {
  if (failed(x))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  int64_t size = shapeOf(*x)[axis];
  Type type = getElementTypeOrSelf(*x);
  MaybeValue sorted = topK(build, x, size, axis, /*largest=*/true).values;
  MaybeValue places = build.add(countAlong(build, type, rank, axis, size), 1);
  MaybeValue sums = cumulate(build, sorted, {axis});
  MaybeValue isKept = build.compare<graph::GreaterOp>(
      build.subtract(sorted, build.divide(build.add(sums, -1), places)), 0.0);
  auto summed = [&](MaybeValue values) {
    return build.create<graph::SumOp>(values, ArrayRef<int64_t>{axis}, /*keepDims=*/true);
  };
  MaybeValue count = summed(build.cast(isKept, type)),
             sum = summed(keepWhere(build, isKept, sums, 0));
  return build.create<graph::ReluOp>(build.subtract(x, build.divide(build.add(sum, -1), count)));
}

MaybeValue softmaxOver(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> axes) {
  if (axes.size() == 1)
    return build.create<graph::SoftmaxOp>(x, axes[0], llvm::APFloat(1.0f));
  MaybeValue largest = build.create<graph::ReduceMaxOp>(x, axes, /*keepDims=*/true);
  MaybeValue power = build.create<graph::ExpOp>(build.subtract(x, largest));
  return build.divide(power, build.create<graph::SumOp>(power, axes, /*keepDims=*/true));
}

MaybeValue unitNormalized(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> axes, double least) {
  MaybeValue sum = build.create<graph::SumOp>(square(build, x), axes, /*keepDims=*/true);
  if (failed(sum))
    return failure();
  MaybeValue bounded = build.create<graph::MaximumOp>(sum, build.scalarLike(*sum, least * least));
  return build.multiply(x, build.create<graph::RsqrtOp>(bounded));
}

MaybeValue keepVisible(NodeBuilder &build, MaybeValue mask, MaybeValue scores, bool isRobust) {
  constexpr double kFarBelow = -1e9;
  if (isRobust)
    return keepWhere(build, mask, scores, kFarBelow);
  return build.select(mask, scores, build.add(scores, kFarBelow));
}

MaybeValue causalMask(NodeBuilder &build, int64_t queries, int64_t keys) {
  if (keys > 0 && queries > NodeBuilder::kMaxFill / keys)
    return build.error() << "a mask of " << queries << "x" << keys << " is too large";
  SmallVector<int64_t> isVisible;
  for (int64_t i = 0; i < queries * keys; ++i)
    isVisible.push_back(i % keys <= i / keys);
  return build.integerConstant(build.builder().getI1Type(), {queries, keys}, isVisible);
}

} // namespace tandem::keras
