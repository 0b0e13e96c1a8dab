#pragma once

#include "backends/neuron/compile/capability.h"
#include "compiler/graph/graph.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace tandem::neuron::test {

/// Text of the graph dialect with placeholders filled in for a kind of elements: `$T` the element
/// type, `$S` what it is stored as, `$V` a value of that, `$B` the element type of a bias. Codes
/// have scale 0.5 and zero point 3.
std::string filledIn(std::string text, ElementKind kind);

/// The last op of a function that is given as the text of its arguments, its ops, and the type of
/// its result.
class OpText {
public:
  /// Fails the test when it does not parse.
  OpText(const std::string &arguments, const std::string &body);

  /// The op called %r in the body.
  mlir::Operation *op() const { return op_; }

private:
  mlir::MLIRContext context_{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  mlir::Operation *op_ = nullptr;
};

} // namespace tandem::neuron::test
