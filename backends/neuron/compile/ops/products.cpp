// Convolutions and matrix products.
//
// Padding is always explicit, in the order left, right, top, bottom: it says what graph says, while
// public texts disagree about implicit padding with dilation. Widths come before heights.
#include "backends/neuron/compile/handlers.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

constexpr unsigned kHeight = 0, kWidth = 1; // of graph's pairs

using Inputs = SmallVector<OperandId, 16>;

/// Codes take a bias of i32 whose scale is the product of the others', 0 where there are many.
OperandType biasType(Value input, Value filter, int64_t count, NetworkWriter &network) {
  OperandType type = network.typeOf(input);
  if (graph::isQuantized(input.getType())) {
    OperandType filterType = network.typeOf(filter);
    float scale = filterType.channelScales.empty() ? type.scale * filterType.scale : 0;
    type = {.code = NEURON_TENSOR_INT32, .scale = scale};
  }
  type.dimensions = {static_cast<uint32_t>(count)};
  return type;
}

/// A bias is required: zeros where graph has none.
OperandId biasOf(Value bias, const OperandType &type, NetworkWriter &network) {
  if (bias)
    return network.constant(type, graph::constantOf(bias)->raw());
  size_t size = type.code == NEURON_TENSOR_FLOAT16 ? 2 : 4;
  return network.constant(type, SmallVector<char>(type.dimensions[0] * size, 0));
}

/// Input, filter, bias.
template <typename OpT> Inputs operandsOf(OpT op, NetworkWriter &network) {
  int64_t count = graph::tensorType(op.getResult()).getShape().back();
  OperandId input = network.tensor(op.getInput()), filter = network.tensor(op.getFilter());
  return {input, filter,
          biasOf(op.getBias(), biasType(op.getInput(), op.getFilter(), count, network), network)};
}

template <typename OpT> void addWindow(OpT op, Inputs &inputs, NetworkWriter &network) {
  for (int64_t value : {op.getPadLow()[kWidth], op.getPadHigh()[kWidth], op.getPadLow()[kHeight],
                        op.getPadHigh()[kHeight], op.getStride()[kWidth], op.getStride()[kHeight]})
    inputs.push_back(network.integer(value));
}

/// Layout, always NHWC, then the dilation where there is one.
void addDilation(ArrayRef<int64_t> dilation, Inputs &inputs, NetworkWriter &network) {
  if (dilation[kWidth] == 1 && dilation[kHeight] == 1)
    return;
  inputs.append(
      {network.flag(false), network.integer(dilation[kWidth]), network.integer(dilation[kHeight])});
}

void emitConv(Operation *op, NetworkWriter &network) {
  auto conv = cast<graph::Conv2dOp>(op);
  Inputs inputs = operandsOf(conv, network);
  addWindow(conv, inputs, network);
  bool grouped = conv.getGroups() != 1;
  if (grouped)
    inputs.push_back(network.integer(conv.getGroups()));
  inputs.push_back(network.fuse(conv.getActivation()));
  if (grouped)
    inputs.push_back(network.flag(false));
  else
    addDilation(conv.getDilation(), inputs, network);
  network.add(grouped ? NEURON_GROUPED_CONV_2D : NEURON_CONV_2D, inputs, conv.getResult());
}

void emitDepthwise(Operation *op, NetworkWriter &network) {
  auto conv = cast<graph::DepthwiseConv2dOp>(op);
  Inputs inputs = operandsOf(conv, network);
  addWindow(conv, inputs, network);
  inputs.push_back(network.integer(graph::tensorType(conv.getResult()).getShape().back() /
                                   graph::tensorType(conv.getInput()).getShape().back()));
  inputs.push_back(network.fuse(conv.getActivation()));
  addDilation(conv.getDilation(), inputs, network);
  network.add(NEURON_DEPTHWISE_CONV_2D, inputs, conv.getResult());
}

void emitTransposeConv(Operation *op, NetworkWriter &network) {
  auto conv = cast<graph::TransposeConv2dOp>(op);
  Inputs inputs = operandsOf(conv, network);
  addWindow(conv, inputs, network);
  inputs.append({network.fuse(conv.getActivation()), network.flag(false)});
  network.add(NEURON_TRANSPOSE_CONV_2D, inputs, conv.getResult());
}

void emitFullyConnected(Operation *op, NetworkWriter &network) {
  auto product = cast<graph::FullyConnectedOp>(op);
  Inputs inputs = operandsOf(product, network);
  inputs.push_back(network.fuse(product.getActivation()));
  network.add(NEURON_FULLY_CONNECTED, inputs, product.getResult());
}

void emitBatchMatmul(Operation *op, NetworkWriter &network) {
  auto product = cast<graph::BatchMatmulOp>(op);
  network.add(NEURON_BATCH_MATMUL,
              {network.tensor(product.getLhs()), network.tensor(product.getRhs()),
               network.flag(product.getTransposeLhs()), network.flag(product.getTransposeRhs())},
              product.getResult());
}

} // namespace

void registerProducts(HandlerTable &table) {
  table.add<graph::Conv2dOp>(emitConv);
  table.add<graph::DepthwiseConv2dOp>(emitDepthwise);
  table.add<graph::TransposeConv2dOp>(emitTransposeConv);
  table.add<graph::FullyConnectedOp>(emitFullyConnected);
  table.add<graph::BatchMatmulOp>(emitBatchMatmul);
}

} // namespace tandem::neuron
