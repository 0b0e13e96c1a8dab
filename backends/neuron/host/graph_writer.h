#pragma once

#include "backends/neuron/host/node.h"
#include "compiler/importers/common/main_function.h"

#include "mlir/IR/MLIRContext.h"

#include <memory>
#include <optional>

namespace tandem::neuron::host {

/// Writes a model into a function of the graph dialect, operation by operation. One that cannot be
/// written leaves values of its results' types behind, so that those after it can be looked at.
class GraphWriter {
public:
  explicit GraphWriter(const Model &model);

  /// All operations, in order. `support` says of each why it was not written; a model that
  /// contradicts itself is refused.
  Reply write(SupportReasons &support);
  /// Ends the function, when every operation was written.
  Reply finish();

  mlir::ModuleOp module() { return *main_.module; }
  mlir::func::FuncOp function() { return main_.function; }

private:
  friend class Node;

  void addInputs();
  /// Empty, or why not.
  std::string writeOperation(uint32_t index, bool &invalid);
  std::string whyNotHere(const Operation &operation) const;
  mlir::Value constant(const Operand &operand, mlir::Location location);
  void standIn(uint32_t operand);

  const Model &model_;
  std::unique_ptr<mlir::MLIRContext> context_;
  MainFunction main_;
  std::optional<mlir::OpBuilder> builder_;
  std::vector<mlir::Value> values_; ///< by operand; null: not known, or a constant not yet used
};

} // namespace tandem::neuron::host
