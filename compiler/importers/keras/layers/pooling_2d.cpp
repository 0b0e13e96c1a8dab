#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// MaxPooling2D, AveragePooling2D: https://keras.io/api/layers/pooling_layers/
/// The average leaves padding out.
template <typename OpT> static MaybeValue importPooling(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  Pair window = layer.pair("pool_size", Pair{2, 2});
  Pair stride = layer.pair("strides", window); // absent: the window
  auto [low, high] = layer.padding(window, stride, {1, 1});
  if (layer.failed())
    return failure();
  if constexpr (std::is_same_v<OpT, graph::AveragePool2dOp>)
    return layer.create<OpT>(layer.input(), window, stride, low, high, /*countIncludePad=*/false,
                             graph::Activation::None);
  else
    return layer.create<OpT>(layer.input(), window, stride, low, high, graph::Activation::None);
}

template <typename OpT> static MaybeValue importGlobalPooling(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  bool keepDims = layer.flag("keepdims", false);
  if (layer.failed())
    return failure();
  return layer.create<OpT>(layer.input(), ArrayRef<int64_t>{1, 2}, keepDims);
}

void registerPooling2d(LayerTable &table) {
  table.add("MaxPooling2D", importPooling<graph::MaxPool2dOp>);
  table.add("MaxPool2D", importPooling<graph::MaxPool2dOp>);
  table.add("AveragePooling2D", importPooling<graph::AveragePool2dOp>);
  table.add("AvgPool2D", importPooling<graph::AveragePool2dOp>);
  table.add("GlobalAveragePooling2D", importGlobalPooling<graph::MeanOp>);
  table.add("GlobalMaxPooling2D", importGlobalPooling<graph::ReduceMaxOp>);
}

} // namespace tandem::keras
