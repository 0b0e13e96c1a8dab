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
  for (const TailLeaf &leaf : tail.leaves)
    if (leaf.value && plan.takeMemory(tail.result, leaf.value, tail.fused))
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
          /*finishBlock=*/nullptr, pixelStep, tail.isLong};
}

void finishAll(KernelBuilder &k, const Epilogue &epilogue, ArrayRef<Value> sums,
               ArrayRef<Value> indices, Value channel, int64_t valid) {
  if (!epilogue.isLong || sums.size() == 1) {
    for (auto [sum, index] : llvm::zip_equal(sums, indices))
      epilogue.finish(k, sum, index, channel, valid);
    return;
  }
  auto type = cast<VectorType>(sums.front().getType());
  int64_t lanes = type.getNumElements(), count = static_cast<int64_t>(sums.size());
  ElementType element = type.getElementType().isF32() ? ElementType::kF32 : ElementType::kI32;
  Value waiting = k.stack({element, count * lanes}), places = k.stack({ElementType::kI64, count});
  for (auto [i, sum] : llvm::enumerate(sums)) {
    auto number = static_cast<int64_t>(i);
    k.storeVector(sum, waiting, k.index(number * lanes));
    k.store(arith::IndexCastOp::create(k, k.getI64Type(), indices[i]), places, k.index(number));
  }
  k.loop(count, [&](Value i) {
    Value index = arith::IndexCastOp::create(k, k.getIndexType(), k.load(places, i));
    epilogue.finish(k, k.loadVector(type, waiting, k.mul(i, lanes)), index, channel, valid);
  });
}

Value firstLanes(KernelBuilder &k, Value vector, VectorType type) {
  if (vector.getType() == type)
    return vector;
  return vector::ExtractStridedSliceOp::create(k, vector, ArrayRef<int64_t>{0},
                                               ArrayRef<int64_t>{type.getNumElements()},
                                               ArrayRef<int64_t>{1});
}

} // namespace tandem::cpu
