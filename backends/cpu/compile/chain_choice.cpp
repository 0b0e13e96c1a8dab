#include "backends/cpu/compile/chain_choice.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tandem::cpu {

/// Operands of a chain that are read from memory: each is a pointer of the loop, and there are as
/// many registers for those; the processor follows about as many streams ahead.
constexpr size_t kMostLeaves = 8;
/// Ops of a chain: what a loop has in registers, and the time to compile it, stay small.
constexpr size_t kMostOps = 32;
/// Bytes that may be kept in memory longer for a chain: they stay in the second cache.
constexpr int64_t kFewBytes = 1 << 16;

std::optional<float> constantNumber(Value value) {
  RankedTensorType type = graph::tensorType(value);
  if (type.getNumElements() != 1 || !type.getElementType().isF32())
    return std::nullopt;
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(value);
  return bytes ? std::optional(bytes->as<float>().front()) : std::nullopt;
}

namespace {

class ChainChooser {
public:
  ChainChooser(const Region &region, const ElementCodeOf &elementCode)
      : region_(region), outputs_(region.outputs.begin(), region.outputs.end()) {
    for (auto [position, op] : llvm::enumerate(region.ops))
      positionOf_[op] = position;
    for (Operation *op : llvm::reverse(region.ops))
      if (op->getNumResults() == 1)
        add(op, elementCode(op));
  }

  Chains take() {
    Chains chains = std::move(repeated_);
    for (auto [op, last] : lastOf_)
      if (last && chains_.find(last)->second.ops > 1)
        chains[op] = last;
    return chains;
  }

private:
  struct Chain {
    ArrayRef<int64_t> shape;
    bool ofVectors = false; ///< only
    size_t ops = 0;
    llvm::SmallSetVector<Value, 8> leaves = {};

    void add(Operation *op) {
      ++ops;
      leaves.remove(op->getResult(0));
      for (Value operand : op->getOperands())
        if (!constantNumber(operand))
          leaves.insert(operand);
    }
  };
  using Lasts = llvm::SmallSetVector<Operation *, 2>;

  /// To the chain of all that reads its result, or to a new one.
  void add(Operation *op, const ElementCode &code) {
    if (!code.combine && !code.readsOnce)
      return;
    Lasts lasts = code.combine ? lastsOfReaders(op->getResult(0)) : Lasts();
    auto suits = [&](Operation *last) { return this->suits(op, code, last); };
    if (lasts.empty() || !llvm::all_of(lasts, suits) ||
        (lasts.size() > 1 && !isWorthRepeating(op, code, lasts))) {
      lastOf_[op] = op;
      Value box = code.readsOnce ? op->getOperand(0) : op->getResult(0);
      chains_[op] = {graph::tensorType(box).getShape(), code.readsOnce};
      return chains_[op].add(op);
    }
    for (Operation *last : lasts)
      chains_[last].add(op);
    if (lasts.size() == 1) {
      lastOf_[op] = lasts.front();
      return;
    }
    repeated_[op] = *llvm::max_element(
        lasts, [&](Operation *a, Operation *b) { return positionOf_[a] < positionOf_[b]; });
  }

  /// The last ops of the chains that have all readers of a value; none where one has no chain.
  Lasts lastsOfReaders(Value value) const {
    Lasts lasts;
    for (Operation *reader : value.getUsers()) {
      Operation *last = lastOf_.lookup(reader);
      if (!last || outputs_.contains(value))
        return {};
      lasts.insert(last);
    }
    return lasts;
  }

  bool suits(Operation *op, const ElementCode &code, Operation *last) const {
    const Chain &chain = chains_.find(last)->second;
    if (graph::tensorType(op->getResult(0)).getShape() != chain.shape || chain.ops >= kMostOps ||
        (chain.ofVectors && !code.onVectors))
      return false; // what is broadcast would be computed again and again
    Chain longer = chain;
    longer.add(op);
    return longer.leaves.size() <= kMostLeaves &&
           (keptLonger(op, chain) <= kFewBytes || isRightBefore(op, last));
  }

  /// Whether to compute something again is no more than to read it: a short op with one operand of
  /// its size. Only for what reduces it: other chains keep it in memory in fewer steps.
  bool isWorthRepeating(Operation *op, const ElementCode &code, const Lasts &lasts) const {
    auto isReduction = [&](Operation *last) { return chains_.find(last)->second.ofVectors; };
    return !code.isLong && code.onVectors && wholeOperands(op).size() <= 1 &&
           llvm::any_of(lasts, isReduction);
  }

  /// Operands of the op's size that the region computes.
  llvm::SmallSetVector<Value, 4> wholeOperands(Operation *op) const {
    int64_t elements = graph::tensorType(op->getResult(0)).getNumElements();
    llvm::SmallSetVector<Value, 4> whole;
    for (Value operand : op->getOperands())
      if (graph::tensorType(operand).getNumElements() == elements &&
          positionOf_.contains(operand.getDefiningOp()))
        whole.insert(operand);
    return whole;
  }

  /// Bytes more that are in memory between the op and the end of the chain: of two operands instead
  /// of one result.
  int64_t keptLonger(Operation *op, const Chain &chain) const {
    int64_t whole = llvm::count_if(wholeOperands(op),
                                   [&](Value operand) { return !chain.leaves.contains(operand); });
    constexpr int64_t kBytes = 4;
    return (whole - 1) * graph::tensorType(op->getResult(0)).getNumElements() * kBytes;
  }

  bool isRightBefore(Operation *op, Operation *last) const {
    for (size_t at = positionOf_.lookup(op) + 1; at < positionOf_.lookup(last); ++at)
      if (lastOf_.lookup(region_.ops[at]) != last)
        return false;
    return true;
  }

  const Region &region_;
  llvm::DenseSet<Value> outputs_;
  llvm::DenseMap<Operation *, size_t> positionOf_;
  Chains lastOf_;                             ///< of ops that are in one chain
  Chains repeated_;                           ///< of those that are in several, the last one's
  llvm::DenseMap<Operation *, Chain> chains_; ///< by their last ops
};

} // namespace

Chains chooseChains(const Region &region, const ElementCodeOf &elementCode) {
  return ChainChooser(region, elementCode).take();
}

} // namespace tandem::cpu
