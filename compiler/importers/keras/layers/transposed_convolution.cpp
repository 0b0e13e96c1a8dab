#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

namespace {
/// How many elements one dimension gets, of those that the windows reach: 'same' has input * stride
/// of them, 'valid' all, and at least a stride for each element.
int64_t resultSize(int64_t input, int64_t kernel, int64_t stride, bool isSame,
                   std::optional<int64_t> outputPadding) {
  if (isSame)
    return outputPadding ? (input - 1) * stride + kernel % 2 + *outputPadding : input * stride;
  return (input - 1) * stride + kernel +
         (outputPadding ? *outputPadding : std::max<int64_t>(stride - kernel, 0));
}

/// None, a number for all dimensions, or one for each.
FailureOr<SmallVector<std::optional<int64_t>>> readOutputPadding(Layer &layer, const Image &image) {
  SmallVector<std::optional<int64_t>> result(image.each(0).size(), std::nullopt);
  if (!layer.find("output_padding"))
    return result;
  SmallVector<int64_t> given = layer.oneOrMore("output_padding", {});
  if (layer.failed())
    return failure();
  auto rank = static_cast<size_t>(image.rank());
  if (given.size() == 1)
    given.append(rank - 1, given[0]);
  if (given.size() != rank || llvm::any_of(given, [](int64_t v) { return v < 0 || v > 1 << 24; }))
    return layer.invalid("'output_padding' is " + shapeText(given));
  llvm::copy(given, result.end() - rank);
  return result;
}

/// Pads of what the windows reach that leave the result, and how far that goes on behind.
struct Cut {
  Extents low, high, beyond, size;
};
Cut cutOf(const Image &image, const Window &window, bool isSame,
          ArrayRef<std::optional<int64_t>> outputPadding) {
  size_t count = window.size.size();
  Cut result = {Extents(count, 0), Extents(count, 0), Extents(count, 0), Extents(count, 0)};
  for (size_t i = 0; i < count; ++i) {
    int64_t input = image.shape()[1 + i], kernel = window.size[i], stride = window.stride[i];
    result.size[i] = resultSize(input, kernel, stride, isSame, outputPadding[i]);
    int64_t cut = (input - 1) * stride + kernel - result.size[i];
    result.low[i] = isSame ? std::max<int64_t>(cut, 0) / 2 : 0;
    result.high[i] = std::max<int64_t>(cut - result.low[i], 0);
    result.beyond[i] = std::max<int64_t>(result.low[i] - cut, 0);
  }
  return result;
}

MaybeValue growImage(Layer &layer, const Image &image, MaybeValue filter, MaybeValue bias,
                     const Window &window, const Cut &cut) {
  if (failed(bias))
    return failure();
  bool isBeyond = cut.beyond != Extents{0, 0}; // there is nothing but the bias
  MaybeValue result = layer.create<graph::TransposeConv2dOp>(
      image.nhwc(), filter, isBeyond ? MaybeValue(Value()) : bias, ArrayRef(window.stride),
      ArrayRef(cut.low), ArrayRef(cut.high), graph::Activation::None);
  if (!isBeyond)
    return result;
  result = layer.create<graph::PadOp>(result, ArrayRef<int64_t>{0, 0, 0, 0},
                                      ArrayRef<int64_t>{0, cut.beyond[0], cut.beyond[1], 0},
                                      llvm::APFloat(0.0f));
  return *bias ? layer.add(result, bias) : result;
}
} // namespace

/// Conv1DTranspose, Conv2DTranspose, Conv3DTranspose:
/// https://keras.io/api/layers/convolution_layers/
/// The kernel is [window..., output, input].
static MaybeValue importTransposed(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  int64_t filters = layer.integer("filters"), channels = image->channels();
  Window window = {.size = image->extents("kernel_size"),
                   .stride = image->extents("strides", image->each(1)),
                   .dilation = image->extents("dilation_rate", image->each(1))};
  StringRef padding = layer.string("padding", "valid");
  auto outputPadding = readOutputPadding(layer, *image);
  if (failed(outputPadding) || layer.failed())
    return failure();
  if (window.dilation != Extents(window.size.size(), 1))
    return layer.unsupported("'dilation_rate' " + shapeText(window.dilation));
  if (layer.integer("groups", 1) != 1)
    return layer.unsupported("'groups'");
  if (padding != "same" && padding != "valid")
    return layer.unsupported("padding '" + padding + "', only 'valid' and 'same' are");
  Cut cut = cutOf(*image, window, padding == "same", *outputPadding);
  MaybeValue filter =
      image->kernel(0, "kernel", window.size, filters, channels, /*isTransposed=*/true);
  MaybeValue bias = layer.bias(1, filters);
  if (!image->isVolume())
    return applyActivation(layer, image->back(growImage(layer, *image, filter, bias, window, cut)));
  window.low = cut.low;
  window.high = cut.high;
  return applyActivation(layer, image->back(convolveVolumeTransposed(
                                    layer, image->nhwc(), filter, bias, window.ofVolume(),
                                    {cut.size[0], cut.size[1], cut.size[2]})));
}

void registerTransposedConvolution(LayerTable &table) {
  for (StringRef name :
       {"Conv1DTranspose", "Convolution1DTranspose", "Conv2DTranspose", "Convolution2DTranspose",
        "Deconvolution2D", "Conv3DTranspose", "Convolution3DTranspose"})
    table.add(name, importTransposed);
}

} // namespace tandem::keras
