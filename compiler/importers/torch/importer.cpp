#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/program.h"

using namespace mlir;

namespace tandem {
namespace torch {
namespace {

class TorchImporter final : public Importer {
public:
  StringRef name() const override { return "torch"; }
  bool recognizes(StringRef path, std::string_view bytes) const override {
    return isTorchArchive(bytes) || path.ends_with(".pt2");
  }
  std::vector<std::string> operators() const override {
    OpTable table;
    registerAllOps(table);
    return table.names();
  }
  const RefusedOperators *refusedOperators() const override { return &torch::refusedOperators(); }
  llvm::Expected<OwningOpRef<ModuleOp>> import(StringRef, std::string_view bytes,
                                               const ImportOptions &options,
                                               MLIRContext &context) const override {
    llvm::Expected<Archive> archive = readArchive(bytes, options.release);
    if (!archive)
      return archive.takeError();
    return importProgram(std::move(*archive), options, context);
  }
};

} // namespace
} // namespace torch

const Importer &torchImporter() {
  static const torch::TorchImporter kImporter;
  return kImporter;
}

} // namespace tandem
