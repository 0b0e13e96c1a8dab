#include "compiler/importers/common/padding.h"
#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

namespace {
struct Border {
  Pair low = {0, 0}, high = {0, 0};
};

/// One number, or (low, high).
bool parseSide(const Json &value, Border &border, int dimension) {
  std::optional<int64_t> both = asInt(value);
  std::optional<SmallVector<int64_t>> two = asInts(value);
  if (!both && (!two || two->size() != 2))
    return false;
  border.low[dimension] = both ? *both : two->front();
  border.high[dimension] = both ? *both : two->back();
  return true;
}

/// Of rows one number or (left, right). Of images one number for all sides, (height, width), or
/// ((top, bottom), (left, right)).
std::optional<Border> parseBorder(const Json &value, int rank) {
  Border border;
  if (rank == 1)
    return parseSide(value, border, 1) ? std::optional(border) : std::nullopt;
  if (asInt(value))
    return parseSide(value, border, 0) && parseSide(value, border, 1) ? std::optional(border)
                                                                      : std::nullopt;
  if (!value.is_array() || value.size() != 2 || !parseSide(value[0], border, 0) ||
      !parseSide(value[1], border, 1))
    return std::nullopt;
  return border;
}

FailureOr<Border> readBorder(Layer &layer, StringRef key, int rank) {
  const Json *value = layer.find(key);
  std::optional<Border> border = value ? parseBorder(*value, rank) : std::nullopt;
  auto valid = [](int64_t size) { return size >= 0 && size <= INT32_MAX; };
  if (!border || !llvm::all_of(border->low, valid) || !llvm::all_of(border->high, valid))
    return layer.invalid("'" + key + "' is not " +
                         (rank == 1 ? "(left, right)" : "((top, bottom), (left, right))"));
  return *border;
}

/// What is added around, or cut off where `sign` is negative.
MaybeValue importBorder(Layer &layer, StringRef key, int64_t sign) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  FailureOr<Border> border = readBorder(layer, key, image->rank());
  if (failed(border) || layer.failed())
    return failure();
  Pair low = border->low, high = border->high;
  for (int i = 0; i < 2; ++i)
    if (sign < 0 && low[i] + high[i] >= image->shape()[1 + i])
      return layer.invalid("'" + key + "' leaves nothing of an input of shape " +
                           shapeText(layer.inputShape()));
  return image->back(padOrCrop(layer, image->nhwc(), {0, sign * low[0], sign * low[1], 0},
                               {0, sign * high[0], sign * high[1], 0}, 0));
}
} // namespace

/// ZeroPadding: https://keras.io/api/layers/reshaping_layers/zero_padding2d/
static MaybeValue importZeroPadding(Layer &layer) {
  return importBorder(layer, "padding", 1);
}

/// Cropping: https://keras.io/api/layers/reshaping_layers/cropping2d/
static MaybeValue importCropping(Layer &layer) {
  return importBorder(layer, "cropping", -1);
}

void registerBorder(LayerTable &table) {
  table.add("ZeroPadding1D", importZeroPadding);
  table.add("ZeroPadding2D", importZeroPadding);
  table.add("Cropping1D", importCropping);
  table.add("Cropping2D", importCropping);
}

} // namespace tandem::keras
