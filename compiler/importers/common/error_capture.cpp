#include "compiler/importers/common/error_capture.h"

#include "compiler/importers/common/excerpt.h"

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
  std::string what = excerpt(diagnostic.str(), kMostOfPhrase);
  constexpr size_t kMostOfSubject = 2 * kMostOfName; // with words around the name
  message_ = subject.empty() ? what : excerpt(subject, kMostOfSubject) + ": " + what;
}

} // namespace tandem
