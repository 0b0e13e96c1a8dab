#include "compiler/importers/common/resampling.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace tandem {

double Resampling::placeOf(int64_t index) const {
  auto x = static_cast<double>(index), length = static_cast<double>(out),
       size = static_cast<double>(in);
  if (coordinates == "asymmetric")
    return x / scale;
  if (coordinates == "align_corners") // the result's length before it was rounded down
    return out == 1 ? 0 : x * (size - 1) / (scale * size - 1);
  if (coordinates == "pytorch_half_pixel" && out == 1)
    return 0;
  if (coordinates == "tf_half_pixel_for_nn")
    return (x + 0.5) / scale;
  if (coordinates == "half_pixel_symmetric") {
    double adjustment = length / (scale * size); // the result was rounded down
    return size / 2 * (1 - adjustment) + (x + 0.5) / scale - 0.5;
  }
  if (coordinates == "tf_crop_and_resize")
    return out == 1 ? 0.5 * (roiStart + roiEnd) * (size - 1)
                    : roiStart * (size - 1) + x * (roiEnd - roiStart) * (size - 1) / (length - 1);
  return (x + 0.5) / scale - 0.5; // half_pixel
}

static double roundAs(const std::string &nearest, double at) {
  if (nearest == "floor")
    return std::floor(at);
  if (nearest == "ceil")
    return std::ceil(at);
  if (nearest == "round_prefer_ceil")
    return std::floor(at + 0.5);
  return std::ceil(at - 0.5); // round_prefer_floor
}

llvm::SmallVector<int64_t> Resampling::nearestPlaces() const {
  llvm::SmallVector<int64_t> places;
  for (int64_t i = 0; i < out; ++i) {
    double at = placeOf(i);
    bool isOutside = at < 0 || at > static_cast<double>(in - 1);
    if (coordinates == "tf_crop_and_resize" && isOutside) {
      places.push_back(-1);
      continue;
    }
    double rounded = std::clamp(roundAs(nearest, at), 0.0, static_cast<double>(in - 1));
    places.push_back(static_cast<int64_t>(rounded));
  }
  return places;
}

namespace {
/// How much an element at this distance counts.
double linearWeight(double distance) {
  return std::max(0.0, 1 - std::abs(distance));
}
/// Keys 1981, with his free parameter.
double cubicWeight(double distance, double a) {
  double s = std::abs(distance);
  if (s <= 1)
    return ((a + 2) * s - (a + 3)) * s * s + 1;
  if (s < 2)
    return ((a * s - 5 * a) * s + 8 * a) * s - 4 * a;
  return 0;
}
} // namespace

std::vector<float> Resampling::matrix() const {
  std::vector<float> result(static_cast<size_t>(in * out), 0.0f);
  if (mode == "nearest") {
    llvm::SmallVector<int64_t> places = nearestPlaces();
    for (int64_t i = 0; i < out; ++i)
      if (places[i] >= 0)
        result[i * in + places[i]] = 1;
    return result;
  }
  bool isCubic = mode == "cubic";
  // A smaller result averages over what falls together in it.
  double narrow = antialias ? std::min(scale, 1.0) : 1.0;
  double reach = (isCubic ? 2 : 1) / narrow;
  for (int64_t i = 0; i < out; ++i) {
    double at = placeOf(i);
    if (coordinates == "tf_crop_and_resize" && (at < 0 || at > static_cast<double>(in - 1)))
      continue;
    auto first = static_cast<int64_t>(std::floor(at - reach)),
         last = static_cast<int64_t>(std::ceil(at + reach));
    // What is left out, or falls together when averaging, is made up for by the rest.
    double sum = 0;
    std::vector<double> row(static_cast<size_t>(in), 0.0);
    for (int64_t j = first; j <= last; ++j) {
      double distance = (static_cast<double>(j) - at) * narrow;
      double weight = isCubic ? cubicWeight(distance, cubicCoefficient) : linearWeight(distance);
      if (excludesOutside && (j < 0 || j >= in))
        continue;
      row[std::clamp<int64_t>(j, 0, in - 1)] += weight;
      sum += weight;
    }
    for (int64_t j = 0; j < in; ++j)
      result[i * in + j] = static_cast<float>(sum == 0 ? row[j] : row[j] / sum);
  }
  return result;
}

MaybeValue multiplyAlong(NodeBuilder &build, MaybeValue x, int64_t axis, ArrayRef<float> matrix,
                         int64_t out) {
  if (failed(x))
    return failure();
  int64_t size = shapeOf(*x)[axis];
  auto toLast = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  std::swap(toLast[axis], toLast.back());
  MaybeValue filter = build.constant(getElementTypeOrSelf(*x), {out, size}, matrix);
  return build.transpose(multiplyRows(build, build.transpose(x, toLast), filter, Value()), toLast);
}

/// Whether a matrix of so many elements is sane.
static LogicalResult checkMatrix(NodeBuilder &build, int64_t in, int64_t out) {
  if (in >= 1 && out >= 1 && in <= NodeBuilder::kMaxFill / out)
    return success();
  return build.error() << "resampling from " << in << " to " << out << " takes too large a matrix";
}

MaybeValue resampleAlong(NodeBuilder &build, MaybeValue x, int64_t axis, const Resampling &how) {
  if (failed(x) || failed(checkMatrix(build, how.in, how.out)))
    return failure();
  return multiplyAlong(build, x, axis, how.matrix(), how.out);
}

MaybeValue largestAlong(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t out) {
  if (failed(x))
    return failure();
  int64_t size = shapeOf(*x)[axis];
  if (size < 1 || out < 1 || out > kMostWindows)
    return build.error() << out << " windows over " << size << " elements, at most " << kMostWindows
                         << " can be";
  SmallVector<Value> parts;
  for (int64_t i = 0; i < out; ++i) {
    int64_t begin = i * size / out, end = llvm::divideCeil((i + 1) * size, out);
    MaybeValue window = sliceAlong(build, x, axis, begin, end - begin);
    MaybeValue part =
        build.create<graph::ReduceMaxOp>(window, ArrayRef<int64_t>{axis}, /*keepDims=*/true);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return concatAlong(build, parts, axis);
}

MaybeValue averageAlong(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t out) {
  if (failed(x))
    return failure();
  int64_t size = shapeOf(*x)[axis];
  if (failed(checkMatrix(build, size, out)))
    return failure();
  std::vector<float> matrix(static_cast<size_t>(size * out), 0.0f);
  for (int64_t i = 0; i < out; ++i) {
    int64_t begin = i * size / out, end = llvm::divideCeil((i + 1) * size, out);
    for (int64_t j = begin; j < end; ++j)
      matrix[i * size + j] = 1.0f / static_cast<float>(end - begin);
  }
  return multiplyAlong(build, x, axis, matrix, out);
}

} // namespace tandem
