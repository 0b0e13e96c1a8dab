#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

/// Conv1D, Conv2D: https://keras.io/api/layers/convolution_layers/
/// The kernel is [window..., input / groups, output].
static MaybeValue importConvolution(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  int64_t filters = layer.integer("filters"), groups = layer.integer("groups", 1);
  Pair kernel = image->pair("kernel_size"), stride = image->pair("strides", Pair{1, 1}),
       dilation = image->pair("dilation_rate", Pair{1, 1});
  auto [low, high] = image->padding(kernel, stride, dilation);
  int64_t channels = image->channels();
  if (!layer.failed() && (groups < 1 || channels % groups))
    return layer.invalid("'groups' is " + Twine(groups) + ", expected a divisor of " +
                         Twine(channels) + " channels");
  if (layer.failed())
    return failure();
  MaybeValue filter = image->kernel(0, "kernel", kernel, channels / groups, filters);
  MaybeValue result =
      layer.create<graph::Conv2dOp>(image->nhwc(), filter, layer.bias(1, filters), stride, dilation,
                                    low, high, groups, graph::Activation::None);
  return applyActivation(layer, image->back(result));
}

void registerConvolution(LayerTable &table) {
  for (StringRef name : {"Conv1D", "Convolution1D", "Conv2D", "Convolution2D"})
    table.add(name, importConvolution);
}

} // namespace tandem::keras
