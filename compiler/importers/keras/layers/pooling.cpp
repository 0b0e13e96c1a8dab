#include "compiler/importers/common/resampling.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

static constexpr auto kNone = graph::Activation::None;

/// MaxPooling, AveragePooling: https://keras.io/api/layers/pooling_layers/
/// The average leaves padding out.
template <bool isMax> static MaybeValue importPooling(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  Extents size = image->extents("pool_size", image->each(2));
  Extents stride = image->extents("strides", size); // absent: the window
  Window window = image->window(size, stride, image->each(1));
  if (layer.failed())
    return failure();
  if (image->isVolume())
    return image->back(isMax ? maxPoolVolume(layer, image->nhwc(), window.ofVolume())
                             : averagePoolVolume(layer, image->nhwc(), window.ofVolume(),
                                                 /*countsPadding=*/false));
  ArrayRef<int64_t> low(window.low), high(window.high);
  return image->back(isMax ? layer.create<graph::MaxPool2dOp>(image->nhwc(), ArrayRef(size),
                                                              ArrayRef(stride), low, high, kNone)
                           : layer.create<graph::AveragePool2dOp>(
                                 image->nhwc(), ArrayRef(size), ArrayRef(stride), low, high,
                                 /*countIncludePad=*/false, kNone));
}

/// GlobalAveragePooling1D of the places that count; of none it is no number, as in Keras.
static MaybeValue averageOfMasked(Layer &layer, const Image &image, bool keepDims) {
  ArrayRef<int64_t> mask = shapeOf(layer.mask(0));
  SmallVector<int64_t> shape(image.shape());
  if (mask.size() != 2 || mask[0] != shape[0] || mask[1] != shape[shape.size() - 2])
    return layer.unsupported("a mask of shape " + shapeText(mask));
  shape.back() = 1;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(1, shape.size() - 1));
  MaybeValue counts = layer.reshape(layer.mask(0), shape);
  MaybeValue sum =
      layer.create<graph::SumOp>(keepWhere(layer, counts, image.nhwc(), 0), axes, keepDims);
  return layer.divide(
      sum, layer.create<graph::SumOp>(layer.cast(counts, layer.elementType()), axes, keepDims));
}

template <typename OpT> static MaybeValue importGlobalPooling(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  bool keepDims = layer.flag("keepdims", false);
  if (layer.failed())
    return failure();
  auto axes = llvm::to_vector(llvm::seq<int64_t>(1, image->shape().size() - 1));
  bool isMasked = layer.mask(0) && layer.className().ends_with("1D") &&
                  std::is_same_v<OpT, graph::MeanOp>; // the other layers see no mask
  MaybeValue result = isMasked ? averageOfMasked(layer, *image, keepDims)
                               : layer.create<OpT>(image->nhwc(), axes, keepDims);
  return keepDims ? image->back(result) : result;
}

/// AdaptiveAveragePooling, AdaptiveMaxPooling: windows that cover each dimension as evenly as they
/// can.
template <MaybeValue (*poolAlong)(NodeBuilder &, MaybeValue, int64_t axis, int64_t out)>
static MaybeValue importAdaptivePooling(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  Extents size = image->extents("output_size");
  if (layer.failed())
    return failure();
  MaybeValue result = image->nhwc();
  for (auto [i, out] : llvm::enumerate(size))
    if (image->rank() > 1 || i > 0) // not the height that was put in
      result = poolAlong(layer, result, static_cast<int64_t>(1 + i), out);
  return image->back(result);
}

void registerPooling(LayerTable &table) {
  for (StringRef rank : {"1D", "2D", "3D"}) {
    for (StringRef name : {"MaxPooling", "MaxPool"})
      table.add((name + rank).str(), importPooling</*isMax=*/true>);
    for (StringRef name : {"AveragePooling", "AvgPool"})
      table.add((name + rank).str(), importPooling</*isMax=*/false>);
    for (StringRef name : {"GlobalAveragePooling", "GlobalAvgPool"})
      table.add((name + rank).str(), importGlobalPooling<graph::MeanOp>);
    for (StringRef name : {"GlobalMaxPooling", "GlobalMaxPool"})
      table.add((name + rank).str(), importGlobalPooling<graph::ReduceMaxOp>);
    table.add(("AdaptiveAveragePooling" + rank).str(), importAdaptivePooling<averageAlong>);
    table.add(("AdaptiveMaxPooling" + rank).str(), importAdaptivePooling<largestAlong>);
  }
  table.add("ops.MaxPool", importPooling</*isMax=*/true>);
  table.add("ops.AveragePool", importPooling</*isMax=*/false>);
  table.add("ops.AdaptiveAveragePool", importAdaptivePooling<averageAlong>);
  table.add("ops.AdaptiveMaxPool", importAdaptivePooling<largestAlong>);
}

} // namespace tandem::keras
