#include "compiler/importers/tensorflow/model_file.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace tandem {
namespace tensorflow {
namespace {

constexpr const char *kSavedModel = "saved_model.pb";

class TensorflowImporter final : public Importer {
public:
  StringRef name() const override { return "tensorflow"; }
  bool recognizes(StringRef path, std::string_view bytes) const override {
    if (bytes.empty() && llvm::sys::fs::is_directory(path)) {
      llvm::SmallString<256> file(path);
      llvm::sys::path::append(file, kSavedModel);
      return llvm::sys::fs::exists(file);
    }
    return looksLikeSavedModel(bytes) || looksLikeGraph(bytes) || path.ends_with(".pb");
  }
  std::vector<std::string> operators() const override {
    OpTable table;
    registerAllOps(table);
    std::vector<std::string> names = table.names();
    llvm::append_range(names, flattenedOperators());
    return names;
  }
  const RefusedOperators *refusedOperators() const override {
    return &tensorflow::refusedOperators();
  }
  llvm::Expected<OwningOpRef<ModuleOp>> import(StringRef path, std::string_view bytes,
                                               const ImportOptions &options,
                                               MLIRContext &context) const override {
    llvm::Expected<Model> model = read(path, bytes);
    if (!model)
      return model.takeError();
    return GraphImport(context, *model, options).run();
  }

private:
  static llvm::Expected<Model> read(StringRef path, std::string_view bytes) {
    if (bytes.empty() && llvm::sys::fs::is_directory(path)) {
      llvm::SmallString<256> inside(path);
      llvm::sys::path::append(inside, kSavedModel);
      Result<MappedFile> file = MappedFile::open(inside.str().str());
      if (!file.ok())
        return llvm::createStringError(file.error().text());
      llvm::Expected<Model> model = readSavedModel(file->text(), path);
      if (model)
        model->mapped = std::move(*file);
      return model;
    }
    if (llvm::sys::path::filename(path) == kSavedModel || looksLikeSavedModel(bytes))
      return readSavedModel(bytes, llvm::sys::path::parent_path(path));
    return readFrozenGraph(bytes);
  }
};

} // namespace
} // namespace tensorflow

const Importer &tensorflowImporter() {
  static const tensorflow::TensorflowImporter importer;
  return importer;
}

} // namespace tandem
