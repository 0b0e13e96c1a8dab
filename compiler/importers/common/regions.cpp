#include "compiler/importers/common/regions.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/grid_sample.h"
#include "compiler/importers/common/pieces.h"

using namespace mlir;

namespace tandem {

namespace {
constexpr int64_t kMostSamples = 16; // squared, each a step of its own
constexpr int64_t kMostParts = 1 << 12;

/// Corner coordinate `index` of every region, [count, 1].
MaybeValue cornerOf(NodeBuilder &build, MaybeValue corners, int64_t index) {
  return sliceAlong(build, corners, 1, index, 1);
}

/// Whether image and regions are what they are said to be; reports that they are not.
bool areRegions(NodeBuilder &build, MaybeValue image, const Regions &regions,
                const RegionGrid &grid) {
  if (failed(image) || failed(regions.corners) || failed(regions.images))
    return false;
  ArrayRef<int64_t> shape = shapeOf(*image), corners = shapeOf(*regions.corners),
                    images = shapeOf(*regions.images);
  bool fits = shape.size() == 4 && corners.size() == 2 && corners[1] == 4 && images.size() == 1 &&
              images[0] == corners[0] && !llvm::is_contained(shape, 0) && corners[0] > 0 &&
              grid.height > 0 && grid.height <= kMostParts && grid.width > 0 &&
              grid.width <= kMostParts &&
              hasSaneSize({corners[0], grid.height, grid.width, shape[1]});
  if (!fits)
    build.error() << "regions of shape " << shapeText(corners) << " and " << shapeText(images)
                  << " in images of shape " << shapeText(shape) << " to " << grid.height << "x"
                  << grid.width;
  return fits;
}

/// Where samples of each part are along a dimension, [count, parts]: one for each of the same
/// number of a part.
SmallVector<MaybeValue> samplePlaces(NodeBuilder &build, MaybeValue begin, MaybeValue end,
                                     int64_t parts, const RegionSampling &sampling) {
  MaybeValue size = build.subtract(end, begin);
  if (!sampling.isHalfPixel && succeeded(size))
    size = build.create<graph::MaximumOp>(size, build.scalarLike(*size, 1));
  if (failed(size))
    return {failure()};
  MaybeValue ofPart = build.divide(size, build.scalarLike(*size, static_cast<double>(parts)));
  MaybeValue part = countAlong(build, getElementTypeOrSelf(*size), 2, 1, parts);
  MaybeValue first = build.add(begin, build.multiply(part, ofPart));
  SmallVector<MaybeValue> places;
  for (int64_t i = 0; i < sampling.samples; ++i)
    places.push_back(
        build.add(first, build.multiply(ofPart, (static_cast<double>(i) + 0.5) /
                                                    static_cast<double>(sampling.samples))));
  return places;
}

/// The taps around places along a dimension, which beyond an edge are those of the edge, and more
/// than one element away from it count nothing.
Taps tapsWithin(NodeBuilder &build, MaybeValue places, int64_t size) {
  auto length = static_cast<double>(size);
  MaybeValue held = clampBetween(build, places, -1, length);
  if (failed(held))
    return {Tap()};
  MaybeValue counts =
      build.cast(build.compare<graph::EqualOp>(places, held), getElementTypeOrSelf(*held));
  Taps taps = tapsOf(build, clampBetween(build, held, 0, length - 1), size, Sampling::kLinear,
                     Outside::kBorder, /*alignCorners=*/false);
  for (Tap &tap : taps)
    tap.weight = build.multiply(tap.weight, counts);
  return taps;
}

/// Dimensions of 1 put between and behind: [count, parts] to [count, parts, 1] or [count, 1,
/// parts].
MaybeValue alongDimension(NodeBuilder &build, MaybeValue places, bool isHeight) {
  if (failed(places))
    return failure();
  int64_t count = shapeOf(*places)[0], parts = shapeOf(*places)[1];
  return isHeight ? build.reshape(places, {count, parts, 1})
                  : build.reshape(places, {count, 1, parts});
}
} // namespace

Regions splitRegions(NodeBuilder &build, MaybeValue rows) {
  if (failed(rows))
    return {};
  ArrayRef<int64_t> shape = shapeOf(*rows);
  if (shape.size() != 2 || shape[1] != 5) {
    build.error() << "regions of shape " << shapeText(shape)
                  << ", expected rows of an image's number and two corners";
    return {};
  }
  return {sliceAlong(build, rows, 1, 1, 4),
          build.reshape(sliceAlong(build, rows, 1, 0, 1), shape[0])};
}

MaybeValue alignRegions(NodeBuilder &build, MaybeValue image, const Regions &regions,
                        const RegionGrid &grid, const RegionSampling &sampling) {
  if (!areRegions(build, image, regions, grid))
    return failure();
  if (sampling.samples < 1 || sampling.samples > kMostSamples)
    return build.error() << sampling.samples << " samples along each side, expected 1 to "
                         << kMostSamples;
  FailureOr<Pixels> pixels = pixelsOf(build, image);
  if (failed(pixels))
    return failure();
  MaybeValue corners =
      build.add(build.multiply(regions.corners, grid.scale), sampling.isHalfPixel ? -0.5 : 0.0);
  auto tapsAlong = [&](bool isHeight) {
    SmallVector<Taps> taps;
    for (MaybeValue places : samplePlaces(build, cornerOf(build, corners, isHeight),
                                          cornerOf(build, corners, 2 + isHeight),
                                          isHeight ? grid.height : grid.width, sampling))
      taps.push_back(tapsWithin(build, alongDimension(build, places, isHeight),
                                pixels->sizes[isHeight ? 0 : 1]));
    return taps;
  };
  SmallVector<Taps> rows = tapsAlong(true), columns = tapsAlong(false);
  Type real = build.builder().getF32Type();
  MaybeValue which =
      build.reshape(build.cast(regions.images, real), {shapeOf(*regions.images)[0], 1, 1});
  MaybeValue sum = Value();
  for (const Taps &row : rows)
    for (const Taps &column : columns)
      combinePixels(build, *pixels, which, {row, column}, sum,
                    sampling.takesLargest ? takeLarger : addUp);
  if (!sampling.takesLargest)
    sum = build.multiply(sum, 1 / static_cast<double>(sampling.samples * sampling.samples));
  return build.toNchw(sum);
}

namespace {
/// The parts of regions along a dimension of an image, [count, parts] of i32: the largest of each
/// is that of two runs of 2^level elements, of which one begins where it does and one ends there.
struct Runs {
  MaybeValue level, first, second, isEmpty;
};

/// Half away from zero, as C has it.
MaybeValue roundedAway(NodeBuilder &build, MaybeValue x) {
  MaybeValue whole = build.create<graph::FloorOp>(build.add(build.create<graph::AbsOp>(x), 0.5));
  return build.multiply(sign(build, x), whole);
}

int64_t levelsOf(int64_t size) {
  return static_cast<int64_t>(llvm::Log2_64(static_cast<uint64_t>(size))) + 1;
}

Runs runsOf(NodeBuilder &build, MaybeValue begin, MaybeValue end, int64_t parts, int64_t size) {
  begin = roundedAway(build, begin);
  MaybeValue length = build.add(build.subtract(roundedAway(build, end), begin), 1);
  if (failed(length))
    return {failure(), failure(), failure(), failure()};
  Type real = getElementTypeOrSelf(*length), whole = build.builder().getI32Type();
  length = build.create<graph::MaximumOp>(length, build.scalarLike(*length, 1));
  MaybeValue ofPart = build.divide(length, build.fill(real, {1, 1}, static_cast<float>(parts)));
  MaybeValue part = countAlong(build, real, 2, 1, parts);
  auto held = [&](MaybeValue edge) {
    return clampBetween(build, build.add(edge, begin), 0, static_cast<double>(size));
  };
  MaybeValue low = held(build.create<graph::FloorOp>(build.multiply(part, ofPart)));
  MaybeValue high = held(build.create<graph::CeilOp>(build.multiply(build.add(part, 1), ofPart)));
  MaybeValue count = build.subtract(high, low);
  MaybeValue level = build.multiply(count, 0.0), power = build.add(level, 1);
  for (int64_t i = 1; i < levelsOf(size); ++i) {
    auto reach = static_cast<double>(int64_t(1) << i);
    MaybeValue reaches = build.cast(build.compare<graph::GreaterEqualOp>(count, reach), real);
    level = build.add(level, reaches);
    power = build.add(power, build.multiply(reaches, reach / 2));
  }
  MaybeValue last =
      clampBetween(build, build.subtract(high, power), 0, static_cast<double>(size - 1));
  low = clampBetween(build, low, 0, static_cast<double>(size - 1));
  return {build.cast(level, whole), build.cast(low, whole), build.cast(last, whole),
          build.compare<graph::LessEqualOp>(count, 0.0)};
}

/// The largest of each element and those behind it along a dimension: of runs of 1, 2, 4, ...
/// elements, as far as they are inside.
SmallVector<Value> largestOfRuns(NodeBuilder &build, MaybeValue x, int64_t axis) {
  SmallVector<Value> levels;
  if (failed(x))
    return {};
  int64_t size = shapeOf(*x)[axis];
  for (int64_t reach = 1;; reach *= 2) {
    if (failed(x))
      return {};
    levels.push_back(*x);
    if (2 * reach > size)
      return levels;
    MaybeValue behind = sliceAlong(build, x, axis, reach, size - reach),
               end = sliceAlong(build, x, axis, size - reach, reach);
    if (failed(behind) || failed(end))
      return {};
    x = takeLarger(build, x, concatAlong(build, {*behind, *end}, axis));
  }
}
} // namespace

MaybeValue poolRegions(NodeBuilder &build, MaybeValue image, const Regions &regions,
                       const RegionGrid &grid) {
  if (!areRegions(build, image, regions, grid))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*image));
  int64_t batch = shape[0], channels = shape[1], height = shape[2], width = shape[3];
  int64_t count = shapeOf(*regions.images)[0], levels = levelsOf(height) * levelsOf(width);
  constexpr int64_t kMostRows = INT32_MAX; // which an index counts
  if (!hasSaneSize({levels, batch, height, width, channels}) ||
      levels * batch * height * width > kMostRows)
    return build.error() << "images of shape " << shapeText(shape) << ", expected smaller ones";
  SmallVector<Value> tables;
  for (Value rows : largestOfRuns(build, build.toNhwc(image), 1))
    tables.append(largestOfRuns(build, rows, 2));
  if (static_cast<int64_t>(tables.size()) != levels)
    return failure();
  MaybeValue all =
      build.reshape(concatAlong(build, tables, 0), {levels * batch * height * width, channels});
  MaybeValue corners = build.multiply(regions.corners, grid.scale);
  auto along = [&](bool isHeight) {
    Runs runs =
        runsOf(build, cornerOf(build, corners, isHeight), cornerOf(build, corners, 2 + isHeight),
               isHeight ? grid.height : grid.width, isHeight ? height : width);
    for (MaybeValue *part : {&runs.level, &runs.first, &runs.second, &runs.isEmpty})
      *part = alongDimension(build, *part, isHeight);
    return runs;
  };
  Runs rows = along(true), columns = along(false);
  MaybeValue which =
      build.reshape(build.cast(regions.images, build.builder().getI32Type()), {count, 1, 1});
  auto times = [&](MaybeValue x, int64_t factor) {
    return build.multiply(x, static_cast<double>(factor));
  };
  MaybeValue table = build.add(times(rows.level, levelsOf(width)), columns.level);
  table = build.add(times(table, batch), which);
  MaybeValue largest = Value();
  for (MaybeValue row : {rows.first, rows.second})
    for (MaybeValue column : {columns.first, columns.second}) {
      MaybeValue place = build.add(times(build.add(times(table, height), row), width), column);
      MaybeValue found = build.create<graph::GatherOp>(all, place, /*axis=*/0);
      largest = succeeded(largest) && !*largest ? found : takeLarger(build, largest, found);
    }
  MaybeValue isEmpty = build.createTyped<graph::LogicalOrOp>(build.builder().getI1Type(),
                                                             rows.isEmpty, columns.isEmpty);
  isEmpty = build.reshape(isEmpty, {count, grid.height, grid.width, 1});
  if (failed(largest))
    return failure();
  return build.toNchw(build.select(isEmpty, build.scalarLike(*largest, 0), largest));
}

} // namespace tandem
