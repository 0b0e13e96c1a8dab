#include "compiler/importers/tflite/fixed_point.h"

#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
/// x * 2^places held within 32 bits.
MaybeValue saturatingShiftLeft(NodeBuilder &build, MaybeValue x, int64_t places) {
  return heldWithin(build, build.multiply(x, wholeConstant(build, {1}, int64_t(1) << places)),
                    ElementType::kI32);
}

/// 1 / sqrt(x) as a multiplier of 31 bits and how far a product is then shifted to the right; x is
/// at least 1 and below 2^31. Newton's method in Q3.28 on x times a power of 4.
struct InverseRoot {
  MaybeValue multiplier, shift;
};
InverseRoot inverseRoot(NodeBuilder &build, MaybeValue x) {
  constexpr int64_t kThreeHalves = 3 << 27, kHalfRootOfTwo = 1518500250, kMostPairs = 14;
  constexpr int64_t kShiftOfNormal = 11;
  auto number = [&](int64_t value) { return wholeConstant(build, {1}, value); };
  // How often x is to be doubled twice until it is in [2^27, 2^29): once less for each power.
  SmallVector<int64_t> powers;
  for (int64_t power = 2; power < int64_t(1) << 31; power *= 4)
    powers.push_back(power);
  MaybeValue isAbove = build.compare<graph::GreaterEqualOp>(
      x, wholeConstant(build, {1, static_cast<int64_t>(powers.size())}, powers));
  MaybeValue count =
      build.create<graph::SumOp>(whole(build, isAbove), ArrayRef<int64_t>{1}, /*keepDims=*/true);
  MaybeValue pairs = build.subtract(number(kMostPairs), count); // -1 at least
  MaybeValue doublings = build.multiply(build.add(pairs, number(1)), number(2));
  MaybeValue normal =
      shiftedRight(build, build.create<graph::ShiftLeftOp>(x, doublings), 3); // Q3.28: one less
  MaybeValue half = roundingShift(build, normal, 1), root = number(1 << 28);
  for (int round = 0; round < 5; ++round) {
    MaybeValue cube =
        saturatingShiftLeft(build, highProduct(build, highProduct(build, root, root), root), 6);
    root = saturatingShiftLeft(build,
                               build.subtract(highProduct(build, root, number(kThreeHalves)),
                                              highProduct(build, half, cube)),
                               3);
  }
  root = highProduct(build, root, number(kHalfRootOfTwo));
  // What would be a shift to the left is in the multiplier.
  MaybeValue shift = build.subtract(number(kShiftOfNormal), pairs);
  MaybeValue none = number(0);
  MaybeValue left = build.create<graph::MaximumOp>(build.subtract(none, shift), none);
  root = build.create<graph::ShiftLeftOp>(root, left);
  shift = build.create<graph::MaximumOp>(shift, none);
  MaybeValue isOne = build.compare<graph::EqualOp>(x, number(1));
  return {build.select(isOne, number(INT32_MAX), root), build.select(isOne, none, shift)};
}
} // namespace

MaybeValue normalizedInWhole(NodeBuilder &build, MaybeValue x, const WholeNormalization &by) {
  if (failed(x))
    return failure();
  constexpr int64_t kFractionBits = 10; // of what is normalized, behind the point
  int64_t size = shapeOf(*x)[1];
  auto number = [&](int64_t value) { return wholeConstant(build, {1}, value); };
  auto summed = [&](MaybeValue value) {
    return build.create<graph::SumOp>(value, ArrayRef<int64_t>{1}, /*keepDims=*/true);
  };
  MaybeValue finer = build.multiply(x, number(1 << kFractionBits));
  MaybeValue mean = build.divide(summed(finer), number(size));
  MaybeValue squares =
      build.multiply(summed(build.multiply(x, x)), number((1 << 2 * kFractionBits) / size));
  MaybeValue variance =
      shiftedRight(build, build.subtract(squares, build.multiply(mean, mean)), 2 * kFractionBits);
  variance = build.select(build.compare<graph::LessOp>(variance, number(1)),
                          number(by.leastVariance), variance);
  InverseRoot deviation = inverseRoot(build, variance);
  MaybeValue even = highProduct(build, build.subtract(finer, mean), deviation.multiplier);
  // A shift that is computed: half a step more, one less of a negative number, where there is one.
  MaybeValue half =
      shiftedRight(build, build.create<graph::ShiftLeftOp>(number(1), deviation.shift), 1);
  MaybeValue sign = build.multiply(shiftedRight(build, even, 63),
                                   build.create<graph::MinimumOp>(deviation.shift, number(1)));
  even = build.create<graph::ShiftRightOp>(build.add(build.add(even, half), sign), deviation.shift);
  MaybeValue weighted = build.add(build.multiply(even, by.factors), by.offsets);
  return rescaled(build, roundingShift(build, weighted, kFractionBits), by.ofFactors);
}

} // namespace tandem::tflite
