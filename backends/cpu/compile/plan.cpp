#include "backends/cpu/compile/plan.h"

#include "backends/cpu/compile/bf16_pairs.h"
#include "backends/cpu/compile/bf16_storage.h"
#include "compiler/backend/work.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

Plan::Plan(const Region &region, ModelBuilder &builder, Settings settings)
    : builder_(builder), settings_(std::move(settings)),
      outputs_(region.outputs.begin(), region.outputs.end()) {
  int64_t position = 0;
  for (Operation *op : region.ops)
    positionOf_[op] = ++position;
  chooseUnsigned(region);
  if (settings_.precision == Precision::kBf16)
    bf16_ = valuesInBf16(region);
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

static double copyUs(const codegen::Kernel &kernel, const Processor &processor) {
  double bytes = 0;
  for (const codegen::BufferType &type : kernel.buffers)
    bytes += static_cast<double>(type.count) * static_cast<double>(elementSize(type.element));
  return processor.bytesPerUs > 0 ? bytes / processor.bytesPerUs : 0;
}

void Plan::end(const Processor &processor) {
  double us = 0;
  std::string name;
  for (Operation *op : planned_) {
    us += predictedUs(workOf(op), processor);
    name += (name.empty() ? "" : " + ") + graph::nodeName(op);
  }
  for (; named_ < steps_.size(); ++named_) {
    // Steps before the last prepare its operands: they are copies, more or less.
    bool isLast = named_ + 1 == steps_.size();
    double own = isLast ? us : copyUs(kernels_[named_], processor);
    steps_[named_].nanoseconds = static_cast<uint64_t>(own * 1e3);
    steps_[named_].name = name;
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
  for (Operation *each : tail.fused)
    fuse(each);
  return tail;
}

BufferId Plan::buffer(Value value) {
  if (!storesBf16(value))
    return builder_.bufferOf(value);
  auto [found, inserted] = bf16Buffers_.try_emplace(value, 0);
  if (inserted)
    found->second = scratch(typeOf(value)).id;
  return found->second;
}

TypedBuffer Plan::inBf16(Value value) {
  int64_t channels = graph::tensorType(value).getShape().back();
  if (storesBf16(value) && channels % 2 == 0)
    return typed(value);
  auto [found, inserted] = bf16Copies_.try_emplace(value);
  if (inserted)
    found->second = planRounding(typed(value), channels, *this);
  return found->second;
}

/// Both are stored in the same way.
void Plan::share(Value value, Value of) {
  if (storesBf16(value))
    bf16Buffers_[value] = buffer(of);
  else
    builder_.alias(value, of);
}

void Plan::alias(Value value, Value of) {
  share(value, of);
  shared_.insert(value);
  shared_.insert(of);
}

bool Plan::takeMemory(Value result, Value of, ArrayRef<Operation *> readers) {
  auto isDone = [&](Operation *user) {
    int64_t position = positionOf_.lookup(user); // 0: not of this region
    bool planned = fused_.contains(user) || (position > 0 && position < position_);
    return llvm::is_contained(readers, user) || (planned && !llvm::is_contained(planned_, user));
  };
  codegen::BufferType mine = typeOf(result), other = typeOf(of);
  // What a region is given stays as it is: for its fallback, and the model's next run.
  bool isOurs = of.getDefiningOp() && positionOf_.contains(of.getDefiningOp()) &&
                !outputs_.contains(of) && !shared_.contains(of);
  // A region's results may have their buffers already: from what it is the fallback of.
  if (!isOurs || outputs_.contains(result) || mine.element != other.element ||
      mine.count != other.count || !llvm::all_of(of.getUsers(), isDone))
    return false;
  share(result, of);
  return true;
}

codegen::BufferType Plan::typeOf(Value value) const {
  RankedTensorType type = graph::tensorType(value);
  ElementType element = storesUnsigned(value) ? ElementType::kU8
                        : storesBf16(value)   ? ElementType::kBF16
                                              : *graph::elementTypeOf(type.getElementType());
  return {element, type.getNumElements()};
}

void Plan::step(codegen::Kernel kernel, ArrayRef<BufferId> buffers) {
  builder_.step(buffers);
  steps_.push_back({.buffers = std::vector<BufferId>(buffers.begin(), buffers.end()), .name = {}});
  kernels_.push_back(std::move(kernel));
}

TailCode Buffers::add(const Tail &tail) {
  TailCode code;
  for (const TailOp &op : tail.ops) {
    unsigned buffer = 0;
    int64_t channels = 0, resultChannels = 0;
    if (op.kind == TailOp::kAdd) {
      buffer = addOnce(op.operand);
      int64_t own = graph::tensorType(op.operand).getShape().back();
      int64_t all = graph::tensorType(tail.result).getShape().back();
      if (own != all) {
        channels = own;
        resultChannels = all;
      }
    } else if (op.kind == TailOp::kPrelu)
      buffer = addPerChannel(graph::constantOf(op.operand)->as<float>().vec());
    code.ops.push_back({op.kind, op.low, op.high, buffer, channels, resultChannels});
  }
  return code;
}

} // namespace tandem::cpu
