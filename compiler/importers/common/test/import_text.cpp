#include "compiler/importers/common/test/import_text.h"

#include "compiler/importers/common/test/module_text.h"

#include "mlir/IR/MLIRContext.h"

namespace tandem::test {

std::string importText(const Importer &importer, llvm::StringRef path, std::string_view bytes,
                       const ImportOptions &options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string result;
  bool afterBlank = true;
  for (char c : moduleText(importer.import(
           path, bytes, options, context))) { // indentation and double blanks carry no meaning
    if (c == ' ' && afterBlank)
      continue;
    afterBlank = c == ' ' || c == '\n';
    result += c;
  }
  return result;
}

} // namespace tandem::test
