// Whatever the bytes: a module or an error, no crash, and no more memory than they account for.
#include "compiler/importers/common/importer.h"

namespace tandem {
const Importer &kerasImporter();
} // namespace tandem

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 18; // larger inputs say nothing new and take longer
  if (size > kMost)
    return 0;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = tandem::kerasImporter().import(
      "model.h5", std::string_view(reinterpret_cast<const char *>(data), size), {}, context);
  if (!module)
    llvm::consumeError(module.takeError());
  return 0;
}
