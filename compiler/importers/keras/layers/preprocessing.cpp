#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
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

static bool isSize(const Pair &size) {
  constexpr int64_t kMost = 1 << 16;
  return llvm::all_of(size, [](int64_t each) { return each >= 1 && each <= kMost; });
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
  if (!layer.failed() && !isSize(size))
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

/// RandomCrop, when nothing is trained:
/// https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_crop/
/// Keras 2 cuts the largest part of the new shape out of the middle and resizes it; Keras 3 leaves
/// the image as it is.
static MaybeValue importRandomCrop(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  Pair size = {layer.integer("height"), layer.integer("width")};
  if (!layer.failed() && !isSize(size))
    return layer.invalid("has a size of " + shapeText(size));
  if (layer.failed())
    return failure();
  MaybeValue result = layer.cast(image->nhwc(), layer.builder().getF32Type());
  ArrayRef<int64_t> whole = image->shape().slice(1, 2);
  if (layer.kerasMajor() >= 3) {
    if (whole != ArrayRef(size))
      return layer.unsupported("a size of " + shapeText(size) + " for an image of " +
                               shapeText(whole) + ", which Keras 3 leaves as it is");
    return image->back(result);
  }
  for (int i = 0; i < 2; ++i) {
    int64_t part =
        std::min(whole[i], static_cast<int64_t>(static_cast<float>(whole[1 - i] * size[i]) /
                                                static_cast<float>(size[1 - i])));
    if (part < 1)
      return layer.unsupported("a size of " + shapeText(size) + " for an image of " +
                               shapeText(whole));
    result = sliceAlong(layer, result, 1 + i, (whole[i] - part) / 2, part);
  }
  return image->back(resized(layer, result, size, "bilinear"));
}

/// AutoContrast:
/// https://keras.io/api/layers/preprocessing_layers/image_augmentation/auto_contrast/
/// The least number of each channel becomes the low end of 'value_range', the largest the high one;
/// a channel that has one number only stays.
static MaybeValue importAutoContrast(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  const Json *given = layer.find("value_range");
  std::optional<SmallVector<double>> range =
      given ? asNumbers(*given) : std::optional(SmallVector<double>{0, 255});
  if (!range || range->size() != 2 || (*range)[0] >= (*range)[1])
    return layer.invalid("'value_range' is no range");
  double low = range->front(), high = range->back();
  MaybeValue x = layer.cast(image->nhwc(), layer.builder().getF32Type());
  MaybeValue least =
                 layer.create<graph::ReduceMinOp>(x, ArrayRef<int64_t>{1, 2}, /*keepDims=*/true),
             most = layer.create<graph::ReduceMaxOp>(x, ArrayRef<int64_t>{1, 2}, /*keepDims=*/true);
  MaybeValue span = layer.subtract(most, least);
  MaybeValue stretched =
      layer.add(layer.multiply(layer.divide(layer.subtract(x, least), span), high - low), low);
  MaybeValue isFlat = layer.compare<graph::EqualOp>(span, 0.0);
  return image->back(layer.select(isFlat, x, clampBetween(layer, stretched, low, high)));
}

void registerPreprocessing(LayerTable &table) {
  table.add("AutoContrast", importAutoContrast, Takes::kIntegers);
  table.add("CenterCrop", importCenterCrop, Takes::kIntegers);
  table.add("Normalization", importNormalization, Takes::kIntegers);
  table.add("RandomCrop", importRandomCrop, Takes::kIntegers);
  table.add("Rescaling", importRescaling, Takes::kIntegers);
  table.add("Resizing", importResizing);
}

} // namespace tandem::keras
