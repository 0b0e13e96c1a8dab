#include "compiler/importers/common/error_capture.h"

#include "mlir/IR/Location.h"

using namespace mlir;

namespace tandem {

ErrorCapture::ErrorCapture(MLIRContext &context)
    : handler_(&context, [this](Diagnostic &diagnostic) { keep(diagnostic); }) {}

void ErrorCapture::keep(Diagnostic &diagnostic) {
  if (diagnostic.getSeverity() != DiagnosticSeverity::Error || !message_.empty())
    return;
  std::string subject = subject_;
  if (auto name = dyn_cast<NameLoc>(diagnostic.getLocation()); subject.empty() && name)
    subject = ("node '" + name.getName().getValue() + "'").str();
  message_ = subject.empty() ? diagnostic.str() : subject + ": " + diagnostic.str();
}

} // namespace tandem
