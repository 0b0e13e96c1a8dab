#include "backends/cpu/compile/fusion.h"

#include "backends/cpu/compile/plan.h"
#include "backends/cpu/compile/reals.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/MapVector.h"

#include <limits>

using namespace mlir;

namespace tandem::cpu {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
/// Ops of a tail, and operands that it reads: what a product has in registers is more than them.
constexpr size_t kMostOps = 24, kMostLeaves = 6;
/// Of so many the code for each sum of a tile would be longer than the products.
constexpr size_t kMostShortOps = 8;

std::pair<float, float> clampRange(graph::Activation activation) {
  switch (activation) {
  case graph::Activation::None:
    return {-kInfinity, kInfinity};
  case graph::Activation::Relu:
    return {0, kInfinity};
  case graph::Activation::Relu6:
    return {0, 6};
  case graph::Activation::ReluN1To1:
    return {-1, 1};
  }
  llvm_unreachable("activation");
}

bool Tail::readsPixels() const {
  return llvm::any_of(leaves, [](const TailLeaf &leaf) {
    return leaf.value && graph::tensorType(leaf.value).getNumElements() != rowOf(leaf.value);
  });
}

/// The op that puts zeros behind the channels of a tensor and does nothing else, if it gives
/// `value`.
static graph::PadOp padOfChannels(Value value) {
  auto pad = value.getDefiningOp<graph::PadOp>();
  auto isZero = [](int64_t size) { return size == 0; };
  bool suits = pad && pad.getValue().isZero() && llvm::all_of(pad.getLow(), isZero) &&
               llvm::all_of(pad.getHigh().drop_back(), isZero);
  return suits ? pad : graph::PadOp();
}

namespace {

/// Takes one op after another, in their order, and keeps those up to the last one behind which only
/// its own result is still to be read.
class TailFuser {
public:
  TailFuser(Operation *op, graph::Activation activation, const Plan &plan) : plan_(plan) {
    Value result = op->getResult(0);
    channels_ = rowOf(result);
    auto conv = dyn_cast<graph::Conv2dOp>(op);
    isGrouped_ = conv && conv.getGroups() > 1;
    tail_.leaves.push_back({nullptr, {}});
    unsigned node = tail_.expression.addLeaf(0);
    if (activation != graph::Activation::None)
      node = tail_.expression.add(
          [range = clampRange(activation)](codegen::KernelBuilder &k, ArrayRef<Value> of) {
            return k.clampF32(of[0], range.first, range.second);
          },
          node);
    nodeOf_[result] = node;
    keep(result);
  }

  Tail take() {
    while (Operation *next = nextReader()) {
      if (taken_.size() >= kMostOps || !add(next))
        break;
      if (isOnlyOpen(next->getResult(0)) && !isa<graph::ReshapeOp>(next))
        keep(next->getResult(0));
    }
    tail_.expression.truncate(kept_.nodes);
    tail_.leaves.resize(kept_.leaves);
    tail_.fused.resize(kept_.fused);
    tail_.isLong = kept_.isLong;
    tail_.result = kept_.result;
    return std::move(tail_);
  }

private:
  /// Of the state behind an op, what makes it a tail.
  struct Kept {
    size_t nodes, leaves, fused;
    bool isLong;
    Value result;
  };
  void keep(Value result) {
    bool isLong = hasLong_ || tail_.expression.size() > kMostShortOps + tail_.leaves.size();
    kept_ = {tail_.expression.size(), tail_.leaves.size(), tail_.fused.size(), isLong, result};
  }

  /// The first op that reads what there is and is not taken; null if there is none, or if anything
  /// is read outside the region.
  Operation *nextReader() const {
    Operation *next = nullptr;
    for (auto &[value, node] : nodeOf_) {
      if (leafValues_.contains(value))
        continue;
      if (plan_.isReadOutside(value) && value != kept_.result)
        return nullptr;
      for (Operation *reader : value.getUsers())
        if (!taken_.contains(reader) && !plan_.isBehind(reader) &&
            (!next || plan_.positionOf(reader) < plan_.positionOf(next)))
          next = reader;
    }
    return plan_.isReadOutside(kept_.result) ? nullptr : next;
  }

  /// Whether nothing else that was computed is still to be read.
  bool isOnlyOpen(Value result) const {
    return llvm::all_of(nodeOf_, [&](const auto &entry) {
      Value value = entry.first;
      auto isTaken = [&](Operation *reader) {
        return taken_.contains(reader) || plan_.isBehind(reader);
      };
      return value == result || leafValues_.contains(value) ||
             (!plan_.isReadOutside(value) && llvm::all_of(value.getUsers(), isTaken));
    });
  }

  bool add(Operation *op) {
    if (auto reshape = dyn_cast<graph::ReshapeOp>(op)) {
      if (rowOf(reshape.getResult()) != channels_)
        return false;
      return finish(op, nodeOf_.lookup(reshape.getInput()));
    }
    ElementCode code = plan_.elementCode(op);
    if (!code.onVectors || op->getNumResults() != 1 || !isReal(op->getResult(0)) ||
        !hasAllElements(op->getResult(0)))
      return false;
    SmallVector<unsigned> operands;
    for (Value operand : op->getOperands()) {
      std::optional<unsigned> node = nodeOf(operand, op);
      if (!node)
        return false;
      operands.push_back(*node);
    }
    hasLong_ |= code.isLong;
    return finish(op, tail_.expression.add(std::move(code.combine), operands));
  }
  bool finish(Operation *op, unsigned node) {
    nodeOf_[op->getResult(0)] = node;
    taken_.insert(op);
    tail_.fused.push_back(op);
    return true;
  }

  std::optional<unsigned> nodeOf(Value operand, Operation *op) {
    ArrayRef<int64_t> box = graph::tensorType(op->getResult(0)).getShape();
    if (auto found = nodeOf_.find(operand); found != nodeOf_.end()) {
      // What broadcasts to another shape has other rows there.
      bool isElsewhere = llvm::any_of(tail_.leaves, [&](const TailLeaf &leaf) {
        return leaf.value == operand && ArrayRef<int64_t>(leaf.box) != box;
      });
      return isElsewhere ? std::nullopt : std::optional(found->second);
    }
    Operation *definition = operand.getDefiningOp();
    if (definition && plan_.isPostponed(definition)) // to a loop that does what is taken here, too
      return add(definition) ? std::optional(nodeOf_.lookup(operand)) : std::nullopt;
    if (plan_.isReady(operand))
      return addLeaf(operand, {operand, llvm::SmallVector<int64_t>(box)});
    graph::PadOp pad = padOfChannels(operand);
    if (!pad || !isa<graph::AddOp>(op) || isGrouped_ || !plan_.isOnlyReadInside(operand) ||
        !plan_.isReady(pad.getInput()))
      return std::nullopt;
    tail_.fused.push_back(pad);
    return addLeaf(operand, {pad.getInput(), llvm::SmallVector<int64_t>(box), /*isPadded=*/true});
  }

  std::optional<unsigned> addLeaf(Value operand, const TailLeaf &leaf) {
    ArrayRef<int64_t> shape = graph::tensorType(leaf.value).getShape();
    bool fits = shape.empty() || shape.back() == 1 || shape.back() == channels_ || leaf.isPadded;
    if (!fits || !isReal(leaf.value) || tail_.leaves.size() > kMostLeaves)
      return std::nullopt;
    leafValues_.insert(operand);
    tail_.leaves.push_back(leaf);
    return nodeOf_[operand] =
               tail_.expression.addLeaf(static_cast<unsigned>(tail_.leaves.size() - 1));
  }

  static bool isReal(Value value) { return graph::tensorType(value).getElementType().isF32(); }
  /// Where the rows of both are the same.
  bool hasAllElements(Value value) const {
    return rowOf(value) == channels_ && graph::tensorType(value).getNumElements() ==
                                            graph::tensorType(kept_.result).getNumElements();
  }

  const Plan &plan_;
  Tail tail_;
  Kept kept_;
  int64_t channels_;
  bool isGrouped_, hasLong_ = false;
  llvm::MapVector<Value, unsigned> nodeOf_; ///< of leaves too
  llvm::DenseSet<Value> leafValues_;
  llvm::DenseSet<Operation *> taken_;
};

} // namespace

Tail fuseTail(Operation *op, graph::Activation activation, const Plan &plan) {
  return TailFuser(op, activation, plan).take();
}

/// The part of a vector of the result that an operand with fewer channels has, and zeros.
static Value padded(codegen::KernelBuilder &k, const TailCode::Leaf &leaf, VectorType type,
                    Value row, Value channel) {
  // Lanes beyond its channels are another pixel's, and at the end there may be no more than a
  // vector behind it.
  Value at = k.add(row, k.smaller(channel, k.index(leaf.channels)));
  Value read = loadReals(k, type, k.buffer(leaf.buffer), at);
  SmallVector<int32_t> numbers = llvm::to_vector(llvm::seq<int32_t>(0, type.getNumElements()));
  VectorType integers = type.clone(k.getI32Type());
  Value lanes =
      arith::ConstantOp::create(k, DenseElementsAttr::get(integers, ArrayRef<int32_t>(numbers)));
  Value rest =
      arith::IndexCastOp::create(k, k.getI32Type(), k.sub(k.index(leaf.channels), channel));
  Value exist =
      arith::CmpIOp::create(k, arith::CmpIPredicate::slt, lanes, k.broadcast(rest, integers));
  return arith::SelectOp::create(k, exist, read, k.constant(type, 0));
}

/// Where the row of a leaf begins that belongs to `index` of the result.
static Value rowAt(codegen::KernelBuilder &k, const TailCode &tail, const TailCode::Leaf &leaf,
                   Value index) {
  Value at = k.index(0);
  if (leaf.rows.empty())
    return at;
  Value row = k.div(index, tail.resultStep);
  for (const TailCode::Dimension &dimension : leaf.rows) {
    Value entry = k.div(row, dimension.inner);
    if (dimension.inner * dimension.size < tail.rows)
      entry = k.rem(entry, dimension.size);
    at = k.add(at, k.mul(entry, dimension.stride));
  }
  return at;
}

static Value loadLeaf(codegen::KernelBuilder &k, const TailCode &tail, const TailCode::Leaf &leaf,
                      VectorType type, Value index, Value channel) {
  if (leaf.number)
    return k.constant(type, double(*leaf.number));
  Value buffer = k.buffer(leaf.buffer);
  if (leaf.perChannel)
    return k.loadVector(type, buffer, channel);
  bool isAlike = leaf.rows.size() == 1 && leaf.rows[0].size == tail.rows &&
                 leaf.rows[0].stride == tail.resultStep && !leaf.oneColumn && leaf.channels == 0;
  if (isAlike)
    return loadReals(k, type, buffer, index);
  Value row = rowAt(k, tail, leaf, index);
  if (leaf.oneColumn)
    return k.broadcast(loadReal(k, buffer, row), type);
  if (leaf.channels > 0)
    return padded(k, leaf, type, row, channel);
  Value column = tail.isGrouped ? k.rem(index, tail.resultStep) : channel;
  return loadReals(k, type, buffer, k.add(row, column));
}

Value applyTail(codegen::KernelBuilder &k, const TailCode &tail, Value value, Value index,
                Value channel) {
  auto type = cast<VectorType>(value.getType());
  return tail.expression.evaluate(k, [&](unsigned i) {
    return i == 0 ? value : loadLeaf(k, tail, tail.leaves[i], type, index, channel);
  });
}

} // namespace tandem::cpu
