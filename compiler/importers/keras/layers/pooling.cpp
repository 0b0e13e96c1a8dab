#include "compiler/importers/common/resampling.h"
#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

/// MaxPooling, AveragePooling: https://keras.io/api/layers/pooling_layers/
/// The average leaves padding out.
template <typename OpT> static MaybeValue importPooling(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  Pair window = image->pair("pool_size", image->rank() == 1 ? Pair{1, 2} : Pair{2, 2});
  Pair stride = image->pair("strides", window); // absent: the window
  auto [low, high] = image->padding(window, stride, {1, 1});
  if (layer.failed())
    return failure();
  if constexpr (std::is_same_v<OpT, graph::AveragePool2dOp>)
    return image->back(layer.create<OpT>(image->nhwc(), window, stride, low, high,
                                         /*countIncludePad=*/false, graph::Activation::None));
  else
    return image->back(
        layer.create<OpT>(image->nhwc(), window, stride, low, high, graph::Activation::None));
}

template <typename OpT> static MaybeValue importGlobalPooling(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  bool keepDims = layer.flag("keepdims", false);
  if (layer.failed())
    return failure();
  MaybeValue result = layer.create<OpT>(image->nhwc(), ArrayRef<int64_t>{1, 2}, keepDims);
  return keepDims ? image->back(result) : result;
}

/// AdaptiveAveragePooling: windows that cover each dimension as evenly as they can.
static MaybeValue importAdaptivePooling(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  Pair size = image->pair("output_size");
  if (layer.failed())
    return failure();
  MaybeValue result = image->nhwc();
  for (int axis = 3 - image->rank(); axis < 3; ++axis)
    result = averageAlong(layer, result, axis, size[axis - 1]);
  return image->back(result);
}

void registerPooling(LayerTable &table) {
  for (StringRef name : {"MaxPooling1D", "MaxPool1D", "MaxPooling2D", "MaxPool2D"})
    table.add(name, importPooling<graph::MaxPool2dOp>);
  for (StringRef name : {"AveragePooling1D", "AvgPool1D", "AveragePooling2D", "AvgPool2D"})
    table.add(name, importPooling<graph::AveragePool2dOp>);
  for (StringRef name :
       {"GlobalAveragePooling1D", "GlobalAvgPool1D", "GlobalAveragePooling2D", "GlobalAvgPool2D"})
    table.add(name, importGlobalPooling<graph::MeanOp>);
  for (StringRef name :
       {"GlobalMaxPooling1D", "GlobalMaxPool1D", "GlobalMaxPooling2D", "GlobalMaxPool2D"})
    table.add(name, importGlobalPooling<graph::ReduceMaxOp>);
  table.add("AdaptiveAveragePooling1D", importAdaptivePooling);
  table.add("AdaptiveAveragePooling2D", importAdaptivePooling);
}

} // namespace tandem::keras
