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
  SmallVector<std::optional<int64_t>> result(2, std::nullopt);
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
} // namespace

/// Conv1DTranspose, Conv2DTranspose: https://keras.io/api/layers/convolution_layers/
/// The kernel is [window..., output, input].
static MaybeValue importTransposed(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  int64_t filters = layer.integer("filters"), channels = image->channels();
  Pair kernel = image->pair("kernel_size"), stride = image->pair("strides", Pair{1, 1}),
       dilation = image->pair("dilation_rate", Pair{1, 1});
  StringRef padding = layer.string("padding", "valid");
  auto outputPadding = readOutputPadding(layer, *image);
  if (failed(outputPadding) || layer.failed())
    return failure();
  if (dilation != Pair{1, 1})
    return layer.unsupported("'dilation_rate' " + shapeText(dilation));
  if (layer.integer("groups", 1) != 1)
    return layer.unsupported("'groups'");
  if (padding != "same" && padding != "valid")
    return layer.unsupported("padding '" + padding + "', only 'valid' and 'same' are");
  Pair low = {0, 0}, high = {0, 0}, beyond = {0, 0};
  for (int i = 0; i < 2; ++i) {
    int64_t input = image->shape()[1 + i], full = (input - 1) * stride[i] + kernel[i];
    int64_t cut =
        full - resultSize(input, kernel[i], stride[i], padding == "same", (*outputPadding)[i]);
    low[i] = padding == "same" ? std::max<int64_t>(cut, 0) / 2 : 0;
    high[i] = std::max<int64_t>(cut - low[i], 0);
    beyond[i] = std::max<int64_t>(low[i] - cut, 0);
  }
  MaybeValue filter = image->kernel(0, "kernel", kernel, filters, channels, /*isTransposed=*/true);
  MaybeValue bias = layer.bias(1, filters);
  if (failed(bias))
    return failure();
  bool isBeyond = beyond != Pair{0, 0}; // there is nothing but the bias
  MaybeValue result = layer.create<graph::TransposeConv2dOp>(
      image->nhwc(), filter, isBeyond ? MaybeValue(Value()) : bias, stride, low, high,
      graph::Activation::None);
  if (isBeyond) {
    result = layer.create<graph::PadOp>(result, ArrayRef<int64_t>{0, 0, 0, 0},
                                        ArrayRef<int64_t>{0, beyond[0], beyond[1], 0},
                                        llvm::APFloat(0.0f));
    if (*bias)
      result = layer.add(result, bias);
  }
  return applyActivation(layer, image->back(result));
}

void registerTransposedConvolution(LayerTable &table) {
  for (StringRef name : {"Conv1DTranspose", "Convolution1DTranspose", "Conv2DTranspose",
                         "Convolution2DTranspose", "Deconvolution2D"})
    table.add(name, importTransposed);
}

} // namespace tandem::keras
