#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/resampling.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// Images are NHWC always; the second input is height and width of the result.
struct Resize {
  Value input;
  SmallVector<int64_t> size;
  bool alignCorners, halfPixelCenters;

  /// How far apart in the image the neighbours of the result are.
  double step(int dimension) const {
    auto in = static_cast<float>(shapeOf(input)[1 + dimension]),
         out = static_cast<float>(size[dimension]);
    return alignCorners && out > 1 ? (in - 1) / (out - 1) : in / out;
  }
};

FailureOr<Resize> readResize(TfNode &node, bool makesFloats) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> size = node.integers(1, "the size");
  bool alignCorners = node.flag("align_corners", false),
       halfPixelCenters = node.flag("half_pixel_centers", false);
  if (makesFloats)
    input = node.cast(input, node.builder().getF32Type());
  if (node.failed() || failed(input) || failed(size))
    return failure();
  if (size->size() != 2)
    return node.invalid("the size has " + Twine(size->size()) + " entries, expected 2");
  return Resize{*input, std::move(*size), alignCorners, halfPixelCenters};
}

/// For each of `out` places the weights of the image's places.
using Weights = void (*)(const Resize &resize, int dimension, int64_t place,
                         MutableArrayRef<float> row);

/// Rows and columns one after the other, each by a matrix.
MaybeValue resizeByMatrices(TfNode &node, Weights weights) {
  FailureOr<Resize> resize = readResize(node, /*makesFloats=*/true);
  if (failed(resize))
    return failure();
  MaybeValue result = resize->input;
  if (shapeOf(resize->input).size() != 4)
    return node.invalid("an input of shape " + shapeText(shapeOf(resize->input)));
  for (int dimension : {0, 1}) {
    int64_t in = shapeOf(resize->input)[1 + dimension], out = resize->size[dimension];
    if (in < 1 || out < 1 || in > NodeBuilder::kMaxFill / out)
      return node.unsupported("from " + Twine(in) + " to " + Twine(out) + " places");
    std::vector<float> matrix(static_cast<size_t>(in * out), 0.0f);
    for (int64_t i = 0; i < out; ++i)
      weights(*resize, dimension, i, MutableArrayRef(matrix).slice(i * in, in));
    result = multiplyAlong(node, result, 1 + dimension, matrix, out);
  }
  return result;
}

/// Keys 1981 at distances 0 to 1 and 1 to 2.
float nearWeight(float a, float x) {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}
float farWeight(float a, float x) {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

/// Of four neighbours, by a distance that is rounded to parts of 1024, as TensorFlow's table has
/// it. With half_pixel_centers the weights of those outside go to the others, else to the border.
void bicubicWeights(const Resize &resize, int dimension, int64_t place,
                    MutableArrayRef<float> row) {
  constexpr float kParts = 1024;
  float a = resize.halfPixelCenters ? -0.5f : -0.75f;
  auto step = static_cast<float>(resize.step(dimension)), at = static_cast<float>(place) * step;
  if (resize.halfPixelCenters)
    at = (static_cast<float>(place) + 0.5f) * step - 0.5f;
  auto last = static_cast<int64_t>(row.size()) - 1, first = static_cast<int64_t>(std::floor(at));
  float x = std::rint((at - static_cast<float>(first)) * kParts) / kParts;
  const float weights[] = {farWeight(a, 1 + x), nearWeight(a, x), nearWeight(a, 1 - x),
                           farWeight(a, 2 - x)};
  float sum = 0;
  for (int64_t i = 0; i < 4; ++i) {
    int64_t from = first - 1 + i;
    bool counts = !resize.halfPixelCenters || (from >= 0 && from <= last);
    row[std::clamp<int64_t>(from, 0, last)] += counts ? weights[i] : 0;
    sum += counts ? weights[i] : 0;
  }
  if (resize.halfPixelCenters && std::abs(sum) >= 1000 * std::numeric_limits<float>::min())
    for (float &each : row)
      each /= sum;
}

/// The mean of what a place covers.
void areaWeights(const Resize &resize, int dimension, int64_t place, MutableArrayRef<float> row) {
  double step = resize.step(dimension);
  double begin = static_cast<double>(place) * step, end = begin + step;
  auto last = static_cast<int64_t>(row.size()) - 1;
  for (auto i = static_cast<int64_t>(std::floor(begin)); static_cast<double>(i) < end; ++i) {
    double covered =
        std::min(end, static_cast<double>(i + 1)) - std::max(begin, static_cast<double>(i));
    row[std::clamp<int64_t>(i, 0, last)] += static_cast<float>(covered / step);
  }
}
} // namespace

/// ResizeBilinear makes float32 of everything.
template <typename OpT> static MaybeValue importResize(TfNode &node) {
  FailureOr<Resize> resize =
      readResize(node, /*makesFloats=*/std::is_same_v<OpT, graph::ResizeBilinearOp>);
  if (failed(resize))
    return failure();
  return node.create<OpT>(resize->input, resize->size, resize->alignCorners,
                          resize->halfPixelCenters);
}
static MaybeValue importBicubic(TfNode &node) {
  return resizeByMatrices(node, bicubicWeights);
}
static MaybeValue importArea(TfNode &node) {
  return resizeByMatrices(node, areaWeights);
}

/// CropAndResize: boxes (top, left, bottom, right, from 0 to 1), the image of each, and the size of
/// what is cut out.
static MaybeValue importCropAndResize(TfNode &node) {
  MaybeValue images = node.cast(node.input(0), node.builder().getF32Type());
  FailureOr<Numbers> boxes = node.constant(1, "a list of boxes");
  auto of = node.integers(2, "the images of the boxes"), size = node.integers(3, "the size");
  StringRef method = node.string("method", "bilinear");
  double outside = node.number("extrapolation_value", 0);
  if (node.failed() || failed(images) || failed(boxes) || failed(of) || failed(size))
    return failure();
  constexpr size_t kMostBoxes = 1024;
  ArrayRef<int64_t> shape = shapeOf(*images);
  if (shape.size() != 4 || size->size() != 2 || boxes->shape.size() != 2 || boxes->shape[1] != 4 ||
      !boxes->isReal() || of->size() * 4 != boxes->count() || of->empty())
    return node.invalid("boxes of shape " + shapeText(boxes->shape) + " of images of shape " +
                        shapeText(shape));
  if (of->size() > kMostBoxes || outside != 0 || (method != "bilinear" && method != "nearest"))
    return node.unsupported("method '" + method + "' with " + Twine(of->size()) +
                            " boxes and another number than 0 outside of the images");
  Values parts;
  for (auto [box, image] : llvm::enumerate(*of)) {
    if (image < 0 || image >= shape[0])
      return node.invalid("image " + Twine(image) + " of " + Twine(shape[0]));
    MaybeValue part = sliceAlong(node, images, 0, image, 1);
    for (int dimension : {0, 1}) {
      Resampling how;
      how.in = shape[1 + dimension];
      how.out = (*size)[dimension];
      how.mode = method == "nearest" ? "nearest" : "linear";
      how.coordinates = "tf_crop_and_resize";
      how.nearest = "round_prefer_ceil";
      how.roiStart = boxes->reals[4 * box + dimension];
      how.roiEnd = boxes->reals[4 * box + dimension + 2];
      part = resampleAlong(node, part, 1 + dimension, how);
    }
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return concatAlong(node, parts, 0);
}

void registerResize(OpTable &table) {
  table.add("ResizeBilinear", importResize<graph::ResizeBilinearOp>);
  table.add("ResizeNearestNeighbor", importResize<graph::ResizeNearestOp>);
  table.add("ResizeBicubic", importBicubic);
  table.add("ResizeArea", importArea);
  table.add("CropAndResize", importCropAndResize);
  for (StringRef op : {"ResizeBilinear", "ResizeBicubic", "ResizeArea", "CropAndResize"})
    table.makesFloats(op);
}

} // namespace tandem::tensorflow
