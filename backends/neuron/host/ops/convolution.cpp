// CONV_2D, DEPTHWISE_CONV_2D, GROUPED_CONV_2D and TRANSPOSE_CONV_2D.

#include "backends/neuron/host/product.h"
#include "backends/neuron/host/window.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// Input, filter and bias, and what slides over the input.
struct Convolution {
  MaybeValue input, filter, bias;
  Window window;
  graph::Activation activation = graph::Activation::None;
  bool channelsFirst = false;
};

std::array<int64_t, 2> heightAndWidth(Value image) {
  return {shapeOf(image)[1], shapeOf(image)[2]};
}

/// The tensors, once it is known in which order the channels come.
LogicalResult readTensors(Node &node, Convolution &result) {
  result.input = node.image(0, result.channelsFirst);
  result.filter = node.image(1, /*channelsFirst=*/false);
  result.bias = node.value(2);
  if (failed(result.input) || failed(result.filter) || failed(result.bias))
    return failure();
  return checkBias(node, *result.input, *result.filter, *result.bias);
}

/// CONV_2D and DEPTHWISE_CONV_2D differ by the multiplier, which stands before the activation.
FailureOr<Convolution> readConvolution(Node &node, bool depthwise) {
  size_t extra = depthwise ? 1 : 0;
  size_t next = 3;
  auto padding = readPadding(node, next, hasExplicitPadding(node, 7 + extra, 10 + extra));
  if (failed(padding))
    return failure();
  next += extra; // the multiplier follows from the shapes
  Convolution result;
  auto activation = node.fuse(next);
  auto channelsFirst = node.flagOr(next + 1, false);
  auto width = node.integerOr(next + 2, 1), height = node.integerOr(next + 3, 1);
  if (failed(activation) || failed(channelsFirst) || failed(width) || failed(height))
    return failure();
  result.activation = *activation;
  result.channelsFirst = *channelsFirst;
  if (failed(readTensors(node, result)))
    return failure();
  result.window.size = heightAndWidth(*result.filter);
  result.window.dilation = {*height, *width};
  if (failed(applyPadding(node, *padding, heightAndWidth(*result.input), result.window)))
    return failure();
  return result;
}

LogicalResult emitConv(Node &node, const Convolution &conv, int64_t groups) {
  ArrayRef<int64_t> input = shapeOf(*conv.input), filter = shapeOf(*conv.filter);
  if (groups < 1 || input[3] != filter[3] * groups || filter[0] % groups)
    return node.invalid() << "a filter of " << shapeText(filter) << " in " << groups
                          << " groups does not fit an input of " << shapeText(input);
  FailureOr<Type> type = node.resultType();
  if (failed(type))
    return failure();
  return node.setImage(
      node.make<graph::Conv2dOp>(
          *type, *conv.input, *conv.filter, *conv.bias, ArrayRef<int64_t>(conv.window.stride),
          ArrayRef<int64_t>(conv.window.dilation), ArrayRef<int64_t>(conv.window.padLow),
          ArrayRef<int64_t>(conv.window.padHigh), static_cast<uint64_t>(groups), conv.activation),
      conv.channelsFirst);
}

LogicalResult writeConv(Node &node) {
  FailureOr<Convolution> conv = readConvolution(node, /*depthwise=*/false);
  return failed(conv) ? failure() : emitConv(node, *conv, /*groups=*/1);
}

LogicalResult writeGroupedConv(Node &node) {
  size_t next = 3;
  auto padding = readPadding(node, next, /*isExplicit=*/node.inputCount() == 12);
  auto groups = node.integer(next);
  auto activation = node.fuse(next + 1);
  auto channelsFirst = node.flagOr(next + 2, false);
  if (failed(padding) || failed(groups) || failed(activation) || failed(channelsFirst))
    return failure();
  Convolution conv;
  conv.activation = *activation;
  conv.channelsFirst = *channelsFirst;
  if (failed(readTensors(node, conv)))
    return failure();
  conv.window.size = heightAndWidth(*conv.filter);
  if (failed(applyPadding(node, *padding, heightAndWidth(*conv.input), conv.window)))
    return failure();
  return emitConv(node, conv, *groups);
}

LogicalResult writeDepthwiseConv(Node &node) {
  FailureOr<Convolution> conv = readConvolution(node, /*depthwise=*/true);
  if (failed(conv))
    return failure();
  ArrayRef<int64_t> input = shapeOf(*conv->input), filter = shapeOf(*conv->filter);
  auto multiplier = node.integer(hasExplicitPadding(node, 8, 11) ? 9 : 6);
  FailureOr<Type> type = node.resultType();
  if (failed(multiplier) || failed(type))
    return failure();
  if (filter[0] != 1 || *multiplier < 1 || filter[3] != input[3] * *multiplier)
    return node.invalid() << "a filter of " << shapeText(filter) << " and multiplier "
                          << *multiplier << " do not fit an input of " << shapeText(input);
  return node.setImage(
      node.make<graph::DepthwiseConv2dOp>(
          *type, *conv->input, *conv->filter, *conv->bias, ArrayRef<int64_t>(conv->window.stride),
          ArrayRef<int64_t>(conv->window.dilation), ArrayRef<int64_t>(conv->window.padLow),
          ArrayRef<int64_t>(conv->window.padHigh), conv->activation),
      conv->channelsFirst);
}

/// The implicit form gives the result's shape, and its padding is that of the convolution from the
/// result back to the input; what is left over at the end may be cut from beyond the filter's
/// reach, which is not run.
LogicalResult writeTransposeConv(Node &node) {
  bool isExplicit = node.inputCount() == 11;
  size_t next = isExplicit ? 3 : 4;
  auto padding = readPadding(node, next, isExplicit);
  auto activation = node.fuse(next);
  auto channelsFirst = node.flagOr(next + 1, false);
  if (failed(padding) || failed(activation) || failed(channelsFirst))
    return failure();
  Convolution conv;
  conv.channelsFirst = *channelsFirst;
  if (failed(readTensors(node, conv)))
    return failure();
  std::array<int64_t, 2> image = heightAndWidth(*conv.input);
  conv.window.size = heightAndWidth(*conv.filter);
  std::array<int64_t, 2> result = image;
  if (!isExplicit) {
    auto shape = node.integers(3);
    if (failed(shape))
      return failure();
    if (shape->size() != 4)
      return node.invalid() << "the output shape has " << shape->size() << " entries, expected 4";
    size_t first = conv.channelsFirst ? 2 : 1;
    result = {(*shape)[first], (*shape)[first + 1]};
  }
  if (failed(applyPadding(node, *padding, result, conv.window)))
    return failure();
  for (int i = 0; !isExplicit && i < 2; ++i) {
    int64_t full = (image[i] - 1) * conv.window.stride[i] + conv.window.size[i];
    conv.window.padHigh[i] = full - conv.window.padLow[i] - result[i];
    if (conv.window.padHigh[i] < 0)
      return node.unsupported() << "an output beyond what the filter reaches";
  }
  FailureOr<Type> type = node.resultType();
  if (failed(type))
    return failure();
  return node.setImage(
      node.make<graph::TransposeConv2dOp>(*type, *conv.input, *conv.filter, *conv.bias,
                                          ArrayRef<int64_t>(conv.window.stride),
                                          ArrayRef<int64_t>(conv.window.padLow),
                                          ArrayRef<int64_t>(conv.window.padHigh), *activation),
      conv.channelsFirst);
}
} // namespace

void registerConvolution(HandlerTable &table) {
  table.add(NEURON_CONV_2D, writeConv);
  table.add(NEURON_DEPTHWISE_CONV_2D, writeDepthwiseConv);
  table.add(NEURON_GROUPED_CONV_2D, writeGroupedConv);
  table.add(NEURON_TRANSPOSE_CONV_2D, writeTransposeConv);
}

} // namespace tandem::neuron::host
