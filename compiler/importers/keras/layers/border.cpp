#include "compiler/importers/common/padding.h"
#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

namespace {
struct Border {
  SmallVector<int64_t> low, high; ///< a number for each dimension that the layer slides over
};

/// One number, or (low, high).
bool parseSide(const Json &value, Border &border) {
  std::optional<int64_t> both = asInt(value);
  std::optional<SmallVector<int64_t>> two = asInts(value);
  if (!both && (!two || two->size() != 2))
    return false;
  border.low.push_back(both ? *both : two->front());
  border.high.push_back(both ? *both : two->back());
  return true;
}

/// Of rows one number or (left, right). Of images one number for all sides, (height, width), or
/// ((top, bottom), (left, right)); of volumes the same of three dimensions.
std::optional<Border> parseBorder(const Json &value, size_t rank) {
  Border border;
  if (rank == 1)
    return parseSide(value, border) ? std::optional(border) : std::nullopt;
  if (!asInt(value) && (!value.is_array() || value.size() != rank))
    return std::nullopt;
  for (size_t d = 0; d < rank; ++d)
    if (!parseSide(asInt(value) ? value : value[d], border))
      return std::nullopt;
  return border;
}

FailureOr<Border> readBorder(Layer &layer, StringRef key, int rank) {
  const Json *value = layer.find(key);
  std::optional<Border> border = value ? parseBorder(*value, rank) : std::nullopt;
  auto valid = [](int64_t size) { return size >= 0 && size <= INT32_MAX; };
  constexpr StringRef kForms[] = {"(left, right)", "((top, bottom), (left, right))",
                                  "((front, back), (top, bottom), (left, right))"};
  if (!border || !llvm::all_of(border->low, valid) || !llvm::all_of(border->high, valid))
    return layer.invalid("'" + key + "' is not " + kForms[rank - 1]);
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
  SmallVector<int64_t> low(image->shape().size(), 0), high(low);
  for (int i = 0; i < image->rank(); ++i) {
    size_t d = low.size() - 1 - image->rank() + i;
    low[d] = sign * border->low[i];
    high[d] = sign * border->high[i];
    if (sign < 0 && border->low[i] + border->high[i] >= image->shape()[d])
      return layer.invalid("'" + key + "' leaves nothing of an input of shape " +
                           shapeText(layer.inputShape()));
  }
  return image->back(padOrCrop(layer, image->nhwc(), low, high, 0));
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
  for (StringRef rank : {"1D", "2D", "3D"}) {
    table.add(("ZeroPadding" + rank).str(), importZeroPadding);
    table.add(("Cropping" + rank).str(), importCropping);
  }
}

} // namespace tandem::keras
