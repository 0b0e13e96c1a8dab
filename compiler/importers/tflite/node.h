#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/tflite/reader.h"

#include "compiler/graph/graph.h"

#include "llvm/ADT/StringMap.h"

#include <map>
#include <optional>

namespace tandem::tflite {

class GraphImport;
class Node;

/// Why a handler stopped, said where it did: `return node.invalid() << "..."`. Reports on
/// destruction.
class Refusal {
public:
  enum class Kind { kUnsupported, kInvalid };
  Refusal(Node &node, Kind kind) : node_(node), kind_(kind) {}
  Refusal(const Refusal &) = delete;
  ~Refusal();

  template <typename Part> Refusal &operator<<(const Part &part) {
    llvm::raw_string_ostream(text_) << part;
    return *this;
  }
  operator mlir::LogicalResult() const { return mlir::failure(); }
  template <typename T> operator mlir::FailureOr<T>() const { return mlir::failure(); }

private:
  Node &node_;
  Kind kind_;
  std::string text_;
};

/// One operator of the file, as its handler sees it. Whatever is asked for and not there has been
/// reported when a call fails.
class Node {
public:
  Node(GraphImport &graph, const schema::Operator &op, const schema::OperatorCode &code);

  llvm::StringRef kind() const { return kind_; } ///< "CONV_2D"
  llvm::StringRef name() const {
    return name_;
  } ///< of its first output, as the format has no other
  int version() const { return version_; }
  NodeBuilder &build() { return build_; }
  mlir::OpBuilder &builder() { return build_.builder(); }

  size_t inputCount() const;
  size_t outputCount() const;
  /// Whether that input is there: trailing ones may be missing, others are -1.
  bool hasInput(size_t index) const;
  /// Whether codes are read and written as the reals that they stand for, as every operator with
  /// codes of 16 bits is computed that does more than move elements (docs/decisions/0008), and some
  /// with codes of 8.
  bool computesInReals() const { return inReals_; }
  /// Whether the input is a variable: zeros before a run.
  bool isVariable(size_t index) const;
  mlir::FailureOr<mlir::Value> input(size_t index);
  /// A null value when the input is left out.
  mlir::FailureOr<mlir::Value> optionalInput(size_t index);
  /// Scales and zero points that the file gives an input; none where it has no codes.
  Quantization inputQuantization(size_t index);
  /// The element type that the file gives an output; f32 for codes computed as reals, and of
  /// complex numbers that of a part.
  mlir::FailureOr<mlir::Type> outputType(size_t index = 0);
  /// Whether the file says that an output is complex.
  bool isComplexOutput(size_t index = 0) const;
  /// The element type that the file gives an input, or a result that the operator keeps for itself.
  mlir::FailureOr<mlir::Type> inputType(size_t index);
  mlir::FailureOr<mlir::Type> intermediateType(size_t index);
  /// The shape that the file gives an output. Only for what no operand says.
  llvm::SmallVector<int64_t> outputShape(size_t index = 0);

  /// The elements of an input known at compile time, of type i32 or i64. `what` names it in
  /// messages.
  mlir::FailureOr<llvm::SmallVector<int64_t>> constantInts(size_t index, llvm::StringRef what);
  mlir::FailureOr<int64_t> constantInt(size_t index, llvm::StringRef what);
  /// A dimension of `rank`, counted from the front.
  mlir::FailureOr<int64_t> axis(int64_t value, int64_t rank);

  /// All inputs, none of which may be left out.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>> inputs();
  /// The operators of another subgraph as if they stood here; its outputs.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>>
  importSubgraph(int64_t index, llvm::ArrayRef<mlir::Value> inputs);

  /// The options of operators that the first union of options has no room for.
  template <typename Options> mlir::FailureOr<const Options *> options2();
  /// The operator's options. Absent ones are those of an empty table: all defaults.
  template <typename Options> mlir::FailureOr<const Options *> options();
  mlir::FailureOr<graph::Activation> activation(schema::ActivationFunctionType type);
  /// The bytes of a custom operator's options, in a form of its own.
  llvm::ArrayRef<uint8_t> customOptions() const;

  mlir::LogicalResult setOutput(mlir::FailureOr<mlir::Value> value, size_t index = 0);
  /// All outputs, as many as there are values.
  mlir::LogicalResult setOutputs(llvm::ArrayRef<mlir::Value> values);
  /// A constant that operators of one kind share; `make` makes it for the first.
  mlir::FailureOr<mlir::Value> shared(const llvm::Twine &name,
                                      llvm::function_ref<mlir::FailureOr<mlir::Value>()> make);
  /// What an input that is kept from one run to the next becomes (GraphImport::findStates).
  void keepState(size_t index, mlir::Value value);
  /// Creates an op of the type that the file gives to the first output, and makes it the output.
  template <typename OpT, typename... Arguments>
  mlir::LogicalResult emit(const Arguments &...arguments) {
    mlir::FailureOr<mlir::Type> type = outputType();
    if (failed(type))
      return mlir::failure();
    return setOutput(build_.createTyped<OpT>(*type, arguments...));
  }

  /// A well-formed operator that goes beyond what the graph can say; the import goes on.
  Refusal unsupported() { return {*this, Refusal::Kind::kUnsupported}; }
  /// An operator that makes no sense; the import ends.
  Refusal invalid() { return {*this, Refusal::Kind::kInvalid}; }

private:
  friend class Refusal;

  GraphImport &graph_;
  const schema::Operator &op_;
  int version_;
  std::string kind_, name_;
  NodeBuilder build_;
  bool inReals_ = false;
};

/// Puts the ops of one operator into the graph.
using Handler = mlir::LogicalResult (*)(Node &);

/// Operators by their number in the format, custom ones by their name.
class OpTable {
public:
  void add(schema::BuiltinOperator op, Handler handler) {
    handlers_[static_cast<int>(op)] = handler;
  }
  void addCustom(llvm::StringRef name, Handler handler) { custom_[name] = handler; }
  Handler find(const schema::OperatorCode &code) const;

  /// The names of all operators that have a handler, in the format's order; custom ones behind
  /// them.
  std::vector<std::string> names() const;

private:
  std::map<int, Handler> handlers_; ///< any int may be asked for, which DenseMap does not allow
  llvm::StringMap<Handler> custom_;
};

/// Generated by CMake from the files of ops/.
void registerAllOps(OpTable &table);
/// The operators of TensorFlow Lite without a handler; the data is refused.cpp.
const RefusedOperators &refusedOperators();

/// A table whose vtable holds no field reads as all defaults.
template <typename Options> const Options *noOptions() {
  alignas(8) static const uint8_t kEmpty[] = {4, 0, 4, 0, 4, 0, 0, 0};
  return reinterpret_cast<const Options *>(kEmpty + 4);
}

template <typename Options> mlir::FailureOr<const Options *> Node::options2() {
  if (op_.builtin_options_2_type() == schema::BuiltinOptions2::NONE || !op_.builtin_options_2())
    return noOptions<Options>();
  if (op_.builtin_options_2_type() != schema::BuiltinOptions2Traits<Options>::enum_value)
    return invalid() << "has options of another operator ("
                     << schema::EnumNameBuiltinOptions2(op_.builtin_options_2_type()) << ")";
  return static_cast<const Options *>(op_.builtin_options_2());
}

template <typename Options> mlir::FailureOr<const Options *> Node::options() {
  if (op_.builtin_options_type() == schema::BuiltinOptions::NONE || !op_.builtin_options())
    return noOptions<Options>();
  constexpr auto kExpected = schema::BuiltinOptionsTraits<Options>::enum_value;
  if (op_.builtin_options_type() != kExpected)
    return invalid() << "has options of type " << static_cast<int>(op_.builtin_options_type())
                     << " (" << schema::EnumNameBuiltinOptions(op_.builtin_options_type())
                     << "), expected " << static_cast<int>(kExpected) << " ("
                     << schema::EnumNameBuiltinOptions(kExpected) << ")";
  return static_cast<const Options *>(op_.builtin_options());
}

} // namespace tandem::tflite
