#include "backends/cpu/compile/broadcast.h"

#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

void planBroadcast(Operation *op, const Combine &combine, Plan &plan) {
  Buffers buffers(plan);
  Value result = op->getResult(0);
  for (Value operand : op->getOperands()) // the first whose memory will do; it does not broadcast
    if (plan.takeMemory(result, operand, op))
      break;
  std::vector<unsigned> numbers;            // of the operands, one for those that are the same
  std::vector<std::vector<int64_t>> shapes; // of the operands, and last of the result
  std::vector<std::vector<int64_t>> strides;
  for (Value operand : op->getOperands()) {
    numbers.push_back(buffers.addOnce(operand));
    shapes.push_back(graph::tensorType(operand).getShape().vec());
    strides.push_back(plan.stridesOf(operand));
  }
  unsigned out = buffers.addOnce(result);
  shapes.push_back(graph::tensorType(result).getShape().vec());
  strides.push_back(plan.stridesOf(result));
  auto build = [=](KernelBuilder &k) {
    StridedNest nest(shapes.back());
    for (auto [shape, own] : llvm::zip_equal(shapes, strides))
      nest.addBroadcast(shape, own);
    nest.build(k, [&](ArrayRef<Value> at) {
      KernelBuilder::Values elements;
      for (auto [number, index] : llvm::zip(numbers, at))
        elements.push_back(loadReal(k, k.buffer(number), index));
      storeReal(k, combine(k, elements), k.buffer(out), at.back());
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
