#include "backends/cpu/compile/plan.h"

#include "backends/cpu/compile/bf16_pairs.h"
#include "backends/cpu/compile/narrow_storage.h"
#include "compiler/backend/work.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tandem::cpu {

Plan::Plan(const Region &region, ModelBuilder &builder, Settings settings,
           function_ref<RowsApart(Operation *)> rowsApart, ElementCodeOf elementCode)
    : builder_(builder), settings_(std::move(settings)), elementCode_(std::move(elementCode)),
      chains_(chooseChains(region, elementCode_)),
      outputs_(region.outputs.begin(), region.outputs.end()) {
  int64_t position = 0;
  for (Operation *op : region.ops)
    positionOf_[op] = ++position;
  chooseUnsigned(region);
  if (settings_.precision == Precision::kBf16 || settings_.inF16)
    narrow_ = valuesIn16Bits(region);
  auto storedAlike = [&](Value a, Value b) {
    return graph::tensorType(a).getElementType() == graph::tensorType(b).getElementType() &&
           typeOf(a).element == typeOf(b).element;
  };
  auto bytesOf = [&](Value value) {
    codegen::BufferType type = typeOf(value);
    return type.count * static_cast<int64_t>(elementSize(type.element));
  };
  slices_ = chooseSlices(region, {rowsApart, storedAlike, bytesOf});
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
  SmallVector<std::string> names, kinds;
  // As the data flows: what was fused may stand before the op.
  llvm::sort(planned_, [&](Operation *a, Operation *b) {
    return positionOf_.lookup(a) < positionOf_.lookup(b);
  });
  for (Operation *op : planned_) {
    us += predictedUs(workOf(op), processor);
    names.push_back(graph::nodeName(op));
    kinds.push_back(op->getName().stripDialect().str());
  }
  for (; named_ < steps_.size(); ++named_) {
    // Steps before the last prepare its operands: they are copies, more or less.
    bool isLast = named_ + 1 == steps_.size();
    double own = isLast ? us : copyUs(kernels_[named_], processor);
    steps_[named_].nanoseconds = static_cast<uint64_t>(own * 1e3);
    steps_[named_].name = llvm::join(names, " + ");
    steps_[named_].op = llvm::join(kinds, " + ");
  }
}

bool Plan::takePostponed(Operation *op) {
  if (!postponed_.contains(op))
    return false;
  auto isServed = [&](Operation *reader) {
    return lastOfChain(reader) == planned_.front() || isBehind(reader);
  };
  if (llvm::all_of(op->getResult(0).getUsers(), isServed))
    postponed_.erase(op);
  fused_.insert(op);
  planned_.push_back(op);
  return true;
}

bool Plan::isBehind(Operation *op) const {
  int64_t position = positionOf(op); // 0: not of this region
  return (fused_.contains(op) || (position > 0 && position < position_)) &&
         !postponed_.contains(op) && !llvm::is_contained(planned_, op);
}

bool Plan::isOnlyReadInside(Value value) const {
  return !outputs_.contains(value) && value.hasOneUse() &&
         positionOf_.contains(*value.getUsers().begin());
}

bool Plan::isReadOutside(Value value) const {
  return outputs_.contains(value) || llvm::any_of(value.getUsers(), [&](Operation *reader) {
           return !positionOf_.contains(reader);
         });
}

bool Plan::isReady(Value value) const {
  Operation *definition = value.getDefiningOp();
  // Ops outside the region ran before it, or are constants.
  return !definition || (positionOf(definition) < position_ && !isPostponed(definition));
}

Tail Plan::tailOf(Operation *op, graph::Activation activation) const {
  return fuseTail(op, activation, *this);
}

Tail Plan::takeTail(Operation *op, graph::Activation activation) {
  Tail tail = tailOf(op, activation);
  for (Operation *each : tail.fused) {
    postponed_.erase(each);
    fuse(each);
  }
  return tail;
}

/// Of a value that is no slice.
BufferId Plan::buffer(Value value) {
  if (!storesIn16Bits(value))
    return builder_.bufferOf(value);
  auto [found, inserted] = narrowBuffers_.try_emplace(value, 0);
  if (inserted)
    found->second = scratch(typeOf(value)).id;
  return found->second;
}

std::pair<Value, int64_t> Plan::wholeOf(Value value) const {
  int64_t offset = 0;
  for (auto slice = slices_.find(value); slice != slices_.end(); slice = slices_.find(value)) {
    offset += slice->second.offset;
    value = slice->second.of;
  }
  return {value, offset};
}

TypedBuffer Plan::typed(Value value) {
  if (auto parts = parts_.find(value); parts != parts_.end())
    return parts->second;
  codegen::BufferType type = typeOf(value);
  auto [whole, offset] = wholeOf(value);
  return {buffer(whole), type, offset * static_cast<int64_t>(elementSize(type.element))};
}

int64_t Plan::stepOf(Value value) const {
  auto slice = slices_.find(value);
  return slice == slices_.end() ? rowOf(value) : slice->second.step;
}

std::vector<int64_t> Plan::stridesOf(Value value) const {
  ArrayRef<int64_t> shape = graph::tensorType(value).getShape();
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = d + 1 == shape.size() ? stepOf(value) : strides[d] * shape[d];
  return strides;
}

TypedBuffer Plan::in16Bits(Value value) {
  int64_t channels = graph::tensorType(value).getShape().back();
  bool isPaired = channels % 2 == 0 || narrowElement() == ElementType::kF16;
  if (storesIn16Bits(value) && isPaired)
    return typed(value);
  auto [found, inserted] = narrowCopies_.try_emplace(value);
  if (inserted)
    found->second = planRounding(typed(value), channels, *this);
  return found->second;
}

/// Both are stored in the same way.
void Plan::share(Value value, Value of) {
  if (storesIn16Bits(value))
    narrowBuffers_[value] = buffer(of);
  else
    builder_.alias(value, of);
}

void Plan::alias(Value value, Value of) {
  if (auto slice = slices_.find(of); slice != slices_.end()) {
    slices_.try_emplace(value, Slice{slice->second.of, slice->second.offset, rowOf(value)});
    return;
  }
  share(value, of);
  shared_.insert(value);
  shared_.insert(of);
}

bool Plan::takeMemory(Value result, Value of, ArrayRef<Operation *> readers) {
  auto isBehind = [&](Operation *user) { return this->isBehind(user); };
  auto isDone = [&](Operation *user) {
    return (llvm::is_contained(readers, user) && !postponed_.contains(user)) || isBehind(user);
  };
  codegen::BufferType mine = typeOf(result), other = typeOf(of);
  // What a slice is of may be read later, and of what is whole the slices: by the readers too, that
  // read a slice for other elements than those where it lies.
  if (slices_.contains(result) || slices_.contains(of))
    return false;
  for (auto &[slice, place] : slices_)
    if (wholeOf(slice).first == of && !llvm::all_of(slice.getUsers(), isBehind))
      return false;
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
  ElementType element = storesUnsigned(value)   ? ElementType::kU8
                        : storesIn16Bits(value) ? narrowElement()
                                                : *graph::elementTypeOf(type.getElementType());
  int64_t row = rowOf(value), rows = type.getNumElements() / row;
  return {element, (rows - 1) * stepOf(value) + row};
}

void Plan::step(codegen::Kernel kernel, ArrayRef<BufferPlace> buffers) {
  SmallVector<BufferId> ids;
  for (const BufferPlace &buffer : buffers)
    ids.push_back(buffer.id);
  builder_.step(ids);
  steps_.emplace_back().buffers = buffers.vec();
  kernels_.push_back(std::move(kernel));
}

/// How the rows of a result are counted through to find those of an operand that broadcasts to
/// `box`: from the innermost dimension on, neighbours that lie as one joined.
static std::vector<TailCode::Dimension> rowsOf(const TailLeaf &leaf, ArrayRef<int64_t> strides) {
  ArrayRef<int64_t> shape = graph::tensorType(leaf.value).getShape();
  std::vector<TailCode::Dimension> rows;
  if (leaf.box.empty())
    return rows;
  int64_t inner = 1;
  size_t missing = leaf.box.size() - shape.size();
  for (size_t d = leaf.box.size() - 1; d-- > 0; inner *= leaf.box[d]) {
    if (d < missing || shape[d - missing] == 1)
      continue;
    TailCode::Dimension next{inner, leaf.box[d], strides[d - missing]};
    bool joins = !rows.empty() && rows.back().inner * rows.back().size == inner &&
                 rows.back().stride * rows.back().size == next.stride;
    if (joins)
      rows.back().size *= next.size;
    else
      rows.push_back(next);
  }
  return rows;
}

TailCode::Leaf Buffers::add(const TailLeaf &leaf, int64_t channels) {
  if (!leaf.value)
    return {};
  if (auto number = constantNumber(leaf.value))
    return {.number = number};
  int64_t own = rowOf(leaf.value);
  bool isRow = graph::tensorType(leaf.value).getNumElements() == own && own == channels;
  if (auto constant = graph::constantOf(leaf.value); constant && isRow)
    return {.buffer = addPerChannel(constant->as<float>().vec()), .perChannel = true};
  return {.buffer = addOnce(leaf.value),
          .rows = rowsOf(leaf, plan_.stridesOf(leaf.value)),
          .oneColumn = own == 1 && channels != 1 && !leaf.isPadded,
          .channels = leaf.isPadded ? own : 0};
}

TailCode Buffers::add(const Tail &tail) {
  int64_t channels = rowOf(tail.result);
  TailCode code{.expression = tail.expression,
                .rows = graph::tensorType(tail.result).getNumElements() / channels,
                .resultStep = plan_.stepOf(tail.result),
                .isGrouped = channelGroups > 1};
  for (const TailLeaf &leaf : tail.leaves)
    code.leaves.push_back(add(leaf, channels));
  return code;
}

} // namespace tandem::cpu
