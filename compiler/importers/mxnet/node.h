#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/mxnet/parameters.h"
#include "compiler/importers/mxnet/symbol.h"

#include "compiler/graph/graph.h"

#include "llvm/ADT/StringMap.h"

#include <optional>

namespace tandem::mxnet {

inline constexpr auto kNoActivation = graph::Activation::None;

using Ints = llvm::SmallVector<int64_t>;
using Values = llvm::SmallVector<mlir::Value>;

/// Parameters of the file, and the constants that were made of them, by the order of dimensions.
struct ConstantSource {
  llvm::StringRef name;
  const StoredArray *array = nullptr;
  std::map<std::vector<int64_t>, mlir::Value> made;
};

/// What a node reads: a result of an earlier node or an input of the model, or parameters, which
/// become constants when they are asked for.
struct Operand {
  mlir::Value value;
  ConstantSource *source = nullptr;
};

/// One node of the symbol, while its handler turns it into graph ops.
///
/// Attributes are asked for by name; those that are absent have MXNet's default, and "None" stands
/// for absent. Readers return a default and make failed() true when one is of another kind; a
/// handler reads everything, then checks once. Errors are emitted as they are found.
class SymbolNode : public NodeBuilder {
public:
  SymbolNode(mlir::OpBuilder &builder, const NodeRecord &record, llvm::ArrayRef<Operand> operands,
             UnsupportedOps &unsupported);

  bool failed() const { return failed_; }
  /// Whether it is one of numpy's operators, whose truth values are truth values, and which have
  /// scalars.
  bool isNumpy() const { return llvm::StringRef(record_.op).starts_with("_np"); }
  size_t inputCount() const { return operands_.size(); }
  MaybeValue input(size_t index);
  /// All inputs; at least one.
  mlir::FailureOr<Values> inputs();
  /// An input with its dimensions in another order. Parameters are put into it as they are read.
  MaybeValue transposed(size_t index, llvm::ArrayRef<int64_t> permutation);
  /// The dimensions of an input.
  mlir::FailureOr<Ints> shape(size_t index) const;
  /// Refuses an input of another shape than that; `what` names it.
  mlir::LogicalResult checkShape(size_t index, llvm::StringRef what,
                                 llvm::ArrayRef<int64_t> expected);

  bool has(llvm::StringRef name) const { return find(name).has_value(); }
  /// Whether it is there, as None, where that is not the default.
  bool isNone(llvm::StringRef name) const;
  int64_t integer(llvm::StringRef name, std::optional<int64_t> absent = std::nullopt);
  double number(llvm::StringRef name, std::optional<double> absent = std::nullopt);
  bool flag(llvm::StringRef name, bool absent);
  llvm::StringRef string(llvm::StringRef name, llvm::StringRef absent) const;
  /// A tuple, or one number.
  Ints integers(llvm::StringRef name, std::optional<Ints> absent = std::nullopt);
  /// A tuple of pairs, one behind the other.
  Ints pairs(llvm::StringRef name);
  /// A tuple of numbers, or one.
  llvm::SmallVector<double> numbers(llvm::StringRef name, llvm::SmallVector<double> absent);
  /// A tuple some of whose entries may be None.
  llvm::SmallVector<std::optional<int64_t>> optionalIntegers(llvm::StringRef name);
  /// A dimension of `rank`, counted from the front.
  int64_t axis(llvm::StringRef name, int64_t rank, std::optional<int64_t> absent = std::nullopt);
  /// Dimensions of `rank`, ascending; all when the attribute is absent or ().
  Ints axes(llvm::StringRef name, int64_t rank);
  /// The element type that 'dtype' names, of those that the graph has.
  std::optional<mlir::Type> dtype(llvm::StringRef absent = "");

  /// Whether the elements are real numbers; an integer tensor is refused.
  mlir::LogicalResult checkIsReal(mlir::Value value);

  mlir::LogicalResult unsupported(const llvm::Twine &reason);
  mlir::LogicalResult invalid(const llvm::Twine &what);

private:
  std::optional<llvm::StringRef> find(llvm::StringRef name) const;
  template <typename T>
  T get(llvm::StringRef name, std::optional<T> absent, llvm::StringRef expected,
        std::optional<T> (*parse)(llvm::StringRef));

  const NodeRecord &record_;
  llvm::ArrayRef<Operand> operands_;
  UnsupportedOps &unsupported_;
  bool failed_ = false;
};

/// Returns as many values as the node has results that can be read; the rest may be left out.
using Handler = mlir::FailureOr<Values> (*)(SymbolNode &);

/// Operator to handler; filled from the files of ops/.
class OpTable {
public:
  struct Entry {
    MaybeValue (*single)(SymbolNode &) = nullptr;
    Handler list = nullptr;
    /// Inputs from this one on are for training only: labels. Nothing is made of them.
    size_t inputsRead = SIZE_MAX;
    llvm::SmallVector<llvm::StringRef, 0> outputs; ///< names of its own, where it has them
  };

  void add(llvm::StringRef op, MaybeValue (*handler)(SymbolNode &)) {
    entries_[op].single = handler;
  }
  /// An operator whose inputs behind the first are labels.
  void addLoss(llvm::StringRef op, MaybeValue (*handler)(SymbolNode &)) {
    entries_[op].single = handler;
    entries_[op].inputsRead = 1;
  }
  void addList(llvm::StringRef op, Handler handler) { entries_[op].list = handler; }
  void nameOutputs(llvm::StringRef op, llvm::ArrayRef<llvm::StringRef> names) {
    entries_[op].outputs.assign(names.begin(), names.end());
  }
  /// Another name of an operator, which may come later.
  void addName(llvm::StringRef name, llvm::StringRef op) { names_[name] = op.str(); }
  const Entry *find(llvm::StringRef op) const {
    auto name = names_.find(op);
    auto entry = entries_.find(name == names_.end() ? op : llvm::StringRef(name->second));
    return entry == entries_.end() ? nullptr : &entry->second;
  }
  /// The operators that have a handler, in no order.
  std::vector<std::string> names() const;

private:
  llvm::StringMap<Entry> entries_;
  llvm::StringMap<std::string> names_;
};
void registerAllOps(OpTable &table); // generated from ops/
/// The operators of MXNet without a handler; the data is refused.cpp.
const RefusedOperators &refusedOperators();

} // namespace tandem::mxnet
