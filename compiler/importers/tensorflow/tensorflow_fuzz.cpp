// Whatever the bytes: a module or an error, no crash, and no more memory than they account for. By
// how it begins an input is a saved_model.pb (without variables) or a frozen graph.
#include "compiler/importers/common/importer.h"

#include "mlir/IR/MLIRContext.h"

namespace tandem {
const Importer &tensorflowImporter();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 18; // larger inputs say nothing new and take longer
  if (size == 0 || size > kMost)
    return 0;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  auto module = tandem::tensorflowImporter().import("model.pb", bytes, {}, context);
  if (!module)
    llvm::consumeError(module.takeError());
  return 0;
}
