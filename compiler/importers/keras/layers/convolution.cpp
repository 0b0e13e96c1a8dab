#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

/// Conv1D, Conv2D, Conv3D: https://keras.io/api/layers/convolution_layers/
/// The kernel is [window..., input / groups, output].
static MaybeValue importConvolution(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  int64_t filters = layer.integer("filters"), groups = layer.integer("groups", 1);
  Extents kernel = image->extents("kernel_size"),
          stride = image->extents("strides", image->each(1)),
          dilation = image->extents("dilation_rate", image->each(1));
  Window window = image->window(kernel, stride, dilation);
  int64_t channels = image->channels();
  if (!layer.failed() && (groups < 1 || channels % groups))
    return layer.invalid("'groups' is " + Twine(groups) + ", expected a divisor of " +
                         Twine(channels) + " channels");
  if (layer.failed())
    return failure();
  MaybeValue filter = image->kernel(0, "kernel", kernel, channels / groups, filters);
  MaybeValue result = image->convolve(filter, layer.bias(1, filters), window, groups);
  return applyActivation(layer, image->back(result));
}

void registerConvolution(LayerTable &table) {
  for (StringRef name :
       {"Conv1D", "Convolution1D", "Conv2D", "Convolution2D", "Conv3D", "Convolution3D"})
    table.add(name, importConvolution);
}

} // namespace tandem::keras
