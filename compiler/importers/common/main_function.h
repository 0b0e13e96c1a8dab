#pragma once

#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/importer.h"

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
  /// One for each input: an argument, or a constant where the options fix its value.
  std::vector<mlir::Value> inputs;

  /// A name that comes twice gets ":1", ":2" behind it.
  static llvm::Expected<MainFunction> create(mlir::MLIRContext &context,
                                             const std::vector<NamedType> &inputs,
                                             const ImportOptions &options);
  /// Ends the function with these results, named likewise, erases what none of them needs, and
  /// verifies the module.
  mlir::LogicalResult finish(std::vector<NamedValue> outputs);
  /// finish(), and the module; or what was emitted against it.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> take(std::vector<NamedValue> outputs,
                                                         ErrorCapture &errors);
};

} // namespace tandem
