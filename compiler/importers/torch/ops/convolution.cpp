#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

namespace {
struct Window {
  Pair stride, dilation, low, high;
  int64_t groups;
};

/// The weight is [output, input / groups, height, width].
MaybeValue convolve(AtenNode &node, Value input, MaybeValue weight, MaybeValue bias,
                    const Window &window) {
  int64_t channels = shapeOf(input)[1];
  bool isDepthwise = window.groups > 1 && window.groups == channels && shapeOf(*weight)[1] == 1;
  if (isDepthwise) {
    MaybeValue filter = node.transpose(weight, {1, 2, 3, 0});
    return node.toNchw(node.create<graph::DepthwiseConv2dOp>(
        node.toNhwc(input), filter, bias, window.stride, window.dilation, window.low, window.high,
        graph::Activation::None));
  }
  MaybeValue filter = node.transpose(weight, {0, 2, 3, 1});
  return node.toNchw(node.create<graph::Conv2dOp>(node.toNhwc(input), filter, bias, window.stride,
                                                  window.dilation, window.low, window.high,
                                                  window.groups, graph::Activation::None));
}

/// The weight is [input, output, height, width]; out = (in - 1) * stride + kernel - 2 * padding +
/// output padding.
MaybeValue convolveTransposed(AtenNode &node, Value input, MaybeValue weight, MaybeValue bias,
                              const Window &window, const Pair &outputPadding) {
  if (window.groups != 1)
    return node.unsupported("transposed with " + Twine(window.groups) + " groups, only 1 is");
  if (window.dilation != Pair{1, 1})
    return node.unsupported("transposed with dilation");
  Pair high = window.high;
  for (int i = 0; i < 2; ++i) {
    high[i] -= outputPadding[i];
    if (high[i] < 0)
      return node.unsupported("transposed with more output padding than padding");
  }
  MaybeValue filter = node.transpose(weight, {1, 2, 3, 0});
  return node.toNchw(node.create<graph::TransposeConv2dOp>(
      node.toNhwc(input), filter, bias, window.stride, window.low, high, graph::Activation::None));
}
} // namespace

/// aten.conv2d, aten.convolution, aten.conv_transpose2d.input.
static MaybeValue importConvolution(AtenNode &node, bool isTransposed) {
  MaybeValue input = node.image("input"), weight = node.tensor("weight"),
             bias = node.optionalTensor("bias");
  Window window;
  window.stride = node.pair("stride", Pair{1, 1});
  window.dilation = node.pair("dilation", Pair{1, 1});
  window.low = window.high = node.pair("padding", Pair{0, 0});
  window.groups = node.integer("groups", 1);
  Pair outputPadding = node.pair("output_padding", Pair{0, 0});
  if (node.failed() || failed(input) || failed(weight) || failed(bias))
    return failure();
  if (shapeOf(*weight).size() != 4)
    return node.invalid("'weight' has shape " + shapeText(shapeOf(*weight)) +
                        ", expected 4 dimensions");
  return isTransposed ? convolveTransposed(node, *input, weight, bias, window, outputPadding)
                      : convolve(node, *input, weight, bias, window);
}

static MaybeValue importConv2d(AtenNode &node) {
  return importConvolution(node, false);
}
static MaybeValue importConvTranspose2d(AtenNode &node) {
  return importConvolution(node, true);
}
static MaybeValue importConvolutionDefault(AtenNode &node) {
  return importConvolution(node, node.flag("transposed", false));
}

/// aten.conv2d.padding: 'same' gives as many outputs as inputs, the odd pad at the end; 'valid'
/// none.
static MaybeValue importConv2dPadding(AtenNode &node) {
  MaybeValue input = node.image("input"), weight = node.tensor("weight"),
             bias = node.optionalTensor("bias");
  Window window;
  window.stride = node.pair("stride", Pair{1, 1});
  window.dilation = node.pair("dilation", Pair{1, 1});
  window.groups = node.integer("groups", 1);
  window.low = window.high = {0, 0};
  bool isSame = node.string("padding", "valid") == "same";
  if (node.failed() || failed(input) || failed(weight) || failed(bias))
    return failure();
  if (shapeOf(*weight).size() != 4)
    return node.invalid("'weight' has shape " + shapeText(shapeOf(*weight)) +
                        ", expected 4 dimensions");
  for (int i = 0; isSame && i < 2; ++i) {
    int64_t total = window.dilation[i] * (shapeOf(*weight)[2 + i] - 1);
    window.low[i] = total / 2;
    window.high[i] = total - total / 2;
  }
  return convolve(node, *input, weight, bias, window);
}

void registerConvolution(OpTable &table) {
  table.add("aten.conv2d.default", importConv2d);
  table.add("aten.conv2d.padding", importConv2dPadding);
  table.add("aten.convolution.default", importConvolutionDefault);
  table.add("aten.conv_transpose2d.input", importConvTranspose2d);
}

} // namespace tandem::torch
