// depthwise_conv_2d.

#include "backends/cpu/compile/depthwise.h"
#include "backends/cpu/compile/handlers.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

static Support supportsDepthwise(Operation *op) {
  auto conv = cast<graph::DepthwiseConv2dOp>(op);
  if (!graph::constantOf(conv.getFilter()) ||
      (conv.getBias() && !graph::constantOf(conv.getBias())))
    return Support::no("filter or bias is computed by the model, only constant ones have a kernel");
  ConvShape shape = depthwiseShape(conv);
  if (shape.kernelWidth > kMostTapsInRow)
    return Support::no("is wider than the " + std::to_string(kMostTapsInRow) +
                       " columns that kernels are made for");
  if (shape.inChannels != shape.outChannels)
    return Support::no("has " + std::to_string(shape.outChannels / shape.inChannels) +
                       " output channels per input channel, only 1 has a kernel");
  return graph::isQuantized(conv.getFilter().getType()) ? supportsDepthwiseCodes(conv)
                                                        : supportsF32(op);
}

static void planDepthwise(Operation *op, Plan &plan) {
  auto conv = cast<graph::DepthwiseConv2dOp>(op);
  if (graph::isQuantized(conv.getFilter().getType()))
    planDepthwiseCodes(conv, plan);
  else
    planDepthwiseF32(conv, plan);
}

void registerDepthwise(HandlerTable &table) {
  table.add<graph::DepthwiseConv2dOp>({supportsDepthwise, planDepthwise});
}

} // namespace tandem::cpu
