#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/torch/graph.h"

#include "llvm/ADT/StringMap.h"

#include <functional>
#include <utility>

namespace tandem::torch {

using Pair = llvm::SmallVector<int64_t, 2>; ///< (height, width)

/// The operators of PyTorch without a handler; the data is refused.cpp.
const RefusedOperators &refusedOperators();

/// Values by their names in the graph.
struct Environment {
  std::map<std::string, mlir::Value, std::less<>> tensors;
  std::map<std::string, int64_t, std::less<>> symbols;      ///< sizes computed from fixed shapes
  const std::map<std::string, TensorMeta> *metas = nullptr; ///< what the archive says of tensors
  UnsupportedOps unsupported{refusedOperators()};
};

class AtenNode;
/// A handler returns as many values as its node has outputs that are used; the rest may be left
/// out.
using Handler = std::function<mlir::FailureOr<llvm::SmallVector<mlir::Value>>(AtenNode &)>;

/// One node of the graph, while its handler turns it into graph ops.
///
/// Arguments are asked for by their names in the operator's schema; the archive leaves out those
/// that have their default. Readers return a default and make failed() true when an argument is of
/// another kind; a handler reads everything, then checks once. Errors are emitted as they are
/// found.
class AtenNode : public NodeBuilder {
public:
  AtenNode(mlir::OpBuilder &builder, const NodeRecord &record, Environment &environment);

  const NodeRecord &record() const { return record_; }
  /// "aten.conv2d.default", as shown to users.
  static llvm::StringRef shortTarget(llvm::StringRef target);
  bool failed() const { return failed_; }

  bool has(llvm::StringRef name) const { return find(name) != nullptr; }
  /// Whether the argument is a tensor; else it is a number or the like.
  bool isTensor(llvm::StringRef name) const;
  bool isString(llvm::StringRef name) const;
  /// A tensor argument. Failed when it is absent.
  MaybeValue tensor(llvm::StringRef name);
  /// A tensor argument, or null.
  MaybeValue optionalTensor(llvm::StringRef name);
  llvm::SmallVector<mlir::Value> tensors(llvm::StringRef name);
  /// The same, null where the list has none.
  llvm::SmallVector<mlir::Value> optionalTensors(llvm::StringRef name);
  /// Two operands in one type, that of the result unless it is a truth value. Either may be a
  /// number, unless both are.
  struct Operands {
    MaybeValue lhs = mlir::failure(), rhs = mlir::failure();
  };
  Operands operands(llvm::StringRef lhs = "self", llvm::StringRef rhs = "other");
  /// The element type that the archive says the first result has.
  std::optional<mlir::Type> resultType() const;
  /// What the handler makes of the node where that computes: reals of 16 bits in f32, in which the
  /// handler reads them and finds the types of its results. These are rounded again, as PyTorch
  /// rounds what each operator gives.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>> handled(const Handler &handler);

  int64_t integer(llvm::StringRef name, std::optional<int64_t> absent = std::nullopt);
  double number(llvm::StringRef name, std::optional<double> absent = std::nullopt);
  bool flag(llvm::StringRef name, bool absent);
  llvm::StringRef string(llvm::StringRef name, llvm::StringRef absent);
  llvm::SmallVector<int64_t>
  integers(llvm::StringRef name, std::optional<llvm::SmallVector<int64_t>> absent = std::nullopt);
  llvm::SmallVector<double> numbers(llvm::StringRef name);
  /// One or two integers, for height and width.
  Pair pair(llvm::StringRef name, std::optional<Pair> absent = std::nullopt);
  /// A dimension of `value`, counted from the front.
  int64_t dim(llvm::StringRef name, mlir::Value value,
              std::optional<int64_t> absent = std::nullopt);
  /// Dimensions of `value`, ascending; absent or empty means all.
  llvm::SmallVector<int64_t> dims(llvm::StringRef name, mlir::Value value);
  /// The element type that 'dtype' names, when it is given.
  std::optional<mlir::Type> dtype();
  /// Whether 'dtype' names complex64.
  bool isComplexDtype() const;
  /// Refuses a 'dtype' that is not the type of `value` anyway.
  void checkDtypeIs(mlir::Value value);

  /// A batch of images (rank 4), called one or the other name in the schema. Other ranks are
  /// refused.
  MaybeValue image(llvm::StringRef name, llvm::StringRef otherName = "");

  void defineSymbol(int64_t value) { environment_.symbols[record_.name] = value; }
  mlir::LogicalResult unsupported(const llvm::Twine &reason);
  mlir::LogicalResult invalid(const llvm::Twine &what);

private:
  const Json *find(llvm::StringRef name) const;
  MaybeValue operand(llvm::StringRef name, mlir::Type type);
  mlir::Type wide(mlir::Type type) const;
  mlir::Value wide(mlir::Value value);
  mlir::Type realType() const;
  mlir::Type givenType(size_t index, mlir::Value result, mlir::Type ofReals) const;
  std::optional<int64_t> symbolicInt(const Json &argument) const;
  std::optional<int64_t> asInteger(const Json &argument) const;
  std::optional<double> asReal(const Json &argument) const;
  std::optional<llvm::SmallVector<int64_t>> asIntegers(const Json &argument) const;
  template <typename T>
  T get(llvm::StringRef name, std::optional<T> absent, llvm::StringRef expected,
        llvm::function_ref<std::optional<T>(const Json &)> convert);

  const NodeRecord &record_;
  Environment &environment_;
  bool failed_ = false, widens_ = false;
};

/// Operator to handler; filled from the files of ops/.
class OpTable {
public:
  struct Entry {
    Handler handler = nullptr;
    /// It moves elements or makes constants, in any type.
    bool isMove = false;
    /// The result may be a window into the operand's memory in PyTorch, which matters when one of
    /// them is changed in place.
    bool isView = false;
    Handler ofComplex = nullptr; ///< where an operand is complex
    bool isOfParts = false;      ///< what it does to both parts is what it does
  };

  /// `target` without "torch.ops." ("aten.relu.default"). Forms that change their operand in place
  /// ("aten.relu_.default") come with it.
  void add(llvm::StringRef target, MaybeValue (*handler)(AtenNode &));
  void addMove(llvm::StringRef target, MaybeValue (*handler)(AtenNode &));
  void addView(llvm::StringRef target, MaybeValue (*handler)(AtenNode &));
  void addList(llvm::StringRef target, Handler handler);
  void addListMove(llvm::StringRef target, Handler handler);
  void addListView(llvm::StringRef target, Handler handler);
  // Complex operands (importers/common/complex.h) are refused but for these targets.
  void addOfComplex(llvm::StringRef target, MaybeValue (*handler)(AtenNode &));
  void addOfParts(llvm::StringRef target) { entries_[target].isOfParts = true; }
  /// The targets that have a handler, in no order.
  std::vector<std::string> names() const;

  const Entry *find(llvm::StringRef target) const;
  /// "aten.relu.default" of "aten.relu_.default"; "" of what does not change its operand.
  static std::string withoutInPlace(llvm::StringRef target);

private:
  void setHandler(llvm::StringRef target, Handler handler, bool isMove, bool isView);

  llvm::StringMap<Entry> entries_;
};
void registerAllOps(OpTable &table); // generated from ops/

/// The results of the entry's handler for a node without complex operands.
mlir::FailureOr<llvm::SmallVector<mlir::Value>> callHandler(AtenNode &node,
                                                            const OpTable::Entry &entry);
/// What the handler makes of a node, or makes of the parts of its complex operands.
mlir::FailureOr<llvm::SmallVector<mlir::Value>> handled(const OpTable::Entry &entry,
                                                        mlir::OpBuilder &builder,
                                                        const NodeRecord &record,
                                                        Environment &environment);

} // namespace tandem::torch
