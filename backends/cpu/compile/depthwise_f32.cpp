#include "backends/cpu/compile/depthwise.h"

#include "backends/cpu/compile/conv_f32.h"
#include "backends/cpu/compile/depthwise_template.h"
#include "backends/cpu/compile/f16_products.h"
#include "backends/cpu/compile/reals.h"
#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

RowsCode depthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan, Buffers &buffers) {
  ConvShape shape = shapeOf(conv);
  graph::ConstantBytes constant = *graph::constantOf(conv.getFilter());
  ArrayRef<float> filter = constant.as<float>();
  // In f16 all products of a sum are added up at once.
  bool areF16 = plan.settings().inF16 && shape.taps() <= kMostF16Sums;
  TypedBuffer factors = areF16 ? plan.factor(conv.getInput()) : plan.typed(conv.getInput());
  int64_t inStep = plan.stepOf(conv.getInput());
  TypedBuffer channels = planChannels(factors, inStep, shape, plan);
  unsigned input = buffers.add(channels);
  unsigned weights =
      areF16 ? buffers.add(constantReals(filter, plan)) : buffers.addConstant(filter.vec());
  Epilogue epilogue = floatEpilogue(conv, conv.getActivation(), plan, buffers);
  return [=](KernelBuilder &k, const RowRange *rows) {
    bool inF16 = areF16 && k.isa().f16Arithmetic;
    if (inF16)
      k.doubleVectors();
    auto load = [&](VectorType type, Value index) {
      return inF16 ? k.loadVector(typeOfF16(k), k.buffer(input), index)
                   : loadReals(k, type, k.buffer(input), index);
    };
    DepthwiseBody body{.load = load,
                       .inStep = inStep,
                       .weights = k.buffer(weights),
                       .epilogue = epilogue,
                       .halves = true,
                       .inF16 = inF16};
    buildDepthwise(k, shape, body, rows);
  };
}

void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan) {
  Buffers buffers(plan);
  planWhole(depthwiseF32(conv, plan, buffers), buffers, plan);
}

} // namespace tandem::cpu
