#include "backends/cpu/compile/chains.h"

#include "backends/cpu/compile/reals.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

Value ElementReads::element(KernelBuilder &k, ArrayRef<Value> at) const {
  return expression.evaluate(k, [&](unsigned i) -> Value {
    const Leaf &leaf = leaves[i];
    return leaf.number ? k.constant(k.getF32Type(), double(*leaf.number))
                       : loadReal(k, k.buffer(leaf.buffer), at[i]);
  });
}

Value ElementReads::elements(KernelBuilder &k, VectorType type, ArrayRef<Value> at) const {
  return expression.evaluate(k, [&](unsigned i) -> Value {
    const Leaf &leaf = leaves[i];
    if (leaf.number)
      return k.constant(type, double(*leaf.number));
    return leaf.strides.back() == 0 ? k.broadcast(loadReal(k, k.buffer(leaf.buffer), at[i]), type)
                                    : loadReals(k, type, k.buffer(leaf.buffer), at[i]);
  });
}

unsigned ElementLoop::read(Value operand) {
  if (auto node = nodeOf_.find(operand); node != nodeOf_.end())
    return node->second;
  Operation *definition = operand.getDefiningOp();
  if (definition && plan_.takePostponed(definition)) {
    add(definition, plan_.elementCode(definition).combine);
    return nodeOf_.lookup(operand);
  }
  leaves_.push_back(operand);
  return nodeOf_[operand] = expression_.addLeaf(static_cast<unsigned>(leaves_.size() - 1));
}

void ElementLoop::add(Operation *op, Combine combine) {
  SmallVector<unsigned> operands;
  for (Value operand : op->getOperands())
    operands.push_back(read(operand));
  nodeOf_[op->getResult(0)] = expression_.add(std::move(combine), operands);
  ops_.push_back(op);
}

ElementReads ElementLoop::reads(ArrayRef<int64_t> sizes, Buffers &buffers) const {
  ElementReads reads;
  reads.expression = expression_;
  for (Value leaf : leaves_) {
    ArrayRef<int64_t> shape = graph::tensorType(leaf).getShape();
    std::optional<float> number = constantNumber(leaf);
    reads.leaves.push_back({number, number ? 0 : buffers.addOnce(leaf),
                            broadcastStrides(sizes, shape, buffers.plan().stridesOf(leaf))});
  }
  return reads;
}

/// A step with one loop, which writes the result of the op that was added last.
static void planLoop(const ElementLoop &loop, Plan &plan) {
  Buffers buffers(plan);
  Value result = loop.ops().back()->getResult(0);
  for (Value leaf : loop.leaves()) // the first whose memory will do; it does not broadcast
    if (plan.takeMemory(result, leaf, loop.ops()))
      break;
  std::vector<int64_t> sizes = graph::tensorType(result).getShape().vec();
  ElementReads reads = loop.reads(sizes, buffers);
  unsigned output = buffers.addOnce(result);
  std::vector<int64_t> outStrides = plan.stridesOf(result);
  auto build = [=](KernelBuilder &k) {
    StridedNest nest(sizes);
    for (const ElementReads::Leaf &leaf : reads.leaves)
      nest.add(leaf.strides);
    nest.add(outStrides);
    nest.build(k, [&](ArrayRef<Value> at) {
      storeReal(k, reads.element(k, at.drop_back()), k.buffer(output), at.back());
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

void planBroadcast(Operation *op, const Combine &combine, Plan &plan) {
  ElementLoop loop(plan);
  loop.add(op, combine);
  planLoop(loop, plan);
}

void planChain(Operation *op, Plan &plan) {
  plan.lastOfChain(op) == op ? planBroadcast(op, plan.elementCode(op).combine, plan)
                             : plan.postpone(op);
}

} // namespace tandem::cpu
