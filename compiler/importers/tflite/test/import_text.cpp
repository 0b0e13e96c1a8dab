#include "compiler/importers/tflite/test/import_text.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"

namespace tandem {
const Importer &tfliteImporter();
} // namespace tandem

namespace tandem::tflite::test {

std::string importText(std::string_view bytes, const ImportOptions &options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = tfliteImporter().import("test.tflite", bytes, options, context);
  if (!module)
    return "error: " + toString(module.takeError());
  std::string printed, result;
  llvm::raw_string_ostream stream(printed);
  (*module)->print(stream);
  bool afterBlank = true;
  for (char c : printed) { // indentation and double blanks carry no meaning
    if (c == ' ' && afterBlank)
      continue;
    afterBlank = c == ' ' || c == '\n';
    result += c;
  }
  return result;
}

} // namespace tandem::tflite::test
