// Any bytes are either a model or an error, never a crash.

#include "compiler/importers/common/importer.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

namespace tandem {
const Importer &tfliteImporter();
} // namespace tandem

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // Attributes live as long as their context, so each input has its own.
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler silent(&context, [](mlir::Diagnostic &) {});
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  auto module = tandem::tfliteImporter().import("fuzz.tflite", bytes, {}, context);
  if (!module)
    llvm::consumeError(module.takeError());
  return 0;
}
