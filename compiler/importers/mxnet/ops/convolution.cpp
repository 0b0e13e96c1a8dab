#include "compiler/importers/mxnet/image.h"

using namespace mlir;

namespace tandem::mxnet {

/// Convolution: https://mxnet.apache.org/versions/1.9.1/api/python/docs/api/ndarray/op/#Convolution
/// Inputs: images, weight [output, input / groups, kernel...] (the input last when the layout has
/// it so), bias unless 'no_bias'.
static MaybeValue importConvolution(SymbolNode &node) {
  FailureOr<ImageLayout> layout = ImageLayout::of(node);
  if (failed(layout))
    return failure();
  FailureOr<Pair> kernel = readKernel(node, *layout);
  Pair stride = layout->pair(node, "stride", 1), dilation = layout->pair(node, "dilate", 1),
       pad = layout->pair(node, "pad", 0);
  int64_t filters = node.integer("num_filter"), groups = node.integer("num_group", 1);
  bool noBias = node.flag("no_bias", false);
  MaybeValue input = node.input(0);
  if (node.failed() || failed(kernel) || failed(input))
    return failure();
  int64_t channels = layout->channels(shapeOf(*input));
  if (groups < 1 || channels % groups || filters % groups)
    return node.invalid("'num_group' is " + Twine(groups) + ", expected a divisor of " +
                        Twine(channels) + " input and " + Twine(filters) + " output channels");
  if (failed(
          node.checkShape(1, "weight", layout->weightShape(filters, channels / groups, *kernel))))
    return failure();
  MaybeValue bias = noBias ? MaybeValue(Value()) : node.input(2);
  MaybeValue image = layout->toNhwc(node, input);
  bool isDepthwise = groups > 1 && groups == channels;
  MaybeValue filter = layout->weight(node, 1, /*swapped=*/isDepthwise);
  if (isDepthwise)
    return layout->fromNhwc(node, node.create<graph::DepthwiseConv2dOp>(image, filter, bias, stride,
                                                                        dilation, pad, pad,
                                                                        kNoActivation));
  return layout->fromNhwc(node, node.create<graph::Conv2dOp>(image, filter, bias, stride, dilation,
                                                             pad, pad, groups, kNoActivation));
}

void registerConvolution(OpTable &table) {
  table.add("Convolution", importConvolution);
  table.add("Convolution_v1", importConvolution);
}

} // namespace tandem::mxnet
