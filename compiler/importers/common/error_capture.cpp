#include "compiler/importers/common/error_capture.h"

#include "compiler/importers/common/excerpt.h"

#include "mlir/IR/Location.h"

using namespace mlir;

namespace tandem {

ErrorCapture::ErrorCapture(MLIRContext &context)
    : handler_(&context, [this](Diagnostic &diagnostic) { keep(diagnostic); }) {}

/// Without the op and the rule of the graph dialect that a verifier names in front, as in
/// "'graph.conv_2d' op conv_2d_c5: ": a user's file knows neither.
static StringRef withoutRule(StringRef text) {
  constexpr StringRef kName = "abcdefghijklmnopqrstuvwxyz_0123456789", kDigits = "0123456789";
  StringRef rest = text;
  if (rest.consume_front("'graph.")) {
    rest = rest.ltrim(kName);
    if (rest.consume_front("' op "))
      text = rest;
  }
  StringRef label = text.take_while([&](char c) { return kName.contains(c); });
  rest = text.drop_front(label.size());
  bool isRule = label.rtrim(kDigits).ends_with("_c") && label.rtrim(kDigits) != label;
  return isRule && rest.consume_front(": ") ? rest : text;
}

void ErrorCapture::keep(Diagnostic &diagnostic) {
  if (diagnostic.getSeverity() != DiagnosticSeverity::Error || !message_.empty())
    return;
  std::string subject = subject_;
  if (auto name = dyn_cast<NameLoc>(diagnostic.getLocation()); subject.empty() && name)
    subject = ("node '" + name.getName().getValue() + "'").str();
  std::string what = excerpt(withoutRule(diagnostic.str()), kMostOfPhrase);
  constexpr size_t kMostOfSubject = 2 * kMostOfName; // with words around the name
  message_ = subject.empty() ? what : excerpt(subject, kMostOfSubject) + ": " + what;
}

} // namespace tandem
