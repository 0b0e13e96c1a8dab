#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/image.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

/// A number, or numbers along the last dimension (in any nesting, as NumPy arrays are written).
static bool collectNumbers(const Json &value, SmallVectorImpl<float> &numbers) {
  if (std::optional<double> number = asNumber(value)) {
    numbers.push_back(static_cast<float>(*number));
    return true;
  }
  return value.is_array() &&
         llvm::all_of(value, [&](const Json &element) { return collectNumbers(element, numbers); });
}

/// One number, or as many as `count`.
static FailureOr<SmallVector<float>> readNumbers(Layer &layer, StringRef key, int64_t count,
                                                 std::optional<float> absent) {
  SmallVector<float> numbers;
  const Json *value = layer.find(key);
  if (!value && absent)
    numbers.push_back(*absent);
  else if (!value || !collectNumbers(*value, numbers))
    return layer.invalid("'" + key + "' is not a number or a list of numbers");
  auto given = static_cast<int64_t>(numbers.size());
  if (given != 1 && given != count)
    return layer.invalid("'" + key + "' has " + Twine(given) + " numbers, expected 1 or " +
                         Twine(count));
  return numbers;
}

static MaybeValue readVector(Layer &layer, StringRef key, std::optional<float> absent) {
  FailureOr<SmallVector<float>> numbers =
      readNumbers(layer, key, layer.inputShape().back(), absent);
  if (failed(numbers))
    return failure();
  return layer.constant(layer.builder().getF32Type(), static_cast<int64_t>(numbers->size()),
                        *numbers);
}

/// Rescaling: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
static MaybeValue importRescaling(Layer &layer) {
  if (!layer.hasOneInput() || layer.inputShape().empty())
    return failure();
  MaybeValue scaled = layer.multiply(layer.cast(layer.input(), layer.builder().getF32Type()),
                                     readVector(layer, "scale", std::nullopt));
  return layer.add(scaled, readVector(layer, "offset", 0.0f));
}

/// A statistic of Normalization over dimensions of `shape`: in the configuration, else weight
/// number `index`.
static FailureOr<SmallVector<float>> readStatistic(Layer &layer, StringRef key, size_t index,
                                                   ArrayRef<int64_t> shape) {
  if (layer.find(key))
    return readNumbers(layer, key, *elementCount(shape), std::nullopt);
  FailureOr<std::vector<float>> values = layer.weightValues(index, key, shape);
  if (failed(values))
    return failure();
  return SmallVector<float>(values->begin(), values->end());
}

/// Normalization: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
/// It is (x - mean) / max(sqrt(variance), 1e-7), with statistics along the axes; or the inverse.
static MaybeValue importNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  const Json *given = layer.find("axis");
  bool isForAll = given && given->is_array() && given->empty(); // axis=None
  FailureOr<SmallVector<int64_t>> axes = isForAll ? SmallVector<int64_t>() : layer.axes("axis", -1);
  bool isInverse = layer.flag("invert", false);
  if (failed(axes) || layer.failed())
    return failure();
  SmallVector<int64_t> own, broadcast(layer.inputShape().size(), 1);
  for (int64_t axis : *axes)
    own.push_back(broadcast[axis] = layer.inputShape()[axis]);
  FailureOr<SmallVector<float>> mean = readStatistic(layer, "mean", 0, own),
                                variance = readStatistic(layer, "variance", 1, own);
  if (failed(mean) || failed(variance))
    return failure();
  constexpr float kLeastDeviation = 1e-7f;
  for (float &value : *variance) {
    float deviation = std::max(std::sqrt(value), kLeastDeviation);
    value = isInverse ? deviation : 1 / deviation;
  }
  auto constant = [&](ArrayRef<float> values) {
    SmallVector<int64_t> shape(values.size() == 1 ? ArrayRef<int64_t>{1}
                                                  : ArrayRef<int64_t>(broadcast));
    return layer.constant(layer.builder().getF32Type(), shape, values);
  };
  MaybeValue x = layer.cast(layer.input(), layer.builder().getF32Type());
  if (isInverse)
    return layer.add(layer.multiply(x, constant(*variance)), constant(*mean));
  return layer.multiply(layer.subtract(x, constant(*mean)), constant(*variance));
}

/// Resizing: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/
static MaybeValue importResizing(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  for (StringRef flag : {"crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"})
    if (layer.flag(flag, false))
      return layer.unsupported("'" + flag + "'");
  Pair size = {layer.integer("height"), layer.integer("width")};
  StringRef interpolation = layer.string("interpolation", "bilinear");
  if (!layer.failed() && (size[0] < 1 || size[1] < 1))
    return layer.invalid("has a size of " + shapeText(size));
  if (layer.failed())
    return failure();
  return image->back(resized(layer, image->nhwc(), size, interpolation));
}

/// CenterCrop: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/
static MaybeValue importCenterCrop(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  Pair size = {layer.integer("height"), layer.integer("width")};
  if (layer.failed())
    return failure();
  MaybeValue result = image->nhwc();
  for (int64_t i = 0; i < 2; ++i) {
    int64_t whole = image->shape()[1 + i];
    if (size[i] < 1 || size[i] > whole)
      return layer.unsupported("a size of " + shapeText(size) + " for an image of " +
                               shapeText(image->shape().slice(1, 2)) + ", which it is no part of");
    result = sliceAlong(layer, result, 1 + i, (whole - size[i]) / 2, size[i]);
  }
  return image->back(result);
}

/// CategoryEncoding:
/// https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/ One-hot vectors
/// of indices; of the places of a row together the largest ('multi_hot') or the sum.
static MaybeValue importCategoryEncoding(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  int64_t depth = layer.integer("num_tokens");
  StringRef mode = layer.string("output_mode", "multi_hot");
  if (layer.flag("sparse", false))
    return layer.unsupported("'sparse'");
  if (!layer.failed() && (depth < 1 || depth > NodeBuilder::kMaxFill))
    return layer.invalid("'num_tokens' is " + Twine(depth));
  if (layer.failed())
    return failure();
  SmallVector<int64_t> shape(layer.inputShape());
  bool isOneHot = mode == "one_hot";
  if (!isOneHot && (shape.size() != 2 || (mode != "multi_hot" && mode != "count")))
    return layer.unsupported("'" + mode + "' of an input of shape " + shapeText(shape));
  if (isOneHot && shape.size() > 1 && shape.back() == 1)
    shape.pop_back();
  Type f32 = layer.builder().getF32Type();
  MaybeValue indices =
      layer.reshape(layer.cast(layer.input(), layer.builder().getI32Type()), shape);
  MaybeValue encoded = oneHot(layer, indices, depth, static_cast<int64_t>(shape.size()),
                              layer.constant(f32, {1}, {1.0f}), layer.constant(f32, {1}, {0.0f}));
  if (isOneHot)
    return encoded;
  return mode == "count"
             ? layer.create<graph::SumOp>(encoded, ArrayRef<int64_t>{1}, /*keepDims=*/false)
             : layer.create<graph::ReduceMaxOp>(encoded, ArrayRef<int64_t>{1}, /*keepDims=*/false);
}

void registerPreprocessing(LayerTable &table) {
  table.add("CategoryEncoding", importCategoryEncoding, Takes::kIntegers);
  table.add("CenterCrop", importCenterCrop, Takes::kIntegers);
  table.add("Normalization", importNormalization, Takes::kIntegers);
  table.add("Rescaling", importRescaling, Takes::kIntegers);
  table.add("Resizing", importResizing);
}

} // namespace tandem::keras
