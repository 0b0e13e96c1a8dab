#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/onnx/elements.h"
#include "compiler/importers/onnx/schema.h"

#include "compiler/graph/graph.h"

#include "llvm/ADT/StringMap.h"

namespace tandem::onnx {

class GraphImport;
struct Scope;
using Values = llvm::SmallVector<mlir::Value>;

/// One node of the graph, while its handler turns it into graph ops.
///
/// Inputs are asked for by number, attributes by name; those that are absent have their default.
/// Readers of attributes return a default and make failed() true when one is of another kind; a
/// handler reads everything, then checks once. Errors are emitted as they are found.
class OnnxNode : public NodeBuilder {
public:
  OnnxNode(GraphImport &import, Scope &scope, proto::NodeProto &record);

  /// "Conv", or "com.microsoft.QLinearAdd" outside the default domain.
  const std::string &kind() const { return kind_; }
  const std::string &name() const { return name_; }
  /// The version of the operator's domain that the model was written for.
  int64_t opset() const { return opset_; }
  bool failed() const { return failed_; }

  size_t inputCount() const { return record_.input_size(); }
  size_t outputCount() const { return record_.output_size(); }
  /// Whether that input is there: trailing ones may be missing, others have an empty name.
  bool has(size_t index) const;
  /// Whether anything reads that output.
  bool isRead(size_t output) const;

  MaybeValue input(size_t index);
  /// From here on inputs come in the type that is computed in: f32 for smaller reals, i32 for
  /// smaller integers.
  void widenInputs() { widens_ = true; }
  /// From here on known inputs of 4 or 2 bits are bytes. They are no values all the same.
  void unpackCodes() { unpacks_ = true; }
  /// A null value when the input is left out.
  MaybeValue optionalInput(size_t index);
  /// All inputs, none of which may be left out.
  mlir::FailureOr<Values> inputs();
  /// A batch of images: rank 4, or rank 3 (one spatial dimension) with a height of 1 put in. Others
  /// are refused.
  MaybeValue image(size_t index);
  /// An input with its dimensions in another order. The weights of a file are read in that order.
  MaybeValue transposed(size_t index, llvm::ArrayRef<int64_t> permutation);

  /// The elements of an input known at compile time; nothing when it is not, or is left out.
  std::optional<Elements> known(size_t index);
  /// The shape of an input known at compile time.
  std::optional<llvm::SmallVector<int64_t>> knownShape(size_t index);
  /// The same, with what is computed at run time refused. `what` names it in messages.
  mlir::FailureOr<Elements> constant(size_t index, llvm::StringRef what);
  mlir::FailureOr<llvm::SmallVector<int64_t>> ints(size_t index, llvm::StringRef what);
  mlir::FailureOr<int64_t> scalarInt(size_t index, llvm::StringRef what);
  mlir::FailureOr<double> scalar(size_t index, llvm::StringRef what);

  bool hasAttribute(llvm::StringRef name) const { return find(name) != nullptr; }
  int64_t integer(llvm::StringRef name, std::optional<int64_t> absent = std::nullopt);
  double number(llvm::StringRef name, std::optional<double> absent = std::nullopt);
  std::string string(llvm::StringRef name, llvm::StringRef absent);
  llvm::SmallVector<int64_t>
  integers(llvm::StringRef name, std::optional<llvm::SmallVector<int64_t>> absent = std::nullopt);
  llvm::SmallVector<double> numbers(llvm::StringRef name);      ///< empty when absent
  llvm::SmallVector<std::string> strings(llvm::StringRef name); ///< empty when absent
  bool flag(llvm::StringRef name, bool absent) { return integer(name, absent) != 0; }
  mlir::FailureOr<Elements> tensor(llvm::StringRef name);
  /// An element type of the format by its number; refuses those that the graph has not.
  mlir::FailureOr<mlir::Type> elementType(llvm::StringRef name,
                                          std::optional<mlir::Type> absent = std::nullopt);
  /// A dimension of `rank`, counted from the front.
  int64_t axis(llvm::StringRef name, int64_t rank, std::optional<int64_t> absent = std::nullopt);
  /// An 'axes' attribute or input, whichever is there: ascending dimensions of `rank`.
  mlir::FailureOr<llvm::SmallVector<int64_t>> axes(size_t inputIndex, int64_t rank);
  /// Those dimensions, counted from the front, in the order given; no two may be the same.
  mlir::FailureOr<llvm::SmallVector<int64_t>> normalized(llvm::ArrayRef<int64_t> axes,
                                                         int64_t rank);

  /// A constant of the graph. Large elements that are owned are not copied.
  MaybeValue constantOf(const Elements &elements);
  /// The same stored as codes of a quantized type.
  MaybeValue codesOf(const Elements &elements, mlir::Type quantized);

  /// The graph of an attribute as if its nodes stood here; its outputs. `inputs` are its own, by
  /// position.
  mlir::FailureOr<Values> importGraph(llvm::StringRef attribute,
                                      llvm::ArrayRef<mlir::Value> inputs);

  mlir::LogicalResult unsupported(const llvm::Twine &reason);
  mlir::LogicalResult invalid(const llvm::Twine &what);

private:
  /// See GraphImport::storedOf.
  std::optional<Elements> stored(size_t index, mlir::Type &type);
  proto::AttributeProto *find(llvm::StringRef name) const;
  /// The attribute when it is of that type; else says so.
  proto::AttributeProto *find(llvm::StringRef name, bool mayBeAbsent,
                              proto::AttributeProto::AttributeType type);

  GraphImport &import_;
  Scope &scope_;
  proto::NodeProto &record_;
  std::string kind_, name_;
  int64_t opset_ = 0;
  bool failed_ = false, widens_ = false, unpacks_ = false;
};

/// Returns as many values as the node has outputs that are read; the rest may be left out.
using Handler = mlir::FailureOr<Values> (*)(OnnxNode &);
/// The result for inputs that are all known; nothing leaves it to the handler.
using Evaluate = std::optional<Elements> (*)(OnnxNode &, llvm::ArrayRef<Elements>);

/// Which elements a handler can take: any at all; or numbers, which it gets widened, and whose
/// result is narrowed again; or real ones of these, where integers are refused before it is asked.
enum class Takes { kAny, kNumbers, kReals };

/// The type that elements of a type are computed in.
mlir::Type widened(mlir::Type elementType);

/// Operator to handler; filled from the files of ops/.
class OpTable {
public:
  struct Entry {
    MaybeValue (*single)(OnnxNode &) = nullptr;
    Handler list = nullptr;
    Evaluate evaluate = nullptr;
    Takes takes = Takes::kAny;
  };

  void add(llvm::StringRef kind, MaybeValue (*handler)(OnnxNode &), Takes takes = Takes::kAny) {
    entries_[kind].single = handler;
    entries_[kind].takes = takes;
  }
  void addList(llvm::StringRef kind, Handler handler, Takes takes = Takes::kAny) {
    entries_[kind].list = handler;
    entries_[kind].takes = takes;
  }
  /// An operator without a handler is supported on known inputs only.
  void addEvaluation(llvm::StringRef kind, Evaluate evaluate) {
    entries_[kind].evaluate = evaluate;
  }
  const Entry *find(llvm::StringRef kind) const {
    auto entry = entries_.find(kind);
    return entry == entries_.end() ? nullptr : &entry->second;
  }
  /// The operators that have a handler, in no order.
  std::vector<std::string> names() const;

private:
  llvm::StringMap<Entry> entries_;
};
void registerAllOps(OpTable &table); // generated from ops/
/// The operators of ONNX without a handler; the data is refused.cpp.
const RefusedOperators &refusedOperators();

} // namespace tandem::onnx
