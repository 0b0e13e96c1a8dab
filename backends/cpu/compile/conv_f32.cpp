#include "backends/cpu/compile/conv_f32.h"

#include "backends/cpu/compile/packing.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// A 1×1 convolution that moves by one is a matrix product: all its pixels are one row.
static ConvShape flattened(ConvShape s) {
  bool dense = s.taps() == 1 && s.strideHeight == 1 && s.strideWidth == 1 && s.padTop == 0 &&
               s.padLeft == 0 && s.outHeight == s.inHeight && s.outWidth == s.inWidth;
  if (!dense)
    return s;
  s.inWidth = s.outWidth = s.batch * s.outHeight * s.outWidth;
  s.batch = s.inHeight = s.outHeight = 1;
  return s;
}

ConvShape convShape(graph::Conv2dOp conv) {
  ArrayRef<int64_t> in = graph::tensorType(conv.getInput()).getShape();
  ArrayRef<int64_t> filter = graph::tensorType(conv.getFilter()).getShape();
  ArrayRef<int64_t> out = graph::tensorType(conv.getResult()).getShape();
  return flattened({.batch = in[0],
                    .inHeight = in[1],
                    .inWidth = in[2],
                    .inChannels = in[3],
                    .outHeight = out[1],
                    .outWidth = out[2],
                    .outChannels = out[3],
                    .kernelHeight = filter[1],
                    .kernelWidth = filter[2],
                    .strideHeight = conv.getStride()[0],
                    .strideWidth = conv.getStride()[1],
                    .dilationHeight = conv.getDilation()[0],
                    .dilationWidth = conv.getDilation()[1],
                    .padTop = conv.getPadLow()[0],
                    .padLeft = conv.getPadLow()[1]});
}

ConvShape productShape(graph::FullyConnectedOp product) {
  ArrayRef<int64_t> filter = graph::tensorType(product.getFilter()).getShape();
  int64_t rows = graph::tensorType(product.getInput()).getShape()[0];
  return {.batch = 1,
          .inHeight = 1,
          .inWidth = rows,
          .inChannels = filter[1],
          .outHeight = 1,
          .outWidth = rows,
          .outChannels = filter[0],
          .kernelHeight = 1,
          .kernelWidth = 1};
}

void planConvF32(const ConvShape &shape, Operation *op, graph::Activation activation, Plan &plan) {
  int64_t depth = shape.taps() * shape.inChannels;
  graph::ConstantBytes filterBytes = *graph::constantOf(op->getOperand(1));
  ArrayRef<float> filter = filterBytes.as<float>();
  std::vector<float> weights =
      packPanels<float>(shape.outChannels, depth, kPanel, [&](int64_t o, int64_t d) {
        return filter[static_cast<size_t>(o * depth + d)];
      });
  std::vector<float> bias(static_cast<size_t>(shape.outChannels));
  if (op->getNumOperands() > 2)
    bias = graph::constantOf(op->getOperand(2))->as<float>().vec();

  Tail tail = plan.takeTail(op, activation);
  Buffers buffers(plan);
  unsigned input = buffers.add(op->getOperand(0));
  unsigned packed = buffers.addConstant(weights);
  unsigned biases = buffers.addConstant(padded(ArrayRef<float>(bias), kPanel));
  unsigned output = buffers.add(tail.result);
  TailCode tailCode = buffers.add(tail);
  auto build = [=](KernelBuilder &k) {
    ConvBody body;
    body.input = k.buffer(input);
    body.weights = k.buffer(packed);
    body.accumulator = k.vectorF32();
    body.product = [&](Value x, Value weight, Value acc) { return k.fma(x, weight, acc); };
    body.initial = [&](Value channel) {
      return k.loadVector(k.vectorF32(), k.buffer(biases), channel);
    };
    body.finish = [&](Value acc, Value index, Value channel, int64_t valid) {
      k.storePart(applyTail(k, tailCode, acc, index, channel), k.buffer(output), index, valid);
    };
    buildConvolution(k, shape, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
