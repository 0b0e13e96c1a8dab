#pragma once

#include "backends/cpu/compile/chain_choice.h"
#include "backends/cpu/compile/fusion.h"
#include "backends/cpu/compile/packing.h"
#include "backends/cpu/compile/settings.h"
#include "backends/cpu/compile/slices.h"
#include "compiler/backend/backend.h"
#include "compiler/codegen/kernel_builder.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace tandem::cpu {

/// Where a kernel's memory begins: in a buffer, so many bytes from its start.
struct BufferPlace {
  BufferId id;
  int64_t offset = 0;

  bool operator==(const BufferPlace &) const = default;
};

/// A buffer, and what a kernel sees in it.
struct TypedBuffer {
  BufferId id;
  codegen::BufferType type;
  int64_t offset = 0; ///< bytes before that

  BufferPlace place() const { return {id, offset}; }
};

/// The steps of a region while its ops are turned into kernels, one after another.
class Plan {
public:
  Plan(const Region &region, ModelBuilder &builder, Settings settings,
       llvm::function_ref<RowsApart(mlir::Operation *)> rowsApart, ElementCodeOf elementCode);

  const Settings &settings() const { return settings_; }

  /// The op that is being planned now. Values of later ops are not ready.
  void begin(mlir::Operation *op) {
    position_ = positionOf_.lookup(op);
    planned_.assign(1, op);
  }
  /// The op is planned: its steps get their name and kind, and the time that the processor's model
  /// says.
  void end(const Processor &processor);
  /// Whether an earlier op's kernel does this op's work too.
  bool isFused(mlir::Operation *op) const { return fused_.contains(op); }
  /// The kernel of an op that is planned now does the work of this one.
  void fuse(mlir::Operation *op) {
    if (fused_.insert(op).second)
      planned_.push_back(op);
  }
  /// Nothing is done for the op that is planned now; the one that reads its result does its work.
  void postpone(mlir::Operation *op) { postponed_.insert(op); }
  /// Fuses an op that was postponed; whether it was. Others that read its result may do so, too.
  bool takePostponed(mlir::Operation *op);
  /// What the op does to single elements, if it does.
  ElementCode elementCode(mlir::Operation *op) const { return elementCode_(op); }
  /// The op whose loop does this one's work, if no other kernel does: itself, or the last of its
  /// chain.
  mlir::Operation *lastOfChain(mlir::Operation *op) const {
    auto found = chains_.find(op);
    return found == chains_.end() ? op : found->second;
  }
  /// Whether one op of the region reads the value, and nothing else ever.
  bool isOnlyReadInside(mlir::Value value) const;
  /// Whether anything but ops of the region reads the value.
  bool isReadOutside(mlir::Value value) const;
  /// Whether the value is there for the op that is planned now.
  bool isReady(mlir::Value value) const;
  /// Whether the op's work was left to a later one, or by that to the one that is planned now.
  bool isPostponed(mlir::Operation *op) const {
    return postponed_.contains(op) ||
           (llvm::is_contained(planned_, op) && positionOf(op) < position_);
  }
  /// Whether everything that the op reads was read by steps that were planned before.
  bool isBehind(mlir::Operation *op) const;
  /// Of an op of the region, from 1; 0 of others.
  int64_t positionOf(mlir::Operation *op) const { return positionOf_.lookup(op); }
  /// The ops that can be fused behind `op`.
  Tail tailOf(mlir::Operation *op, graph::Activation activation) const;
  /// The same, and takes them out of the plan.
  Tail takeTail(mlir::Operation *op, graph::Activation activation);
  /// A value that is never there as a whole: kernels write and read parts of it here.
  void keep(mlir::Value value, TypedBuffer parts) { parts_[value] = parts; }

  /// What a kernel sees of the value: up to its last element, with what lies between its rows.
  codegen::BufferType typeOf(mlir::Value value) const;
  /// Elements from row to row of the last dimension, where the value lies; those of a row but for
  /// results and operands that the op's handler takes with their rows apart (OpHandler::rowsApart).
  int64_t stepOf(mlir::Value value) const;
  /// The same of all dimensions.
  std::vector<int64_t> stridesOf(mlir::Value value) const;
  /// Whether the codes of a value of i8 are stored as u8, 128 more: between products, which take
  /// unsigned ones. Other ops never see such a value.
  bool storesUnsigned(mlir::Value value) const { return unsigned_.contains(value); }
  /// Whether the reals of a value of f32 are stored in 16 bits, narrowElement(). Ops that do not
  /// ask, or do not use loadReals() and the like, never see such a value.
  bool storesIn16Bits(mlir::Value value) const { return narrow_.contains(value); }
  /// bf16 or f16, as the user asks for.
  ElementType narrowElement() const {
    return settings_.precision == Precision::kBf16 ? ElementType::kBF16 : ElementType::kF16;
  }
  /// The reals of an f32 value in 16 bits, those of bf16 with a zero behind an odd number of
  /// channels: as they are stored, or a copy that a step makes.
  TypedBuffer in16Bits(mlir::Value value);
  /// The reals of an f32 value as products by constant weights take them.
  TypedBuffer factor(mlir::Value value) { return settings_.inF16 ? in16Bits(value) : typed(value); }
  TypedBuffer typed(mlir::Value value);
  BufferId scratch(int64_t bytes) { return builder_.scratch(static_cast<uint64_t>(bytes)); }
  TypedBuffer scratch(codegen::BufferType type) {
    return {scratch(type.count * static_cast<int64_t>(elementSize(type.element))), type};
  }
  template <typename T> BufferId constant(const std::vector<T> &elements) {
    return builder_.constant(
        {reinterpret_cast<const char *>(elements.data()), elements.size() * sizeof(T)});
  }
  void alias(mlir::Value value, mlir::Value of);
  /// Lets `result` have the memory of `of`, if nobody needs that any more behind the ops that are
  /// planned now; whether it does. Of these only `readers` may read `of`, each element just before
  /// they write the result's at the same place, once. Before the result's buffer is asked for.
  bool takeMemory(mlir::Value result, mlir::Value of, llvm::ArrayRef<mlir::Operation *> readers);

  /// Runs `kernel` with these buffers, one for each of kernel.buffers.
  void step(codegen::Kernel kernel, llvm::ArrayRef<BufferPlace> buffers);

  struct Step {
    std::vector<BufferPlace> buffers;
    uint64_t nanoseconds = 0; ///< that one thread takes at most, by a model; 0: not known
    std::string name;         ///< the nodes of the source model that were planned together
    std::string op;           ///< and their kinds, as the graph calls them
  };
  const std::vector<Step> &steps() const { return steps_; }
  const std::vector<codegen::Kernel> &kernels() const { return kernels_; } ///< one per step

private:
  void chooseUnsigned(const Region &region);
  BufferId buffer(mlir::Value value);
  /// What the value is a slice of, itself if of none, and so many elements from its beginning.
  std::pair<mlir::Value, int64_t> wholeOf(mlir::Value value) const;
  void share(mlir::Value value, mlir::Value of);

  ModelBuilder &builder_;
  Settings settings_;
  ElementCodeOf elementCode_;
  Chains chains_;
  llvm::SmallVector<mlir::Operation *> planned_; ///< the one begun, and those fused into it
  llvm::DenseMap<mlir::Operation *, int64_t> positionOf_; ///< of ops of the region, from 1
  llvm::DenseSet<mlir::Value> outputs_;
  llvm::DenseSet<mlir::Operation *> fused_;
  llvm::DenseSet<mlir::Operation *> postponed_; ///< and not taken yet
  int64_t position_ = 0;
  std::vector<Step> steps_;
  size_t named_ = 0; ///< steps of the ops before
  std::vector<codegen::Kernel> kernels_;
  llvm::DenseSet<mlir::Value> unsigned_;
  llvm::DenseSet<mlir::Value> narrow_;                  ///< stored in 16 bits
  llvm::DenseMap<mlir::Value, BufferId> narrowBuffers_; ///< half as large as the builder's
  llvm::DenseMap<mlir::Value, TypedBuffer> narrowCopies_;
  llvm::DenseMap<mlir::Value, TypedBuffer> parts_; ///< of those that are kept in parts
  llvm::DenseSet<mlir::Value> shared_;             ///< have the bytes of another value
  Slices slices_;
};

/// Collects the buffers of one kernel: the type for the code, the id for the step.
class Buffers {
public:
  explicit Buffers(Plan &plan) : plan_(plan) {}
  unsigned add(mlir::Value value) { return add(plan_.typed(value)); }
  unsigned add(TypedBuffer buffer) {
    for (size_t i = 0; areShared && i < ids.size(); ++i)
      if (ids[i] == buffer.place() && types[i].element == buffer.type.element)
        return static_cast<unsigned>(i);
    ids.push_back(buffer.place());
    types.push_back(buffer.type);
    return static_cast<unsigned>(ids.size() - 1);
  }
  unsigned add(BufferId id, codegen::BufferType type) { return add(TypedBuffer{id, type}); }
  unsigned addConstant(const std::vector<float> &elements) {
    return add(plan_.constant(elements),
               {ElementType::kF32, static_cast<int64_t>(elements.size())});
  }
  unsigned addConstant(const std::vector<int32_t> &elements) {
    return add(plan_.constant(elements),
               {ElementType::kI32, static_cast<int64_t>(elements.size())});
  }
  /// One element per output channel, and zeros up to whole panels behind each group of channels.
  template <typename T> unsigned addPerChannel(const std::vector<T> &elements) {
    return addConstant(paddedGroups(llvm::ArrayRef<T>(elements), channelGroups, kPanel));
  }
  /// As add(), unless the kernel has that buffer already: of values that share their memory it sees
  /// one.
  unsigned addOnce(mlir::Value value) {
    auto found = llvm::find(ids, plan_.typed(value).place());
    return found == ids.end() ? add(value) : static_cast<unsigned>(found - ids.begin());
  }
  /// The operands of a tail; constants per channel are padded to whole panels.
  TailCode add(const Tail &tail);

  const Plan &plan() const { return plan_; }

  std::vector<BufferPlace> ids;
  std::vector<codegen::BufferType> types;
  int64_t channelGroups = 1;
  /// Of a kernel with the code of several ops: a buffer that is there already is not added again,
  /// as those of a kernel are taken for different memory.
  bool areShared = false;

private:
  TailCode::Leaf add(const TailLeaf &leaf, int64_t channels);

  Plan &plan_;
};

} // namespace tandem::cpu
