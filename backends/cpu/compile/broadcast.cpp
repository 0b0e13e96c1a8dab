#include "backends/cpu/compile/broadcast.h"

#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

void planBroadcast(Operation *op, const Combine &combine, Plan &plan) {
  Buffers buffers(plan);
  std::vector<std::vector<int64_t>> shapes; // of the operands, and last of the result
  auto add = [&](Value value) {
    buffers.add(value);
    shapes.push_back(graph::tensorType(value).getShape().vec());
  };
  for (Value operand : op->getOperands())
    add(operand);
  add(op->getResult(0));
  auto build = [=](KernelBuilder &k) {
    StridedNest nest(shapes.back());
    for (const std::vector<int64_t> &shape : shapes)
      nest.addDense(shape);
    nest.build(k, [&](ArrayRef<Value> at) {
      KernelBuilder::Values elements;
      for (auto [i, index] : llvm::enumerate(at.drop_back()))
        elements.push_back(k.load(k.buffer(static_cast<unsigned>(i)), index));
      auto result = static_cast<unsigned>(elements.size());
      k.store(combine(k, elements), k.buffer(result), at.back());
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
