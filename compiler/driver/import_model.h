#pragma once

#include "compiler/driver/compiler.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>

namespace tandem {

/// A context with the dialects that a graph module needs.
std::unique_ptr<mlir::MLIRContext> makeGraphContext();

/// A model after the passes, with all that it needs to live.
struct ImportedModel {
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string format;

  mlir::func::FuncOp main() { return module->lookupSymbol<mlir::func::FuncOp>("main"); }
};

/// File to graph, then the passes. Errors name the file and the node.
Result<ImportedModel> importModel(const CompileRequest &request);

} // namespace tandem
