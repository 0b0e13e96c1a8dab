#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// The depthwise kernel is [height, width, input, multiplier]; the graph's filter has input and
/// multiplier as one dimension, in the same order.
static MaybeValue depthwise(Layer &layer, MaybeValue bias) {
  Pair kernel = layer.pair("kernel_size"), stride = layer.pair("strides", Pair{1, 1}),
       dilation = layer.pair("dilation_rate", Pair{1, 1});
  auto [low, high] = layer.padding(kernel, stride, dilation);
  int64_t channels = layer.inputShape().back(), multiplier = layer.integer("depth_multiplier", 1);
  if (layer.failed())
    return failure();
  MaybeValue weights =
      layer.weight(0, "depthwise kernel", {kernel[0], kernel[1], channels, multiplier});
  if (failed(weights))
    return failure();
  MaybeValue filter = layer.create<graph::ReshapeOp>(
      weights, ArrayRef<int64_t>{1, kernel[0], kernel[1], channels * multiplier});
  return layer.create<graph::DepthwiseConv2dOp>(layer.input(), filter, bias, stride, dilation, low,
                                                high, graph::Activation::None);
}

/// DepthwiseConv2D: https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/
static MaybeValue importDepthwiseConv2d(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  int64_t channels = layer.inputShape().back(), multiplier = layer.integer("depth_multiplier", 1);
  if (layer.failed() || multiplier < 1 ||
      multiplier > kMaxElements / std::max<int64_t>(channels, 1))
    return layer.invalid("'depth_multiplier' is " + Twine(multiplier));
  return applyActivation(layer, depthwise(layer, layer.bias(1, channels * multiplier)));
}

/// SeparableConv2D: https://keras.io/api/layers/convolution_layers/separable_convolution2d/
/// Depthwise without bias, then pointwise.
static MaybeValue importSeparableConv2d(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  int64_t filters = layer.integer("filters");
  MaybeValue spread = depthwise(layer, mlir::Value());
  if (layer.failed() || failed(spread))
    return failure();
  MaybeValue filter =
      layer.weight(1, "pointwise kernel", {1, 1, shapeOf(*spread).back(), filters}, {3, 0, 1, 2});
  const Pair one = {1, 1}, zero = {0, 0};
  MaybeValue result = layer.create<graph::Conv2dOp>(spread, filter, layer.bias(2, filters), one,
                                                    one, zero, zero, 1, graph::Activation::None);
  return applyActivation(layer, result);
}

void registerDepthwiseConv2d(LayerTable &table) {
  table.add("DepthwiseConv2D", importDepthwiseConv2d);
  table.add("SeparableConv2D", importSeparableConv2d);
  table.add("SeparableConvolution2D", importSeparableConv2d);
}

} // namespace tandem::keras
