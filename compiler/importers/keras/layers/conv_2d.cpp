#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Conv2D: https://keras.io/api/layers/convolution_layers/convolution2d/
/// The kernel is [height, width, input / groups, output].
static MaybeValue importConv2d(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  int64_t filters = layer.integer("filters"), groups = layer.integer("groups", 1);
  Pair kernel = layer.pair("kernel_size"), stride = layer.pair("strides", Pair{1, 1}),
       dilation = layer.pair("dilation_rate", Pair{1, 1});
  auto [low, high] = layer.padding(kernel, stride, dilation);
  int64_t channels = layer.inputShape().back();
  if (!layer.failed() && (groups < 1 || channels % groups))
    return layer.invalid("'groups' is " + Twine(groups) + ", expected a divisor of " +
                         Twine(channels) + " channels");
  if (layer.failed())
    return failure();
  MaybeValue filter =
      layer.weight(0, "kernel", {kernel[0], kernel[1], channels / groups, filters}, {3, 0, 1, 2});
  MaybeValue result =
      layer.create<graph::Conv2dOp>(layer.input(), filter, layer.bias(1, filters), stride, dilation,
                                    low, high, groups, graph::Activation::None);
  return applyActivation(layer, result);
}

void registerConv2d(LayerTable &table) {
  table.add("Conv2D", importConv2d);
  table.add("Convolution2D", importConv2d);
}

} // namespace tandem::keras
