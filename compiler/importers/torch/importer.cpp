#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/program.h"
#include "compiler/importers/torch/script/script_program.h"

using namespace mlir;

namespace tandem {
namespace torch {
namespace {

class TorchImporter final : public Importer {
public:
  StringRef name() const override { return "torch"; }
  bool recognizes(StringRef path, std::string_view bytes) const override {
    return isTorchArchive(bytes) || path.ends_with(".pt2") || path.ends_with(".pt") ||
           path.ends_with(".ptl") || path.ends_with(".pth");
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
    constexpr StringLiteral kMobile = "PTMF";
    if (StringRef(bytes).drop_front(std::min<size_t>(bytes.size(), 4)).starts_with(kMobile))
      return llvm::createStringError(
          "a model for the mobile interpreter as a flatbuffer, which has "
          "no code in it: save the model with torch.jit.save");
    if (isPickle(bytes))
      return refusePickle();
    llvm::Expected<ZipFile> zip = ZipFile::open(bytes, "the archive", options.release);
    if (!zip)
      return zip.takeError();
    if (script::hasCode(*zip)) {
      llvm::Expected<script::Archive> archive = script::readArchive(*zip);
      if (!archive)
        return archive.takeError();
      return script::importScript(std::move(*archive), options, context);
    }
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
