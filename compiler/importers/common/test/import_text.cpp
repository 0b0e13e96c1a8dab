#include "compiler/importers/common/test/import_text.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"

namespace tandem::test {

std::string importText(const Importer &importer, llvm::StringRef path, std::string_view bytes,
                       const ImportOptions &options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = importer.import(path, bytes, options, context);
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

} // namespace tandem::test
