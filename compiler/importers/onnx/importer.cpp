#include "compiler/importers/onnx/graph_import.h"

using namespace mlir;

namespace tandem {
namespace onnx {
namespace {

class OnnxImporter final : public Importer {
public:
  StringRef name() const override { return "onnx"; }
  /// The format has no signature; its outermost fields are looked at instead.
  bool recognizes(StringRef path, std::string_view bytes) const override {
    return looksLikeModel(bytes) || path.ends_with_insensitive(".onnx");
  }
  std::vector<std::string> operators() const override {
    OpTable table;
    registerAllOps(table);
    return table.names();
  }
  const RefusedOperators *refusedOperators() const override { return &onnx::refusedOperators(); }
  llvm::Expected<OwningOpRef<ModuleOp>> import(StringRef path, std::string_view bytes,
                                               const ImportOptions &options,
                                               MLIRContext &context) const override {
    llvm::Expected<ModelFile> file = readModel(bytes, options.release);
    if (!file)
      return file.takeError();
    return GraphImport(*file, path, options, context).run();
  }
};

} // namespace
} // namespace onnx

const Importer &onnxImporter() {
  static const onnx::OnnxImporter importer;
  return importer;
}

} // namespace tandem
