#include "compiler/importers/mxnet/image.h"

using namespace mlir;

namespace tandem::mxnet {

/// Convolution: https://mxnet.apache.org/versions/1.9.1/api/python/docs/api/ndarray/op/#Convolution
/// Inputs: images, weight [output, input / groups, kernel...] (the input last when the layout has
/// it so), bias unless 'no_bias'.
static MaybeValue importConvolution(SymbolNode &node) {
  FailureOr<ConvolutionFacts> facts = ConvolutionFacts::of(node, /*biasByDefault=*/true);
  if (failed(facts))
    return failure();
  const auto &[layout, input, kernel, stride, dilation, pad, channels, filters, groups, hasBias] =
      *facts;
  if (failed(node.checkShape(1, "weight", layout.weightShape(filters, channels / groups, kernel))))
    return failure();
  MaybeValue image = layout.toNhwc(node, input);
  if (layout.isVolume())
    return layout.fromNhwc(node,
                           convolveVolume(node, image, layout.weight(node, 1, /*swapped=*/false),
                                          facts->bias(node), facts->volumeWindow(), groups));
  bool isDepthwise = groups > 1 && groups == channels;
  MaybeValue filter = layout.weight(node, 1, /*swapped=*/isDepthwise);
  if (isDepthwise)
    return layout.fromNhwc(
        node, node.create<graph::DepthwiseConv2dOp>(image, filter, facts->bias(node), stride,
                                                    dilation, pad, pad, kNoActivation));
  return layout.fromNhwc(node,
                         node.create<graph::Conv2dOp>(image, filter, facts->bias(node), stride,
                                                      dilation, pad, pad, groups, kNoActivation));
}

void registerConvolution(OpTable &table) {
  table.add("Convolution", importConvolution);
  table.add("Convolution_v1", importConvolution);
}

} // namespace tandem::mxnet
