#include "backends/cpu/compile/depthwise.h"

#include "backends/cpu/compile/depthwise_template.h"
#include "backends/cpu/compile/packing.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

ConvShape depthwiseShape(graph::DepthwiseConv2dOp conv) {
  ArrayRef<int64_t> in = graph::tensorType(conv.getInput()).getShape();
  ArrayRef<int64_t> filter = graph::tensorType(conv.getFilter()).getShape();
  ArrayRef<int64_t> out = graph::tensorType(conv.getResult()).getShape();
  return {.batch = in[0],
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
          .padLeft = conv.getPadLow()[1]};
}

void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan) {
  ConvShape shape = depthwiseShape(conv);
  std::vector<float> bias(static_cast<size_t>(shape.outChannels));
  if (conv.getBias())
    bias = graph::constantOf(conv.getBias())->as<float>().vec();

  Tail tail = plan.takeTail(conv, conv.getActivation());
  Buffers buffers(plan);
  unsigned input = buffers.add(conv.getInput());
  unsigned weights = buffers.addConstant(graph::constantOf(conv.getFilter())->as<float>().vec());
  unsigned biases = buffers.addConstant(padded(ArrayRef<float>(bias), kPanel));
  unsigned output = buffers.add(tail.result);
  TailCode tailCode = buffers.add(tail);
  auto build = [=](KernelBuilder &k) {
    auto loader = [&](unsigned buffer) {
      return [&k, buffer](Value index) {
        return k.loadVector(k.vectorF32(), k.buffer(buffer), index);
      };
    };
    DepthwiseBody body;
    body.load = loader(input);
    body.weights = k.buffer(weights);
    body.initial = loader(biases);
    body.finish = [&](Value acc, Value index, Value channel, int64_t valid) {
      k.storePart(applyTail(k, tailCode, acc, index, channel), k.buffer(output), index, valid);
    };
    buildDepthwise(k, shape, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
