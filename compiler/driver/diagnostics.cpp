#include "compiler/driver/diagnostics.h"

#include "compiler/graph/cost.h"

using namespace mlir;

namespace tandem {

/// "node 'conv_1': " of a model, "line 3: " of a text; nothing when the place is not known.
static std::string placeOf(Location location) {
  if (std::string node = graph::nodeName(location); !node.empty())
    return "node '" + node + "': ";
  if (auto place = dyn_cast<FileLineColLoc>(location))
    return "line " + std::to_string(place.getLine()) + ": ";
  return "";
}

DiagnosticCollector::DiagnosticCollector(MLIRContext &context)
    : handler_(&context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error && first_.empty()) {
          first_ = placeOf(diagnostic.getLocation()) + diagnostic.str();
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
  std::string text;
  llvm::handleAllErrors(std::move(otherwise), [&](const llvm::ErrorInfoBase &info) {
    std::error_code reason = info.convertToErrorCode();
    if (reason == std::errc::invalid_argument) // of the options, as fixed_shapes.h has it
      code = Code::kInvalidArgument;
    else if (reason == std::errc::no_such_device) // a library of a device's maker is of no use
      code = Code::kUnavailable;
    else if (reason.category() == std::generic_category())
      code = Code::kIo;
    std::string message = info.message();
    if (!StringRef(text).contains(message)) // one failure may come once per instruction set
      text += (text.empty() ? "" : "; ") + message;
  });
  return error(path, code, std::move(text));
}

} // namespace tandem
