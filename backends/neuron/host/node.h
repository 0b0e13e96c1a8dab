#pragma once

#include "backends/neuron/host/graph_types.h"
#include "backends/neuron/host/model.h"
#include "compiler/graph/graph.h"
#include "compiler/importers/common/node_builder.h"

#include <array>
#include <map>
#include <optional>
#include <string>

namespace tandem::neuron::host {

class Node;
class GraphWriter;

/// Why a handler stopped, said where it did: `return node.unsupported() << "..."`. The first one
/// counts.
class Refusal {
public:
  Refusal(Node &node, bool invalid) : node_(node), invalid_(invalid) {}
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
  bool invalid_;
  std::string text_;
};

/// One operation of the model, as its handler sees it. Whatever is asked for and not there has been
/// said when a call fails.
class Node {
public:
  Node(GraphWriter &writer, const Operation &operation, mlir::Location location);

  NodeBuilder &build() { return build_; }
  mlir::OpBuilder &builder() { return build_.builder(); }
  mlir::Type f32() { return builder().getF32Type(); }

  size_t inputCount() const { return operation_.inputs.size(); }
  size_t outputCount() const { return operation_.outputs.size(); }
  const Operand &input(size_t index) const;
  const Operand &output(size_t index = 0) const;
  /// A trailing input that is not there, or one that is left out.
  bool isOmitted(size_t index) const;

  /// A tensor, half precision widened. The value of a constant is that of the client's memory.
  MaybeValue value(size_t index);
  // Numbers that are known when the model is compiled; the default is that of a trailing input.
  mlir::FailureOr<int64_t> integer(size_t index);
  mlir::FailureOr<int64_t> integerOr(size_t index, int64_t absent);
  mlir::FailureOr<llvm::SmallVector<int64_t>> integers(size_t index);
  mlir::FailureOr<float> real(size_t index);
  mlir::FailureOr<bool> flagOr(size_t index, bool absent);
  mlir::FailureOr<graph::Activation> fuse(size_t index);
  /// A dimension of `rank`, counted from the front.
  mlir::FailureOr<int64_t> axis(int64_t value, int64_t rank);
  /// The same of a tensor, as an operand gives it.
  mlir::FailureOr<int64_t> axisOf(mlir::Value tensor, size_t index,
                                  std::optional<int64_t> absent = std::nullopt);

  /// The element type that an output is computed in.
  mlir::FailureOr<mlir::Type> resultType(size_t index = 0);

  /// An op that one of the kernels runs. Where there is none for codes, the codes are taken as the
  /// real numbers they stand for, and the result rounded to codes again.
  template <typename OpT, typename... Arguments>
  MaybeValue make(mlir::Type elementType, const Arguments &...arguments) {
    return withKernel(build_.createTyped<OpT>(elementType, arguments...));
  }
  /// The same with the element type of the first argument.
  template <typename OpT, typename First, typename... Rest>
  MaybeValue makeLike(const First &first, const Rest &...rest) {
    return withKernel(build_.create<OpT>(first, rest...));
  }
  /// A tensor of one 32-bit integer, which broadcasts.
  MaybeValue integerTensor(int32_t number);
  /// A quantized value as the real numbers that it stands for; others stay as they are.
  MaybeValue real32(MaybeValue value);

  /// Gives an output its value: of the shape that the model says, if it does, and requantized where
  /// the model has other scales.
  mlir::LogicalResult setResult(MaybeValue value, size_t index = 0);
  template <typename OpT, typename... Arguments>
  mlir::LogicalResult emit(const Arguments &...arguments) {
    mlir::FailureOr<mlir::Type> type = resultType();
    if (failed(type))
      return mlir::failure();
    return setResult(make<OpT>(*type, arguments...));
  }

  /// Images come and go in channels-first order when the operation says so.
  MaybeValue image(size_t index, bool channelsFirst);
  mlir::LogicalResult setImage(MaybeValue value, bool channelsFirst);

  /// A model that makes sense, and goes beyond what is run here.
  Refusal unsupported() { return {*this, /*invalid=*/false}; }
  /// A model that contradicts itself.
  Refusal invalid() { return {*this, /*invalid=*/true}; }

private:
  friend class Refusal;
  friend class GraphWriter;

  MaybeValue withKernel(MaybeValue made);
  MaybeValue throughReals(mlir::Operation *op);
  MaybeValue realOperand(mlir::Operation *op, unsigned index);

  GraphWriter &writer_;
  const Operation &operation_;
  NodeBuilder build_;
  std::string refusal_;
  bool invalid_ = false;
};

/// Puts the ops of one operation into the graph.
using Handler = mlir::LogicalResult (*)(Node &);

/// Operations of the ABI by number, and general operations by the string that names them.
class HandlerTable {
public:
  void add(int32_t operation, Handler handler) { byNumber_[operation] = handler; }
  void add(std::string name, Handler handler) { byName_[std::move(name)] = handler; }
  Handler find(int32_t operation) const;
  Handler find(const std::string &name) const;

private:
  std::map<int32_t, Handler> byNumber_;
  std::map<std::string, Handler> byName_;
};

/// Generated by CMake from the files of ops/.
void registerAllHandlers(HandlerTable &table);

} // namespace tandem::neuron::host
