#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Conv2DTranspose: https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
/// The kernel is [height, width, output, input]. 'same' gives input * stride, 'valid' at least
/// that.
static MaybeValue importConv2dTranspose(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  int64_t filters = layer.integer("filters"), channels = layer.inputShape().back();
  Pair kernel = layer.pair("kernel_size"), stride = layer.pair("strides", Pair{1, 1}),
       dilation = layer.pair("dilation_rate", Pair{1, 1});
  StringRef padding = layer.string("padding", "valid");
  if (layer.failed())
    return failure();
  if (layer.find("output_padding"))
    return layer.unsupported("'output_padding'");
  if (dilation != Pair{1, 1})
    return layer.unsupported("'dilation_rate' " + shapeText(dilation));
  if (kernel[0] < stride[0] || kernel[1] < stride[1])
    return layer.unsupported("kernel " + shapeText(kernel) + " smaller than stride " +
                             shapeText(stride));
  Pair low = {0, 0}, high = {0, 0};
  if (padding == "same") {
    for (int i = 0; i < 2; ++i) {
      int64_t total = kernel[i] - stride[i];
      low[i] = total / 2;
      high[i] = total - total / 2;
    }
  }
  MaybeValue filter =
      layer.weight(0, "kernel", {kernel[0], kernel[1], filters, channels}, {2, 0, 1, 3});
  MaybeValue result = layer.create<graph::TransposeConv2dOp>(
      layer.input(), filter, layer.bias(1, filters), stride, low, high, graph::Activation::None);
  return applyActivation(layer, result);
}

void registerConv2dTranspose(LayerTable &table) {
  table.add("Conv2DTranspose", importConv2dTranspose);
  table.add("Deconvolution2D", importConv2dTranspose);
}

} // namespace tandem::keras
