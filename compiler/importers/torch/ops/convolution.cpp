#include "compiler/importers/torch/volumes.h"

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

/// `count` entries of a dimension from `begin` on.
MaybeValue part(AtenNode &node, MaybeValue value, int64_t axis, int64_t begin, int64_t count) {
  if (failed(value) || !*value)
    return value;
  SmallVector<int64_t> sizes(shapeOf(*value)), begins(sizes.size(), 0), strides(sizes.size(), 1);
  begins[axis] = begin;
  sizes[axis] = count;
  return node.create<graph::SliceOp>(value, begins, sizes, strides);
}

/// The weight is [input, output / groups, height, width]; out = (in - 1) * stride + kernel - 2 *
/// padding + output padding. Groups are computed one after another.
MaybeValue convolveTransposed(AtenNode &node, Value input, MaybeValue weight, MaybeValue bias,
                              const Window &window, const Pair &outputPadding) {
  if (window.dilation != Pair{1, 1})
    return node.unsupported("transposed with dilation");
  constexpr int64_t kMostGroups = 1024;
  int64_t channels = shapeOf(input)[1], outputs = shapeOf(*weight)[1];
  if (window.groups < 1 || window.groups > kMostGroups || channels % window.groups != 0)
    return node.unsupported("transposed with " + Twine(window.groups) + " groups");
  Pair high = window.high;
  for (int i = 0; i < 2; ++i) {
    high[i] -= outputPadding[i];
    if (high[i] < 0)
      return node.unsupported("transposed with more output padding than padding");
  }
  MaybeValue nhwc = node.toNhwc(input);
  SmallVector<Value> groups;
  for (int64_t group = 0; group < window.groups; ++group) {
    int64_t perGroup = channels / window.groups;
    bool isWhole = window.groups == 1;
    MaybeValue filter = isWhole ? weight : part(node, weight, 0, group * perGroup, perGroup);
    MaybeValue result = node.create<graph::TransposeConv2dOp>(
        isWhole ? nhwc : part(node, nhwc, 3, group * perGroup, perGroup),
        node.transpose(filter, {1, 2, 3, 0}),
        isWhole ? bias : part(node, bias, 0, group * outputs, outputs), window.stride, window.low,
        high, graph::Activation::None);
    if (failed(result))
      return failure();
    groups.push_back(*result);
  }
  if (groups.size() == 1)
    return node.toNchw(groups.front());
  return node.toNchw(node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(groups.front()),
                                                       ValueRange(groups), 3));
}
} // namespace

/// A row [batch, channel, place], or a filter for it, with a height of 1.
static MaybeValue withHeight(AtenNode &node, MaybeValue value) {
  if (failed(value) || shapeOf(*value).size() != 3)
    return value;
  SmallVector<int64_t> shape(shapeOf(*value));
  shape.insert(shape.begin() + 2, 1);
  return node.reshape(value, shape);
}

/// One number for each spatial dimension; nothing happens along a height that was put in.
static Pair readPair(AtenNode &node, StringRef name, bool isRow, int64_t absent) {
  Pair pair = node.pair(name, Pair{absent, absent});
  return isRow ? Pair{absent, pair[1]} : pair;
}

/// aten.conv2d, aten.convolution, aten.conv_transpose2d.input, and the same of rows.
static MaybeValue importConvolution(AtenNode &node, bool isTransposed) {
  MaybeValue input = node.tensor("input"), weight = node.tensor("weight"),
             bias = node.optionalTensor("bias");
  if (node.failed() || failed(input) || failed(weight) || failed(bias))
    return failure();
  if (shapeOf(*input).size() == 5)
    return importVolumeConvolution(node, isTransposed);
  bool isRow = shapeOf(*input).size() == 3 && shapeOf(*weight).size() == 3;
  if (!isRow && shapeOf(*input).size() != 4)
    return node.unsupported("an input of shape " + shapeText(shapeOf(*input)) +
                            ", only batches of images (rank 4) and rows (rank 3) are");
  Window window;
  window.stride = readPair(node, "stride", isRow, 1);
  window.dilation = readPair(node, "dilation", isRow, 1);
  window.low = window.high = readPair(node, "padding", isRow, 0);
  window.groups = node.integer("groups", 1);
  Pair outputPadding = readPair(node, "output_padding", isRow, 0);
  input = withHeight(node, input);
  weight = withHeight(node, weight);
  if (node.failed() || failed(input) || failed(weight))
    return failure();
  if (shapeOf(*weight).size() != 4)
    return node.invalid("'weight' has shape " + shapeText(shapeOf(*weight)) +
                        ", expected 4 dimensions");
  MaybeValue result = isTransposed
                          ? convolveTransposed(node, *input, weight, bias, window, outputPadding)
                          : convolve(node, *input, weight, bias, window);
  if (!isRow || failed(result))
    return result;
  ArrayRef<int64_t> shape = shapeOf(*result);
  return node.reshape(result, {shape[0], shape[1], shape[3]});
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

/// aten.conv2d.padding, and _convolution_mode in TorchScript: 'same' gives as many outputs as
/// inputs, the odd pad at the end; 'valid' none.
static MaybeValue importConvPadding(AtenNode &node) {
  MaybeValue given = node.tensor("input");
  if (succeeded(given) && shapeOf(*given).size() == 5)
    return importVolumeConvolutionPadding(node);
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
  table.add("aten.conv2d.padding", importConvPadding);
  table.add("aten._convolution_mode.default", importConvPadding);
  for (StringRef form : {"convolution.default", "_convolution.default", "_convolution.deprecated"})
    table.add(("aten." + form).str(), importConvolutionDefault);
  table.add("aten.conv_transpose2d.input", importConvTranspose2d);
  table.add("aten.conv1d.default", importConv2d);
  table.add("aten.conv_transpose1d.default", importConvTranspose2d);
}

} // namespace tandem::torch
