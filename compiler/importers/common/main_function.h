#pragma once

#include "compiler/importers/common/error_capture.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace tandem {

struct NamedType {
  std::string name;
  mlir::RankedTensorType type;
};
struct NamedValue {
  std::string name;
  mlir::Value value;
};

/// The module that an importer fills: one function @main. Names go into "graph.name".
struct MainFunction {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;

  /// A name that comes twice gets ":1", ":2" behind it.
  static MainFunction create(mlir::MLIRContext &context, const std::vector<NamedType> &inputs);
  /// Ends the function with these results, named likewise, erases what none of them needs, and
  /// verifies the module.
  mlir::LogicalResult finish(std::vector<NamedValue> outputs);
  /// finish(), and the module; or what was emitted against it.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> take(std::vector<NamedValue> outputs,
                                                         ErrorCapture &errors);
};

} // namespace tandem
