#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

namespace {
struct Border {
  Pair low, high;
};
/// One number, (height, width), or ((top, bottom), (left, right)).
std::optional<Border> parseBorder(const Json &value) {
  if (std::optional<int64_t> all = asInt(value))
    return Border{{*all, *all}, {*all, *all}};
  if (!value.is_array() || value.size() != 2)
    return std::nullopt;
  Border border;
  for (const Json &side : value) {
    std::optional<int64_t> both = asInt(side);
    std::optional<SmallVector<int64_t>> two = asInts(side);
    if (!both && (!two || two->size() != 2))
      return std::nullopt;
    border.low.push_back(both ? *both : two->front());
    border.high.push_back(both ? *both : two->back());
  }
  return border;
}

FailureOr<Border> readBorder(Layer &layer, StringRef key) {
  const Json *value = layer.find(key);
  std::optional<Border> border = value ? parseBorder(*value) : std::nullopt;
  auto valid = [](int64_t size) { return size >= 0 && size <= INT32_MAX; };
  if (!border || !llvm::all_of(border->low, valid) || !llvm::all_of(border->high, valid))
    return layer.invalid("'" + key + "' is not ((top, bottom), (left, right))");
  return *border;
}
} // namespace

/// ZeroPadding2D: https://keras.io/api/layers/reshaping_layers/zero_padding2d/
static MaybeValue importZeroPadding2d(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  FailureOr<Border> border = readBorder(layer, "padding");
  if (failed(border) || layer.failed())
    return failure();
  return layer.create<graph::PadOp>(
      layer.input(), ArrayRef<int64_t>{0, border->low[0], border->low[1], 0},
      ArrayRef<int64_t>{0, border->high[0], border->high[1], 0}, llvm::APFloat(0.0f));
}

/// Cropping2D: https://keras.io/api/layers/reshaping_layers/cropping2d/
static MaybeValue importCropping2d(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  FailureOr<Border> border = readBorder(layer, "cropping");
  if (failed(border) || layer.failed())
    return failure();
  SmallVector<int64_t> size(layer.inputShape());
  for (int i = 0; i < 2; ++i) {
    size[1 + i] -= border->low[i] + border->high[i];
    if (size[1 + i] < 1)
      return layer.invalid("'cropping' leaves nothing of an input of shape " +
                           shapeText(layer.inputShape()));
  }
  return layer.create<graph::SliceOp>(layer.input(),
                                      ArrayRef<int64_t>{0, border->low[0], border->low[1], 0}, size,
                                      ArrayRef<int64_t>{1, 1, 1, 1});
}

void registerBorder2d(LayerTable &table) {
  table.add("ZeroPadding2D", importZeroPadding2d);
  table.add("Cropping2D", importCropping2d);
}

} // namespace tandem::keras
