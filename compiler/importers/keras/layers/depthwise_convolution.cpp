#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

/// The depthwise kernel is [window..., input, multiplier]; the graph's filter has input and
/// multiplier as one dimension, in the same order.
static MaybeValue depthwise(Layer &layer, const Image &image, MaybeValue bias) {
  Extents kernel = image.extents("kernel_size"), stride = image.extents("strides", image.each(1)),
          dilation = image.extents("dilation_rate", image.each(1));
  Window window = image.window(kernel, stride, dilation);
  int64_t channels = image.channels(), multiplier = layer.integer("depth_multiplier", 1);
  if (!layer.failed() &&
      (multiplier < 1 || multiplier > kMaxElements / std::max<int64_t>(channels, 1)))
    return layer.invalid("'depth_multiplier' is " + Twine(multiplier));
  if (layer.failed())
    return failure();
  SmallVector<int64_t> shape = image.inFile(kernel);
  shape.append({channels, multiplier});
  MaybeValue filter = layer.reshape(layer.weight(0, "depthwise kernel", shape),
                                    {1, kernel[0], kernel[1], channels * multiplier});
  return layer.create<graph::DepthwiseConv2dOp>(image.nhwc(), filter, bias, ArrayRef(stride),
                                                ArrayRef(dilation), ArrayRef(window.low),
                                                ArrayRef(window.high), graph::Activation::None);
}

/// DepthwiseConv1D, DepthwiseConv2D: https://keras.io/api/layers/convolution_layers/
static MaybeValue importDepthwise(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  MaybeValue bias = Value();
  if (layer.flag("use_bias", true))
    bias = layer.weight(1, "bias"); // as many as the result has channels, which the op checks
  return applyActivation(layer, image->back(depthwise(layer, *image, bias)));
}

/// SeparableConv1D, SeparableConv2D: https://keras.io/api/layers/convolution_layers/
/// Depthwise without bias, then pointwise.
static MaybeValue importSeparable(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  int64_t filters = layer.integer("filters");
  MaybeValue spread = depthwise(layer, *image, Value());
  if (layer.failed() || failed(spread))
    return failure();
  const Extents one = {1, 1}, zero = {0, 0};
  MaybeValue filter = image->kernel(1, "pointwise kernel", one, shapeOf(*spread).back(), filters);
  MaybeValue result = layer.create<graph::Conv2dOp>(spread, filter, layer.bias(2, filters), one,
                                                    one, zero, zero, 1, graph::Activation::None);
  return applyActivation(layer, image->back(result));
}

void registerDepthwiseConvolution(LayerTable &table) {
  table.add("DepthwiseConv1D", importDepthwise);
  table.add("DepthwiseConv2D", importDepthwise);
  for (StringRef name :
       {"SeparableConv1D", "SeparableConvolution1D", "SeparableConv2D", "SeparableConvolution2D"})
    table.add(name, importSeparable);
}

} // namespace tandem::keras
