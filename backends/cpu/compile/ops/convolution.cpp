// conv_2d, depthwise_conv_2d and fully_connected.

#include "backends/cpu/compile/bands.h"
#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/conv_codes.h"
#include "backends/cpu/compile/conv_f32.h"
#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/depthwise.h"
#include "backends/cpu/compile/winograd.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

static Support supportsProducts(Operation *op) {
  if (hasCodes(op) && !graph::constantOf(op->getOperand(1)))
    return Support::no("the filter is computed by the model, only constant ones of codes are "
                       "packed");
  if (op->getNumOperands() > 2 && !graph::constantOf(op->getOperand(2)))
    return Support::no("the bias is computed by the model, only constant ones are packed");
  return hasCodes(op) ? supportsProductOfCodes(op) : supportsF32(op);
}

static Support supportsWindow(Operation *op, bool fits) {
  if (!fits)
    return Support::no("is wider than the " + std::to_string(kMostTapsInRow) +
                       " columns that kernels are made for");
  return supportsProducts(op);
}

static Support supportsConv(Operation *op) {
  auto conv = cast<graph::Conv2dOp>(op);
  return supportsWindow(op, tapsFit(conv, shapeOf(conv)));
}

static Support supportsDepthwise(Operation *op) {
  ConvShape shape = shapeOf(cast<graph::DepthwiseConv2dOp>(op));
  if (!graph::constantOf(op->getOperand(1)))
    return Support::no("the filter is computed by the model, only constant ones have a kernel");
  if (hasCodes(op) && !sumsOfCodesAreExact(shape))
    return Support::no("has more taps than can be summed exactly in f32");
  return supportsWindow(op, shape.kernelWidth <= kMostTapsInRow);
}

static void planConv(Operation *op, Plan &plan) {
  auto conv = cast<graph::Conv2dOp>(op);
  if (planBands(op, plan) || (!hasCodes(op) && planWinograd(conv, plan)))
    return;
  (hasCodes(op) ? planConvCodes : planConvF32)(
      shapeOf(conv), static_cast<int64_t>(conv.getGroups()), op, conv.getActivation(), plan);
}

static void planFullyConnected(Operation *op, Plan &plan) {
  auto product = cast<graph::FullyConnectedOp>(op);
  (hasCodes(op) ? planConvCodes : planConvF32)(shapeOf(product), /*groups=*/1, op,
                                               product.getActivation(), plan);
}

static void planDepthwise(Operation *op, Plan &plan) {
  if (planBands(op, plan))
    return;
  (hasCodes(op) ? planDepthwiseCodes : planDepthwiseF32)(cast<graph::DepthwiseConv2dOp>(op), plan);
}

void registerConvolution(HandlerTable &table) {
  table.add<graph::Conv2dOp>({supportsConv, planConv, ofProduct});
  table.add<graph::DepthwiseConv2dOp>({supportsDepthwise, planDepthwise, ofProduct});
  table.add<graph::FullyConnectedOp>({supportsProducts, planFullyConnected, ofProduct});
}

} // namespace tandem::cpu
