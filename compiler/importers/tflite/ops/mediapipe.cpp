// MediaPipe's custom operators that its sources document: pools that keep where the largest was,
// and crops of what landmarks surround.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/window.h"

#include <flatbuffers/flexbuffers.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;

namespace tandem::tflite {

namespace {
/// Options as the struct {padding: 1 same, 2 valid; stride of columns, of rows; columns and rows of
/// the window; activation} of i32.
struct Pool {
  schema::Padding padding = schema::Padding::SAME;
  Window window;
};

FailureOr<Pool> readPool(Node &node) {
  std::array<int32_t, 6> options;
  ArrayRef<uint8_t> bytes = node.customOptions();
  if (bytes.size() < sizeof(options))
    return node.unsupported() << "options of " << bytes.size() << " bytes, MediaPipe's have "
                              << sizeof(options);
  std::memcpy(options.data(), bytes.data(), sizeof(options));
  if (options[0] != 1 && options[0] != 2)
    return node.invalid() << "padding " << options[0] << ", expected 1 (same) or 2 (valid)";
  if (options[5] != 0)
    return node.unsupported() << "a fused activation";
  Pool pool;
  pool.padding = options[0] == 1 ? schema::Padding::SAME : schema::Padding::VALID;
  pool.window.stride = {options[2], options[1]};
  pool.window.size = {options[4], options[3]};
  constexpr int32_t kMost = 16;
  for (int i = 0; i < 2; ++i)
    if (pool.window.size[i] < 1 || pool.window.size[i] > kMost || pool.window.stride[i] < 1)
      return node.unsupported() << "a window of " << pool.window.size[0] << "x"
                                << pool.window.size[1];
  return pool;
}

/// What a window sees at one of its places, of every window.
MaybeValue atPlace(NodeBuilder &build, MaybeValue padded, const Window &window,
                   std::array<int64_t, 2> place) {
  for (int i = 0; i < 2; ++i) {
    if (failed(padded))
      return failure();
    int64_t room = shapeOf(*padded)[1 + i] - window.size[i];
    if (room < 0)
      return build.error() << "a window that is larger than the image";
    padded =
        sliceAlong(build, padded, 1 + i, place[i], room / window.stride[i] + 1, window.stride[i]);
  }
  return padded;
}

/// MaxPoolingWithArgmax2D: the largest of each window, and where in it that is, row by row, plus
/// 0.1 so that a rounding of the number downward gives the place.
LogicalResult importMaxPoolWithArgmax(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  FailureOr<Value> input = node.input(0);
  FailureOr<Type> type = node.outputType(1);
  if (failed(pool) || failed(input) || failed(type))
    return failure();
  if (!getElementTypeOrSelf(*input).isF32() || !type->isF32())
    return node.unsupported() << "places or elements that are not float32";
  auto image = imageSize(node, *input);
  if (failed(image))
    return failure();
  auto padding = paddingOf(node, pool->padding, *image, pool->window);
  if (failed(padding))
    return failure();
  NodeBuilder &build = node.build();
  constexpr float kLowest = std::numeric_limits<float>::lowest();
  MaybeValue padded = build.create<graph::PadOp>(
      input, ArrayRef<int64_t>({0, padding->low[0], padding->low[1], 0}),
      ArrayRef<int64_t>({0, padding->high[0], padding->high[1], 0}), llvm::APFloat(kLowest));
  MaybeValue largest = atPlace(build, padded, pool->window, {0, 0});
  if (failed(largest))
    return failure();
  constexpr double kAbove = 0.1f;
  MaybeValue place = build.fill(*type, shapeOf(*largest), kAbove);
  for (int64_t i = 1; i < pool->window.size[0] * pool->window.size[1]; ++i) {
    MaybeValue next =
        atPlace(build, padded, pool->window, {i / pool->window.size[1], i % pool->window.size[1]});
    MaybeValue isLarger = build.compare<graph::GreaterOp>(next, largest);
    if (failed(place) || failed(isLarger))
      return failure();
    largest = build.select(isLarger, next, largest);
    place = build.select(isLarger, build.scalarLike(*place, static_cast<float>(i) + 0.1f), place);
  }
  return success(succeeded(node.setOutput(largest)) && succeeded(node.setOutput(place, 1)));
}

/// MaxUnpooling2D: each element at its place in a window of zeros.
LogicalResult importMaxUnpooling(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  FailureOr<Value> input = node.input(0), places = node.input(1);
  if (failed(pool) || failed(input) || failed(places))
    return failure();
  if (!getElementTypeOrSelf(*input).isF32() || !getElementTypeOrSelf(*places).isF32())
    return node.unsupported() << "places or elements that are not float32";
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() != 4 || shapeOf(*places) != shape)
    return node.invalid() << "elements of shape " << shapeText(shape) << " at places of shape "
                          << shapeText(shapeOf(*places));
  const std::array<int64_t, 2> &size = pool->window.size;
  if (pool->window.stride != size)
    return node.unsupported() << "windows that overlap or leave gaps";
  NodeBuilder &build = node.build();
  MaybeValue whole = build.create<graph::FloorOp>(places);
  SmallVector<MaybeValue> parts;
  for (int64_t i = 0; i < size[0] * size[1]; ++i)
    parts.push_back(
        keepWhere(build, build.compare<graph::EqualOp>(whole, static_cast<double>(i)), input, 0));
  // [n, rows, columns, window, c], with the window's rows and columns put into the image's.
  MaybeValue windows = build.reshape(stackAlong(build, parts, 3),
                                     {shape[0], shape[1], shape[2], size[0], size[1], shape[3]});
  return node.setOutput(
      build.reshape(build.transpose(windows, {0, 1, 3, 2, 4, 5}),
                    {shape[0], shape[1] * size[0], shape[2] * size[1], shape[3]}));
}

/// The first two rows of a 4x4 matrix as numbers, of which the third column is not used.
struct Affine {
  MaybeValue xx = failure(), xy = failure(), x = failure(), yx = failure(), yy = failure(),
             y = failure();
};

FailureOr<Affine> readAffine(Node &node, size_t index) {
  FailureOr<Value> matrix = node.input(index);
  if (failed(matrix))
    return failure();
  constexpr int64_t kElements = 16;
  if (!getElementTypeOrSelf(*matrix).isF32() ||
      graph::tensorType(*matrix).getNumElements() != kElements)
    return node.unsupported() << "a matrix that is not 4x4 of float32";
  NodeBuilder &build = node.build();
  MaybeValue row = build.reshape(matrix, kElements);
  auto at = [&](int64_t place) { return sliceAlong(build, row, 0, place, 1); };
  return Affine{at(0), at(1), at(3), at(4), at(5), at(7)};
}

FailureOr<flexbuffers::Map> optionMap(Node &node) {
  ArrayRef<uint8_t> bytes = node.customOptions();
  if (bytes.empty() || !flexbuffers::VerifyBuffer(bytes.data(), bytes.size()) ||
      !flexbuffers::GetRoot(bytes.data(), bytes.size()).IsMap())
    return node.invalid() << "its options are not a FlexBuffers map";
  return flexbuffers::GetRoot(bytes.data(), bytes.size()).AsMap();
}

LogicalResult checkVersion(Node &node) {
  if (node.version() != 2)
    return node.unsupported() << "version " << node.version() << ", only 2 is";
  return success();
}

/// TransformTensorBilinear: a crop of an image [1, rows, columns, c] whose corners the matrix
/// names, of pixels as centres; zero outside.
LogicalResult importTransformTensor(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(checkVersion(node)) || failed(input))
    return failure();
  FailureOr<Affine> matrix = readAffine(node, 1);
  SmallVector<int64_t> crop = node.outputShape();
  if (failed(matrix))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (!getElementTypeOrSelf(*input).isF32() || shape.size() != 4 || shape[0] != 1 ||
      crop.size() != 4 || crop[0] != 1 || crop[3] != shape[3] || !hasSaneSize(crop) ||
      *elementCount(shape) == 0 || *elementCount(crop) == 0)
    return node.unsupported() << "an image of shape " << shapeText(shape) << " for a crop of shape "
                              << shapeText(crop);
  NodeBuilder &build = node.build();
  Type f32 = node.builder().getF32Type(), i32 = node.builder().getI32Type();
  MaybeValue columns = build.add(countAlong(build, f32, 2, 1, crop[2]), 0.5),
             rows = build.add(countAlong(build, f32, 2, 0, crop[1]), 0.5);
  auto coordinate = [&](MaybeValue ofX, MaybeValue ofY, MaybeValue shift) {
    return build.add(build.add(build.multiply(columns, ofX), build.multiply(rows, ofY)),
                     build.add(shift, -0.5));
  };
  MaybeValue x = coordinate(matrix->xx, matrix->xy, matrix->x),
             y = coordinate(matrix->yx, matrix->yy, matrix->y);
  auto within = [&](MaybeValue value, int64_t last) {
    return build.create<graph::LogicalAndOp>(
        build.compare<graph::GreaterEqualOp>(value, 0.0),
        build.compare<graph::LessEqualOp>(value, static_cast<double>(last)));
  };
  MaybeValue isInside =
      build.create<graph::LogicalAndOp>(within(x, shape[2] - 1), within(y, shape[1] - 1));
  MaybeValue left = build.create<graph::FloorOp>(x), top = build.create<graph::FloorOp>(y);
  auto asPart = [&](MaybeValue value, MaybeValue whole) {
    return build.reshape(build.subtract(value, whole), {crop[1], crop[2], 1});
  };
  MaybeValue right = asPart(x, left), below = asPart(y, top);
  MaybeValue pixels = build.reshape(input, {shape[1] * shape[2], shape[3]});
  auto pixel = [&](int64_t down, int64_t across) { // beyond the last it has no weight
    auto place = [&](MaybeValue whole, int64_t step, int64_t last) {
      return build.cast(clampBetween(build, build.add(whole, static_cast<double>(step)), 0,
                                     static_cast<double>(last)),
                        i32);
    };
    MaybeValue row = place(top, down, shape[1] - 1), column = place(left, across, shape[2] - 1);
    MaybeValue places = build.add(build.multiply(row, static_cast<double>(shape[2])), column);
    return build.create<graph::GatherOp>(pixels, places, int64_t(0));
  };
  auto between = [&](MaybeValue a, MaybeValue b, MaybeValue part) {
    return build.add(a, build.multiply(part, build.subtract(b, a)));
  };
  MaybeValue mixed = between(between(pixel(0, 0), pixel(0, 1), right),
                             between(pixel(1, 0), pixel(1, 1), right), below);
  MaybeValue kept = keepWhere(build, build.reshape(isInside, {crop[1], crop[2], 1}), mixed, 0);
  return node.setOutput(build.reshape(kept, crop));
}

/// TransformLandmarks: points (x, y) or (x, y, z) of the last dimension where the matrix puts them.
LogicalResult importTransformLandmarks(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(checkVersion(node)) || failed(input))
    return failure();
  FailureOr<Affine> matrix = readAffine(node, 1);
  if (failed(matrix))
    return failure();
  auto last = static_cast<int64_t>(shapeOf(*input).size()) - 1;
  if (last != 2 || !getElementTypeOrSelf(*input).isF32() ||
      (shapeOf(*input)[last] != 2 && shapeOf(*input)[last] != 3))
    return node.unsupported() << "points of shape " << shapeText(shapeOf(*input));
  NodeBuilder &build = node.build();
  MaybeValue x = sliceAlong(build, input, last, 0, 1), y = sliceAlong(build, input, last, 1, 1);
  auto moved = [&](MaybeValue ofX, MaybeValue ofY, MaybeValue shift) {
    return build.add(build.add(build.multiply(x, ofX), build.multiply(y, ofY)), shift);
  };
  MaybeValue newX = moved(matrix->xx, matrix->xy, matrix->x),
             newY = moved(matrix->yx, matrix->yy, matrix->y);
  if (failed(newX) || failed(newY))
    return failure();
  SmallVector<Value> parts = {*newX, *newY};
  if (shapeOf(*input)[last] == 3) {
    MaybeValue z = sliceAlong(build, input, last, 2, 1);
    if (failed(z))
      return failure();
    parts.push_back(*z);
  }
  return node.setOutput(concatAlong(build, parts, last));
}

/// Options of Landmarks2TransformMatrix.
struct CropOptions {
  int64_t left = 0, right = 0; ///< landmarks whose line becomes level
  double rotation = 0, scaleX = 1, scaleY = 1;
  int64_t height = 0, width = 0;   ///< of the crop
  SmallVector<int64_t> surrounded; ///< landmarks that it is to show
};

FailureOr<CropOptions> readCrop(Node &node, int64_t landmarks) {
  FailureOr<flexbuffers::Map> map = optionMap(node);
  if (failed(map))
    return failure();
  CropOptions options;
  options.left = (*map)["left_rotation_idx"].AsInt64();
  options.right = (*map)["right_rotation_idx"].AsInt64();
  options.rotation = (*map)["target_rotation_radians"].AsDouble();
  options.height = (*map)["output_height"].AsInt64();
  options.width = (*map)["output_width"].AsInt64();
  options.scaleX = (*map)["scale_x"].AsDouble();
  options.scaleY = (*map)["scale_y"].AsDouble();
  auto indices = (*map)["subset_idxs"].AsTypedVector();
  for (size_t i = 0; i < indices.size(); ++i)
    options.surrounded.push_back(indices[i].AsInt64());
  auto isLandmark = [&](int64_t index) { return index >= 0 && index < landmarks; };
  if (!isLandmark(options.left) || !isLandmark(options.right) || options.surrounded.empty() ||
      !llvm::all_of(options.surrounded, isLandmark))
    return node.invalid() << "its options name no landmarks of the " << landmarks;
  if (options.height < 1 || options.width < 1 || !(options.scaleX > 0) || !(options.scaleY > 0) ||
      !std::isfinite(options.rotation))
    return node.invalid() << "its options have no crop of a positive size";
  return options;
}

/// A point turned by an angle, by its cosine and sine.
struct Point {
  MaybeValue x = failure(), y = failure();
};
Point turned(NodeBuilder &build, const Point &point, MaybeValue cosine, MaybeValue sine) {
  return {build.subtract(build.multiply(cosine, point.x), build.multiply(sine, point.y)),
          build.add(build.multiply(sine, point.x), build.multiply(cosine, point.y))};
}

/// Landmarks2TransformMatrix: from places of a crop, whose sides surround landmarks when the line
/// of two of them is level, to places of the image: shift * rotation * scale * shift to the crop's
/// middle, [1, 4, 4].
LogicalResult importLandmarksToMatrix(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(checkVersion(node)) || failed(input))
    return failure();
  constexpr int64_t kCoordinates = 3;
  int64_t count = graph::tensorType(*input).getNumElements();
  if (!getElementTypeOrSelf(*input).isF32() || count == 0 || count % kCoordinates != 0)
    return node.unsupported() << "landmarks of shape " << shapeText(shapeOf(*input));
  FailureOr<CropOptions> options = readCrop(node, count / kCoordinates);
  if (failed(options))
    return failure();
  NodeBuilder &build = node.build();
  MaybeValue points = build.reshape(input, {count / kCoordinates, kCoordinates});
  auto pointsAt = [&](ArrayRef<int64_t> places) {
    MaybeValue chosen = pickAlong(build, points, 0, places);
    auto column = [&](int64_t axis) {
      return build.reshape(sliceAlong(build, chosen, 1, axis, 1),
                           static_cast<int64_t>(places.size()));
    };
    return Point{column(0), column(1)};
  };
  Point left = pointsAt(options->left), right = pointsAt(options->right);
  MaybeValue line =
      arcTangent(build, build.subtract(right.y, left.y), build.subtract(right.x, left.x));
  MaybeValue angle = build.add(build.create<graph::NegOp>(line), options->rotation);
  MaybeValue cosine = build.create<graph::CosOp>(angle), sine = build.create<graph::SinOp>(angle);
  MaybeValue back = build.create<graph::NegOp>(sine); // of the angle backwards
  Point level = turned(build, pointsAt(options->surrounded), cosine, sine);
  auto ends = [&](MaybeValue row) {
    return std::pair(
        build.create<graph::ReduceMinOp>(row, ArrayRef<int64_t>{0}, /*keepDims=*/true),
        build.create<graph::ReduceMaxOp>(row, ArrayRef<int64_t>{0}, /*keepDims=*/true));
  };
  auto [lowX, highX] = ends(level.x);
  auto [lowY, highY] = ends(level.y);
  Point middle = turned(
      build,
      {build.multiply(build.add(lowX, highX), 0.5), build.multiply(build.add(lowY, highY), 0.5)},
      cosine, back);
  MaybeValue scaleX = build.multiply(build.subtract(highX, lowX),
                                     options->scaleX / static_cast<double>(options->width)),
             scaleY = build.multiply(build.subtract(highY, lowY),
                                     options->scaleY / static_cast<double>(options->height));
  MaybeValue xx = build.multiply(cosine, scaleX), xy = build.multiply(sine, scaleY),
             yx = build.multiply(back, scaleX), yy = build.multiply(cosine, scaleY);
  auto shift = [&](MaybeValue ofX, MaybeValue ofY, MaybeValue from) {
    double halfX = static_cast<double>(options->width) / 2,
           halfY = static_cast<double>(options->height) / 2;
    return build.subtract(from, build.add(build.multiply(ofX, halfX), build.multiply(ofY, halfY)));
  };
  Type f32 = node.builder().getF32Type();
  MaybeValue zero = build.fill(f32, 1, 0), one = build.fill(f32, 1, 1);
  SmallVector<MaybeValue> elements = {xx,   xy,   zero, shift(xx, xy, middle.x),
                                      yx,   yy,   zero, shift(yx, yy, middle.y),
                                      zero, zero, one,  zero,
                                      zero, zero, zero, one};
  SmallVector<Value> row;
  for (const MaybeValue &element : elements) {
    if (failed(element))
      return failure();
    row.push_back(*element);
  }
  return node.setOutput(build.reshape(concatAlong(build, row, 0), {1, 4, 4}));
}
} // namespace

void registerMediapipe(OpTable &table) {
  table.addCustom("MaxPoolingWithArgmax2D", importMaxPoolWithArgmax);
  table.addCustom("MaxUnpooling2D", importMaxUnpooling);
  table.addCustom("TransformTensorBilinear", importTransformTensor);
  table.addCustom("TransformLandmarks", importTransformLandmarks);
  table.addCustom("Landmarks2TransformMatrix", importLandmarksToMatrix);
}

} // namespace tandem::tflite
