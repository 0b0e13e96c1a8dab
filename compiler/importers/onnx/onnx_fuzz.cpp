// Whatever the bytes: a module or an error, no crash, and no more memory than they account for.
#include "compiler/importers/common/importer.h"

#include "mlir/IR/MLIRContext.h"

namespace tandem {
const Importer &onnxImporter();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 18; // larger inputs say nothing new and take longer
  if (size > kMost)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  (void)tandem::onnxImporter().recognizes("model.bin", bytes);
  auto module = tandem::onnxImporter().import("no_such_folder/model.onnx", bytes, {}, context);
  if (!module)
    llvm::consumeError(module.takeError());
  return 0;
}
