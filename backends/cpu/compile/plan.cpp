#include "backends/cpu/compile/plan.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

Plan::Plan(const Region &region, ModelBuilder &builder, Settings settings)
    : builder_(builder), settings_(settings), outputs_(region.outputs.begin(), region.outputs.end()) {
  int64_t position = 0;
  for (Operation *op : region.ops)
    positionOf_[op] = ++position;
  chooseUnsigned(region);
}

/// Ops that ask how the codes of their operands and results are stored.
static bool asksForStorage(Operation *op) {
  return isa<graph::Conv2dOp, graph::DepthwiseConv2dOp, graph::FullyConnectedOp, graph::AddOp,
             graph::SubOp>(op);
}

void Plan::chooseUnsigned(const Region &region) {
  for (Operation *op : region.ops) {
    if (!asksForStorage(op) || outputs_.contains(op->getResult(0)))
      continue;
    Type element = graph::tensorType(op->getResult(0)).getElementType();
    bool isSigned =
        graph::isQuantized(element) && graph::elementTypeOf(element) == ElementType::kI8;
    bool seen = llvm::any_of(op->getResult(0).getUses(), [&](OpOperand &use) {
      bool isActivation =
          use.getOperandNumber() == 0 || isa<graph::AddOp, graph::SubOp>(use.getOwner());
      return !asksForStorage(use.getOwner()) || !isActivation ||
             !positionOf_.contains(use.getOwner());
    });
    if (isSigned && !seen)
      unsigned_.insert(op->getResult(0));
  }
}

bool Plan::isOnlyReadInside(Value value) const {
  return !outputs_.contains(value) && value.hasOneUse() &&
         positionOf_.contains(*value.getUsers().begin());
}

Tail Plan::takeTail(Operation *op, graph::Activation activation) {
  auto ready = [&](Value value) {
    Operation *definition = value.getDefiningOp();
    // Ops outside the region ran before it, or are constants.
    return !definition || positionOf_.lookup(definition) < position_;
  };
  auto visible = [&](Value value) { return !isOnlyReadInside(value); };
  Tail tail = fuseTail(op, activation, ready, visible);
  fused_.insert(tail.fused.begin(), tail.fused.end());
  return tail;
}

codegen::BufferType Plan::typeOf(Value value) const {
  RankedTensorType type = graph::tensorType(value);
  ElementType element =
      storesUnsigned(value) ? ElementType::kU8 : *graph::elementTypeOf(type.getElementType());
  return {element, type.getNumElements()};
}

void Plan::step(codegen::Kernel kernel, ArrayRef<BufferId> buffers) {
  builder_.step(buffers);
  steps_.push_back({std::vector<BufferId>(buffers.begin(), buffers.end())});
  kernels_.push_back(std::move(kernel));
}

TailCode Buffers::add(const Tail &tail) {
  TailCode code;
  for (const TailOp &op : tail.ops) {
    unsigned buffer = 0;
    if (op.kind == TailOp::kAdd)
      buffer = add(op.operand);
    else if (op.kind == TailOp::kPrelu)
      buffer = addPerChannel(graph::constantOf(op.operand)->as<float>().vec());
    code.ops.push_back({op.kind, op.low, op.high, buffer});
  }
  return code;
}

} // namespace tandem::cpu
