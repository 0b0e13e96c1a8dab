#include "backends/cpu/compile/life_estimate.h"

#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem::cpu {

/// Ops whose result may be computed where an operand is (Plan::takeMemory), or fused.
static bool worksInPlace(Operation *op) {
  return isa<graph::AddOp, graph::SubOp, graph::MulOp, graph::DivOp, graph::MaximumOp,
             graph::MinimumOp, graph::PreluOp, graph::ReluOp, graph::Relu6Op, graph::ReluN1To1Op,
             graph::LeakyReluOp, graph::EluOp, graph::GeluOp, graph::SigmoidOp, graph::TanhOp,
             graph::HardSwishOp, graph::HardSigmoidOp, graph::ExpOp, graph::LogOp, graph::SqrtOp,
             graph::RsqrtOp, graph::AbsOp, graph::NegOp, graph::ScatterOp>(op);
}

/// What is added to a product's result, which then never exists by itself.
static Value addedTo(Operation *op) {
  if (!isa<graph::Conv2dOp, graph::DepthwiseConv2dOp, graph::FullyConnectedOp>(op) ||
      !op->getResult(0).hasOneUse())
    return {};
  OpOperand &use = *op->getResult(0).use_begin();
  return isa<graph::AddOp>(use.getOwner()) ? use.getOwner()->getOperand(1 - use.getOperandNumber())
                                           : Value();
}

LifeEstimate::LifeEstimate(const Region &region, llvm::function_ref<int64_t(Value)> bytesOf) {
  llvm::DenseMap<Operation *, size_t> positionOf;
  for (auto [i, op] : llvm::enumerate(region.ops))
    positionOf[op] = i;
  for (auto [i, op] : llvm::enumerate(region.ops)) {
    Life life;
    life.value = op->getResult(0);
    life.bytes = bytesOf(life.value);
    life.last = i;
    for (Operation *user : life.value.getUsers()) {
      auto position = positionOf.find(user);
      life.last =
          std::max(life.last, position == positionOf.end() ? region.ops.size() : position->second);
    }
    findSharing(op, life);
    numberOf_[life.value] = i;
    lives_.push_back(std::move(life));
  }
}

void LifeEstimate::findSharing(Operation *op, Life &life) {
  size_t position = lives_.size();
  auto mayTake = [&](Value operand, size_t end) {
    auto found = numberOf_.find(operand);
    if (found == numberOf_.end() || lives_[found->second].bytes != life.bytes ||
        lives_[found->second].last != end)
      return;
    life.takesFrom.push_back(found->second);
  };
  if (isa<graph::ReshapeOp>(op)) {
    life.isView = true;
    if (auto found = numberOf_.find(op->getOperand(0)); found != numberOf_.end())
      life.takesFrom.push_back(found->second);
  } else if (worksInPlace(op)) {
    for (Value operand : op->getOperands())
      mayTake(operand, position);
  } else if (Value added = addedTo(op)) {
    mayTake(added, life.last);
  }
}

constexpr size_t kOutside = SIZE_MAX; ///< of the region: an argument or a constant

size_t LifeEstimate::memoryOf(size_t value, const Slices &slices, ArrayRef<size_t> memories) const {
  const Life &life = lives_[value];
  Value whole = life.value;
  for (auto slice = slices.find(whole); slice != slices.end(); slice = slices.find(whole))
    whole = slice->second.of;
  if (whole != life.value) {
    auto found = numberOf_.find(whole);
    if (found == numberOf_.end())
      return kOutside;
    // Of a whole that is made later: a concat or a pad, which have their own.
    return found->second < value ? memories[found->second] : found->second;
  }
  for (size_t other : life.takesFrom)
    if (life.isView || !slices.contains(lives_[other].value))
      return memories[other];
  return life.isView ? kOutside : value;
}

int64_t LifeEstimate::mostAlive(const Slices &slices) const {
  struct Use {
    size_t first = SIZE_MAX, end = 0;
  };
  SmallVector<size_t> memories; // the value whose memory it is
  SmallVector<Use> uses(lives_.size());
  for (size_t i = 0; i < lives_.size(); ++i) {
    memories.push_back(memoryOf(i, slices, memories));
    if (memories[i] == kOutside)
      continue;
    Use &use = uses[memories[i]];
    use.first = std::min(use.first, i);
    use.end = std::max(use.end, lives_[i].last + 1);
  }
  SmallVector<int64_t> changes(lives_.size() + 2, 0);
  for (auto [use, life] : llvm::zip_equal(uses, lives_))
    if (use.end > 0) {
      changes[use.first] += life.bytes;
      changes[use.end] -= life.bytes;
    }
  int64_t alive = 0, most = 0;
  for (int64_t change : changes)
    most = std::max(most, alive += change);
  return most;
}

} // namespace tandem::cpu
