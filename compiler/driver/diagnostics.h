#pragma once

#include "base/result.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

#include <string>

namespace tandem {

/// Collects what MLIR says while it lives, so that the first error can be told as one sentence that
/// names the file and the node.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext &context);

  /// The error for `path`: of the first MLIR error if there was one, else `otherwise`.
  Error error(const std::string &path, Code code, std::string otherwise) const;
  /// Takes the llvm::Error's text as `otherwise`.
  Error error(const std::string &path, Code code, llvm::Error otherwise) const;

private:
  std::string first_;
  mlir::ScopedDiagnosticHandler handler_;
};

} // namespace tandem
