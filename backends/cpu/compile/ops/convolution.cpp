// conv_2d and fully_connected.

#include "backends/cpu/compile/conv_codes.h"
#include "backends/cpu/compile/conv_f32.h"
#include "backends/cpu/compile/handlers.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

static Support supportsProducts(Operation *op) {
  if (!graph::constantOf(op->getOperand(1)))
    return Support::no("the filter is computed by the model, only constant ones are packed");
  if (op->getNumOperands() > 2 && !graph::constantOf(op->getOperand(2)))
    return Support::no("the bias is computed by the model, only constant ones are packed");
  return graph::isQuantized(op->getOperand(1).getType()) ? supportsProductOfCodes(op)
                                                         : supportsF32(op);
}

static Support supportsConv(Operation *op) {
  if (cast<graph::Conv2dOp>(op).getGroups() != 1)
    return Support::no("grouped convolutions have no kernel");
  if (convShape(cast<graph::Conv2dOp>(op)).kernelWidth > kMostTapsInRow)
    return Support::no("is wider than the " + std::to_string(kMostTapsInRow) +
                       " columns that kernels are made for");
  return supportsProducts(op);
}

static void planProducts(const ConvShape &shape, Operation *op, graph::Activation activation,
                         Plan &plan) {
  if (graph::isQuantized(op->getOperand(1).getType()))
    planConvCodes(shape, op, activation, plan);
  else
    planConvF32(shape, op, activation, plan);
}

static void planConv(Operation *op, Plan &plan) {
  auto conv = cast<graph::Conv2dOp>(op);
  planProducts(convShape(conv), op, conv.getActivation(), plan);
}

static void planFullyConnected(Operation *op, Plan &plan) {
  auto product = cast<graph::FullyConnectedOp>(op);
  planProducts(productShape(product), op, product.getActivation(), plan);
}

void registerConvolution(HandlerTable &table) {
  table.add<graph::Conv2dOp>({supportsConv, planConv});
  table.add<graph::FullyConnectedOp>({supportsProducts, planFullyConnected});
}

} // namespace tandem::cpu
