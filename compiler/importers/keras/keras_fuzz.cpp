// Whatever the bytes: a module or an error, no crash, and no more memory than they account for. A
// zip's checksums keep changed bytes from the reader of the architecture, so that is fed on its own
// as well, by its first byte.
#include "compiler/importers/common/importer.h"
#include "compiler/importers/keras/model_config.h"

namespace tandem {
const Importer &kerasImporter();
} // namespace tandem

static void readConfig(std::string_view text) {
  llvm::Expected<tandem::Json> json = tandem::parseJson(text, "the configuration");
  if (!json)
    return llvm::consumeError(json.takeError());
  llvm::Expected<tandem::keras::ModelConfig> model = tandem::keras::parseModelConfig(*json);
  if (!model)
    return llvm::consumeError(model.takeError());
  llvm::Expected<tandem::keras::ModelConfig> flat = tandem::keras::flattenModel(std::move(*model));
  if (!flat)
    llvm::consumeError(flat.takeError());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 18; // larger inputs say nothing new and take longer
  if (size > kMost)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  if (bytes.starts_with('{')) {
    readConfig(bytes);
    return 0;
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = tandem::kerasImporter().import("model.h5", bytes, {}, context);
  if (!module)
    llvm::consumeError(module.takeError());
  return 0;
}
