#include "backends/cpu/compile/epilogue.h"

#include "backends/cpu/compile/reals.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

Epilogue floatEpilogue(Operation *op, graph::Activation activation, Plan &plan, Buffers &buffers) {
  Tail tail = plan.takeTail(op, activation);
  return floatEpilogue(op, tail, buffers.add(tail.result), buffers);
}

Epilogue floatEpilogueInPlace(Operation *op, graph::Activation activation, Plan &plan,
                              Buffers &buffers) {
  Tail tail = plan.takeTail(op, activation);
  for (const TailOp &each : tail.ops)
    if (each.kind == TailOp::kAdd && plan.takeMemory(tail.result, each.operand, tail.fused))
      break;
  return floatEpilogue(op, tail, buffers.addOnce(tail.result), buffers);
}

Epilogue floatEpilogue(Operation *op, const Tail &tail, unsigned output, Buffers &buffers) {
  int64_t pixelStep = buffers.plan().stepOf(tail.result);
  std::vector<float> bias(
      static_cast<size_t>(graph::tensorType(op->getResult(0)).getShape().back()));
  if (op->getNumOperands() > 2)
    bias = graph::constantOf(op->getOperand(2))->as<float>().vec();
  unsigned biases = buffers.addPerChannel(bias);
  TailCode tailCode = buffers.add(tail);
  return {[=](KernelBuilder &k, Value channel) {
            return k.loadVector(k.vectorF32(), k.buffer(biases), channel);
          },
          [=](KernelBuilder &k, Value sum, Value index, Value channel, int64_t valid) {
            storeReals(k, applyTail(k, tailCode, sum, index, channel), k.buffer(output), index,
                       valid);
          },
          /*finishBlock=*/nullptr, pixelStep};
}

Value firstLanes(KernelBuilder &k, Value vector, VectorType type) {
  if (vector.getType() == type)
    return vector;
  return vector::ExtractStridedSliceOp::create(k, vector, ArrayRef<int64_t>{0},
                                               ArrayRef<int64_t>{type.getNumElements()},
                                               ArrayRef<int64_t>{1});
}

} // namespace tandem::cpu
