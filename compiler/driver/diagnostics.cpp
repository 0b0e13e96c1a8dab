#include "compiler/driver/diagnostics.h"

#include "compiler/graph/cost.h"

using namespace mlir;

namespace tandem {

DiagnosticCollector::DiagnosticCollector(MLIRContext &context)
    : handler_(&context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error && first_.empty()) {
          std::string node = graph::nodeName(diagnostic.getLocation());
          if (!node.empty())
            first_ = "node '" + node + "': ";
          first_ += diagnostic.str();
        }
        return success();
      }) {}

Error DiagnosticCollector::error(const std::string &path, Code code, std::string otherwise) const {
  if (first_.empty())
    return Error(code, path, otherwise);
  // The importer's own sentence is better than MLIR's when it wrote one.
  return Error(code, path, otherwise.empty() ? first_ : otherwise + ": " + first_);
}

Error DiagnosticCollector::error(const std::string &path, Code code, llvm::Error otherwise) const {
  return error(path, code, llvm::toString(std::move(otherwise)));
}

} // namespace tandem
