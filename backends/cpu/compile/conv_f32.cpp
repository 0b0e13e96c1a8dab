#include "backends/cpu/compile/conv_f32.h"

#include "backends/cpu/compile/conv_template.h"
#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

void planConvF32(const ConvShape &shape, Operation *op, graph::Activation activation, Plan &plan) {
  int64_t depth = shape.taps() * shape.inChannels;
  graph::ConstantBytes filterBytes = *graph::constantOf(op->getOperand(1));
  ArrayRef<float> filter = filterBytes.as<float>();
  std::vector<float> packed =
      packPanels<float>(shape.outChannels, depth, kPanel, [&](int64_t o, int64_t d) {
        return filter[static_cast<size_t>(o * depth + d)];
      });

  Buffers buffers(plan);
  unsigned input = buffers.add(op->getOperand(0)), weights = buffers.addConstant(packed);
  Epilogue epilogue = floatEpilogue(op, activation, plan, buffers);
  auto build = [=](KernelBuilder &k) {
    ConvBody body{
        .input = k.buffer(input),
        .weights = k.buffer(weights),
        .accumulator = k.vectorF32(),
        .product = [&](Value x, Value weight, Value acc) { return k.fma(x, weight, acc); },
        .epilogue = epilogue};
    buildConvolution(k, shape, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
