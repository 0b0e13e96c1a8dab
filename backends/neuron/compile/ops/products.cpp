// Convolutions and matrix products.
//
// Padding is always explicit, in the order left, right, top, bottom: it says what graph says, while
// public texts disagree about implicit padding with dilation. Widths come before heights.
#include "backends/neuron/compile/constraints.h"
#include "backends/neuron/compile/handlers.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

constexpr unsigned kHeight = 0, kWidth = 1; // of graph's pairs
constexpr unsigned kChannel = 3;            // of images

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

/// A bias is required: zeros where graph has none. Of one group of channels, a part of it.
OperandId biasOf(Value bias, const OperandType &type, NetworkWriter &network, size_t group = 0) {
  size_t bytes = type.dimensions[0] * (type.code == NEURON_TENSOR_FLOAT16 ? 2 : 4);
  if (bias)
    return network.constant(type, graph::constantOf(bias)->raw().slice(group * bytes, bytes));
  return network.constant(type, SmallVector<char>(bytes, 0));
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

/// The channels from `first` on.
OperandId channelsOf(Value image, OperandType type, int64_t first, NetworkWriter &network) {
  OperandId part = network.intermediate(type);
  network.add(
      NEURON_SLICE,
      {network.tensor(image), network.vector({0, 0, 0, first}),
       network.vector(SmallVector<int64_t>(type.dimensions.begin(), type.dimensions.end()))},
      part);
  return part;
}

/// GROUPED_CONV_2D has no dilation: one convolution a group, and their channels joined.
void emitDilatedGroups(graph::Conv2dOp conv, NetworkWriter &network) {
  auto groups = static_cast<uint32_t>(conv.getGroups());
  OperandType input = network.typeOf(conv.getInput()), filter = network.typeOf(conv.getFilter());
  OperandType result = network.typeOf(conv.getResult());
  for (uint32_t *channels :
       {&input.dimensions[kChannel], &filter.dimensions[0], &result.dimensions[kChannel]})
    *channels /= groups;
  OperandType bias = biasType(conv.getInput(), conv.getFilter(), filter.dimensions[0], network);
  graph::ConstantBytes constant = *graph::constantOf(conv.getFilter());
  ArrayRef<char> filters = constant.raw();
  std::vector<float> scales = filter.channelScales;
  size_t filterBytes = filters.size() / groups;
  Inputs parts;
  for (uint32_t group = 0; group < groups; ++group) {
    if (!scales.empty()) {
      auto first = scales.begin() + group * filter.dimensions[0];
      filter.channelScales.assign(first, first + filter.dimensions[0]);
    }
    Inputs inputs = {
        channelsOf(conv.getInput(), input, int64_t(group) * input.dimensions[kChannel], network),
        network.constant(filter, filters.slice(group * filterBytes, filterBytes)),
        biasOf(conv.getBias(), bias, network, group)};
    addWindow(conv, inputs, network);
    inputs.push_back(network.fuse(conv.getActivation()));
    addDilation(conv.getDilation(), inputs, network);
    parts.push_back(network.intermediate(result));
    network.add(NEURON_CONV_2D, inputs, parts.back());
  }
  parts.push_back(network.integer(kChannel));
  network.add(NEURON_CONCATENATION, parts, conv.getResult());
}

void emitConv(Operation *op, NetworkWriter &network) {
  auto conv = cast<graph::Conv2dOp>(op);
  if (capabilityOf(op)->form == &kDilatedGroups)
    return emitDilatedGroups(conv, network);
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

/// Only convolutions have a filter of a scale for each channel: each row is an image of one pixel.
void emitAsConv(graph::FullyConnectedOp product, NetworkWriter &network) {
  OperandType input = network.typeOf(product.getInput()),
              result = network.typeOf(product.getResult());
  OperandType filter = network.typeOf(product.getFilter());
  for (OperandType *type : {&input, &filter, &result})
    type->dimensions.insert(type->dimensions.begin() + 1, {1, 1});
  OperandType bias =
      biasType(product.getInput(), product.getFilter(), filter.dimensions[0], network);
  OperandId image = network.intermediate(input), sums = network.intermediate(result);
  auto reshape = [&](OperandId from, const OperandType &type, OperandId to) {
    SmallVector<int64_t> shape(type.dimensions.begin(), type.dimensions.end());
    network.add(NEURON_RESHAPE, {from, network.vector(shape)}, to);
  };
  reshape(network.tensor(product.getInput()), input, image);
  Inputs inputs = {image, network.constant(filter, graph::constantOf(product.getFilter())->raw()),
                   biasOf(product.getBias(), bias, network)};
  for (int64_t value : {0, 0, 0, 0, 1, 1}) // pads, strides
    inputs.push_back(network.integer(value));
  inputs.push_back(network.fuse(product.getActivation()));
  network.add(NEURON_CONV_2D, inputs, sums);
  reshape(sums, network.typeOf(product.getResult()), network.tensor(product.getResult()));
}

void emitFullyConnected(Operation *op, NetworkWriter &network) {
  auto product = cast<graph::FullyConnectedOp>(op);
  if (capabilityOf(op)->form == &kFilterPerChannel)
    return emitAsConv(product, network);
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
