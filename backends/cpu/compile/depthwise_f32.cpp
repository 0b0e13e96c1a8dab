#include "backends/cpu/compile/depthwise.h"

#include "backends/cpu/compile/depthwise_template.h"
#include "backends/cpu/compile/reals.h"
#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan) {
  ConvShape shape = shapeOf(conv);
  int64_t inStep = plan.stepOf(conv.getInput());
  TypedBuffer channels = planChannels(plan.typed(conv.getInput()), inStep, shape, plan);
  Buffers buffers(plan);
  unsigned input = buffers.add(channels);
  unsigned weights = buffers.addConstant(graph::constantOf(conv.getFilter())->as<float>().vec());
  Epilogue epilogue = floatEpilogue(conv, conv.getActivation(), plan, buffers);
  auto build = [=](KernelBuilder &k) {
    DepthwiseBody body{
        .load = [&](VectorType type,
                    Value index) { return loadReals(k, type, k.buffer(input), index); },
        .inStep = inStep,
        .weights = k.buffer(weights),
        .epilogue = epilogue,
        .halves = true};
    buildDepthwise(k, shape, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
