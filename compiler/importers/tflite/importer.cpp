#include "compiler/importers/tflite/graph_import.h"

namespace tandem {

namespace {
class TfliteImporter : public Importer {
public:
  llvm::StringRef name() const override { return "tflite"; }

  bool recognizes(llvm::StringRef path, std::string_view bytes) const override {
    return tflite::hasIdentifier(bytes) || path.ends_with_insensitive(".tflite");
  }

  std::vector<std::string> operators() const override {
    tflite::OpTable table;
    tflite::registerAllOps(table);
    return table.names();
  }
  const RefusedOperators *refusedOperators() const override { return &tflite::refusedOperators(); }

  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  import(llvm::StringRef, std::string_view bytes, const ImportOptions &options,
         mlir::MLIRContext &context) const override {
    llvm::Expected<tflite::Reader> reader = tflite::Reader::open(bytes);
    if (!reader)
      return reader.takeError();
    tflite::OpTable table;
    tflite::registerAllOps(table);
    return tflite::GraphImport(*reader, table, options, context).run();
  }
};
} // namespace

const Importer &tfliteImporter() {
  static const TfliteImporter kImporter;
  return kImporter;
}

} // namespace tandem
