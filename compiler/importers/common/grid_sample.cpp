#include "compiler/importers/common/grid_sample.h"

#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/decompositions.h"

#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem {

namespace {
/// Of cubic convolution, with the coefficient that frameworks have: at distance 1 + t, t, 1 - t and
/// 2 - t.
SmallVector<MaybeValue> cubicWeights(NodeBuilder &build, MaybeValue t) {
  constexpr double kA = -0.75;
  auto polynomial = [&](MaybeValue x, double c3, double c2, double c1, double c0) {
    MaybeValue sum = build.add(build.multiply(x, c3), c2);
    sum = build.add(build.multiply(sum, x), c1);
    return build.add(build.multiply(sum, x), c0);
  };
  auto near = [&](MaybeValue x) { return polynomial(x, kA + 2, -(kA + 3), 0, 1); };
  auto far = [&](MaybeValue x) { return polynomial(x, kA, -5 * kA, 8 * kA, -4 * kA); };
  MaybeValue rest = build.add(build.create<graph::NegOp>(t), 1);
  return {far(build.add(t, 1)), near(t), near(rest), far(build.add(rest, 1))};
}

Taps tapsAround(NodeBuilder &build, MaybeValue at, Sampling sampling) {
  if (sampling == Sampling::kNearest)
    return {{build.create<graph::RoundOp>(at), Value()}};
  MaybeValue floor = build.create<graph::FloorOp>(at), rest = build.subtract(at, floor);
  if (sampling == Sampling::kLinear)
    return {{floor, build.add(build.create<graph::NegOp>(rest), 1)}, {build.add(floor, 1), rest}};
  Taps taps;
  for (auto [index, weight] : llvm::enumerate(cubicWeights(build, rest)))
    taps.push_back({build.add(floor, static_cast<double>(index) - 1), weight});
  return taps;
}

/// Places outside brought inside: those beyond an end to their mirror image.
MaybeValue reflectedPlace(NodeBuilder &build, MaybeValue place, int64_t size, bool alignCorners) {
  double period =
      alignCorners ? 2.0 * static_cast<double>(size - 1) : 2.0 * static_cast<double>(size);
  if (failed(place) || period == 0)
    return build.multiply(place, 0.0);
  MaybeValue rest = build.create<graph::FloorModOp>(place, build.scalarLike(*place, period));
  MaybeValue mirrored =
      build.add(build.create<graph::NegOp>(rest), alignCorners ? period : period - 1);
  return build.create<graph::MinimumOp>(rest, mirrored);
}

/// A tap along a dimension of `size`, whose place is inside afterwards.
Tap inside(NodeBuilder &build, Tap tap, int64_t size, Outside outside, bool alignCorners) {
  if (outside == Outside::kReflection) {
    tap.place = reflectedPlace(build, tap.place, size, alignCorners);
    return tap;
  }
  MaybeValue held = clampBetween(build, tap.place, 0, static_cast<double>(size - 1));
  if (outside == Outside::kZero && succeeded(held)) {
    MaybeValue isInside =
        build.cast(build.compare<graph::EqualOp>(tap.place, held), getElementTypeOrSelf(*held));
    tap.weight =
        succeeded(tap.weight) && *tap.weight ? build.multiply(tap.weight, isInside) : isInside;
  }
  tap.place = held;
  return tap;
}

/// Coordinate `index` of every place of the grid, in elements of a dimension of `size`.
MaybeValue coordinateOf(NodeBuilder &build, Value grid, int64_t index, int64_t size,
                        bool alignCorners) {
  SmallVector<int64_t> shape(shapeOf(grid)), begin(shape.size(), 0), strides(shape.size(), 1);
  begin.back() = index;
  shape.back() = 1;
  MaybeValue part = build.create<graph::SliceOp>(grid, begin, shape, strides);
  part = build.reshape(part, ArrayRef(shape).drop_back());
  auto length = static_cast<double>(size);
  // (x + 1) / 2 * (size - 1), or ((x + 1) * size - 1) / 2
  return build.add(build.multiply(part, alignCorners ? (length - 1) / 2 : length / 2),
                   (length - 1) / 2);
}

/// Those for the dimensions that are left, of which the ones before have chosen a row.
void combineRest(NodeBuilder &build, const Pixels &pixels, MaybeValue row, MaybeValue weight,
                 ArrayRef<Taps> taps, MaybeValue &sum, Combine combine) {
  if (taps.empty()) {
    MaybeValue sample = build.create<graph::GatherOp>(
        pixels.rows, build.cast(row, build.builder().getI32Type()), /*axis=*/0);
    if (succeeded(weight) && *weight) {
      SmallVector<int64_t> apart(shapeOf(*weight));
      apart.push_back(1);
      sample = build.multiply(sample, build.reshape(weight, apart));
    }
    sum = succeeded(sum) && !*sum ? sample : combine(build, sum, sample);
    return;
  }
  int64_t size = pixels.sizes[pixels.sizes.size() - taps.size()];
  for (const Tap &tap : taps.front()) {
    if (failed(weight) || failed(tap.weight))
      return void(sum = failure());
    MaybeValue product = !*weight       ? tap.weight
                         : !*tap.weight ? weight
                                        : build.multiply(weight, tap.weight);
    MaybeValue place = build.add(build.multiply(row, static_cast<double>(size)), tap.place);
    combineRest(build, pixels, place, product, taps.drop_front(), sum, combine);
  }
}
} // namespace

Taps tapsOf(NodeBuilder &build, MaybeValue at, int64_t size, Sampling sampling, Outside outside,
            bool alignCorners) {
  Taps taps = tapsAround(build, at, sampling);
  for (Tap &tap : taps)
    tap = inside(build, tap, size, outside, alignCorners);
  return taps;
}

FailureOr<Pixels> pixelsOf(NodeBuilder &build, MaybeValue images) {
  if (failed(images))
    return failure();
  constexpr int64_t kMostRows = 1 << 24; // which f32 counts one by one
  SmallVector<int64_t> shape(shapeOf(*images));
  if (shape.size() < 3 || *elementCount(shape) == 0 || *elementCount(shape) / shape[1] >= kMostRows)
    return build.error() << "images of shape " << shapeText(shape) << ", expected fewer than "
                         << kMostRows << " pixels of each channel";
  auto toLast = llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(shape.size())));
  std::rotate(toLast.begin() + 1, toLast.begin() + 2, toLast.end());
  return Pixels{
      build.reshape(build.transpose(images, toLast), {*elementCount(shape) / shape[1], shape[1]}),
      SmallVector<int64_t>(ArrayRef(shape).drop_front(2))};
}

void combinePixels(NodeBuilder &build, const Pixels &pixels, MaybeValue image, ArrayRef<Taps> taps,
                   MaybeValue &sum, Combine combine) {
  combineRest(build, pixels, image, Value(), taps, sum, combine);
}

MaybeValue gridSample(NodeBuilder &build, MaybeValue image, MaybeValue grid, Sampling sampling,
                      Outside outside, bool alignCorners) {
  if (failed(image) || failed(grid))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*image)), places(shapeOf(*grid));
  auto spatial = static_cast<int64_t>(shape.size()) - 2;
  bool fits = (spatial == 1 || spatial == 2 || spatial == 3) && places.size() == shape.size() &&
              places.back() == spatial && places[0] == shape[0];
  if (!fits)
    return build.error() << "places of shape " << shapeText(places) << " in an image of shape "
                         << shapeText(shape);
  FailureOr<Pixels> pixels = pixelsOf(build, image);
  if (failed(pixels))
    return failure();
  SmallVector<Taps> taps;
  for (int64_t d = 0; d < spatial; ++d) {
    MaybeValue at = coordinateOf(build, *grid, spatial - 1 - d, shape[2 + d], alignCorners);
    taps.push_back(tapsOf(build, at, shape[2 + d], sampling, outside, alignCorners));
  }
  SmallVector<int64_t> perBatch(places.size() - 1, 1);
  perBatch[0] = shape[0];
  MaybeValue batch =
      build.reshape(countAlong(build, getElementTypeOrSelf(*grid), 1, 0, shape[0]), perBatch);
  MaybeValue sum = Value();
  combinePixels(build, *pixels, batch, taps, sum, addUp);
  auto back = llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(shape.size())));
  std::rotate(back.begin() + 1, back.end() - 1, back.end());
  return build.transpose(sum, back);
}

MaybeValue affineGrid(NodeBuilder &build, MaybeValue theta, ArrayRef<int64_t> spatial,
                      bool alignCorners) {
  if (failed(theta))
    return failure();
  auto rank = static_cast<int64_t>(spatial.size());
  ArrayRef<int64_t> shape = shapeOf(*theta);
  std::optional<int64_t> count = elementCount(spatial);
  if (shape.size() != 3 || shape[1] != rank || shape[2] != rank + 1 || !count || *count < 1 ||
      *count > NodeBuilder::kMaxFill)
    return build.error() << "a transformation of shape " << shapeText(shape)
                         << " for a grid of shape " << shapeText(spatial);
  SmallVector<float> places; // for each the coordinates, that of the last dimension first, and 1
  for (int64_t i = 0; i < *count; ++i) {
    int64_t rest = i;
    for (int64_t d = rank; d-- > 0; rest /= spatial[d]) {
      auto at = static_cast<double>(rest % spatial[d]), size = static_cast<double>(spatial[d]);
      double last = std::max(size - 1, 1.0);
      places.push_back(
          static_cast<float>(alignCorners ? 2 * at / last - (size > 1) : (2 * at + 1) / size - 1));
    }
    places.push_back(1);
  }
  MaybeValue base = build.constant(getElementTypeOrSelf(*theta), {1, *count, rank + 1}, places);
  MaybeValue grid =
      build.create<graph::BatchMatmulOp>(expandTo(build, base, {shape[0], *count, rank + 1}), theta,
                                         /*transposeLhs=*/false, /*transposeRhs=*/true);
  SmallVector<int64_t> result = {shape[0]};
  result.append(spatial.begin(), spatial.end());
  result.push_back(rank);
  return build.reshape(grid, result);
}

} // namespace tandem
