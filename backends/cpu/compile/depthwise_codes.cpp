// Depthwise convolutions of 8-bit codes, in f32: products and sums of codes are integers below
// 2^24, which is exact; supports() checks the bound.

#include "backends/cpu/compile/depthwise.h"

#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/depthwise_template.h"
#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

Support supportsDepthwiseCodes(graph::DepthwiseConv2dOp conv) {
  constexpr int64_t kExact = 1 << 24, kLargestProduct = 255 * 255;
  if (depthwiseShape(conv).taps() * kLargestProduct >= kExact)
    return Support::no("has more taps than can be summed exactly in f32");
  return supportsProductOfCodes(conv);
}

void planDepthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan) {
  ConvShape shape = depthwiseShape(conv);
  std::vector<int32_t> codes = filterCodes(conv.getFilter());
  std::vector<int32_t> zeros = filterZeroPoints(conv.getFilter(), shape.outChannels);
  std::vector<float> centred;
  for (size_t i = 0; i < codes.size(); ++i)
    centred.push_back(static_cast<float>(codes[i] - zeros[i % zeros.size()]));

  CodeType type = codeTypeOf(conv.getInput());
  Buffers buffers(plan);
  unsigned input = buffers.add(conv.getInput()), weights = buffers.addConstant(centred);
  unsigned output = buffers.add(conv.getResult());
  ChannelScaling scaling = channelScaling(conv, conv.getActivation(), buffers);
  auto build = [=](KernelBuilder &k) {
    DepthwiseBody body;
    body.load = [&](Value index) -> Value {
      VectorType bytes = k.vector(k.getI8Type(), k.isa().lanes());
      Value wide = k.toI32(k.loadVector(bytes, k.buffer(input), index), type.element);
      wide = arith::SubIOp::create(k, wide, k.constant(k.vectorI32(), type.zeroPoint));
      return arith::SIToFPOp::create(k, k.vectorF32(), wide);
    };
    body.weights = k.buffer(weights);
    body.initial = [&](Value) { return k.constant(k.vectorF32(), 0); };
    body.finish = [&](Value acc, Value index, Value channel, int64_t valid) {
      Value sum = arith::FPToSIOp::create(k, k.vectorI32(), acc);
      Value bias = k.loadVector(k.vectorI32(), k.buffer(scaling.bias), channel);
      sum = arith::AddIOp::create(k, sum, bias);
      k.storePart(scaledCodes(k, scaling, sum, channel), k.buffer(output), index, valid);
    };
    buildDepthwise(k, shape, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
