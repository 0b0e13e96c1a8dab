#pragma once

#include "mlir/IR/Diagnostics.h"

#include <string>

namespace tandem {

/// Keeps the first error that is emitted in its context while it lives, as one sentence that names
/// the node: "node 'conv1' (Conv2D): ...". Later errors follow from the first more often than not.
class ErrorCapture {
public:
  explicit ErrorCapture(mlir::MLIRContext &context);

  /// What the errors from here on are about, as in "layer 'conv1' (Conv2D)". Without it the name in
  /// the error's location is used.
  void setSubject(std::string subject) { subject_ = std::move(subject); }

  bool empty() const { return message_.empty(); }
  const std::string &message() const { return message_; }

private:
  void keep(mlir::Diagnostic &diagnostic);

  std::string subject_, message_;
  mlir::ScopedDiagnosticHandler handler_;
};

} // namespace tandem
