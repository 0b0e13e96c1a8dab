#include "compiler/importers/common/importer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;

namespace tandem {
namespace {

/// The graph dialect as text, as `tandem compile --emit-mlir` prints it: for tests, for trying an
/// op by hand, and for models that another tool makes.
class MlirImporter : public Importer {
public:
  StringRef name() const override { return "mlir"; }

  bool recognizes(StringRef path, std::string_view) const override {
    return path.ends_with(".mlir");
  }

  llvm::Expected<OwningOpRef<ModuleOp>> import(StringRef path, std::string_view bytes,
                                               const ImportOptions &,
                                               MLIRContext &context) const override {
    auto module = parseSourceString<ModuleOp>(StringRef(bytes), ParserConfig(&context), path);
    if (!module)
      return llvm::createStringError("not valid MLIR of the graph dialect");
    auto main = module->lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock())
      return llvm::createStringError("has no function 'main' with one block");
    return module;
  }
};

} // namespace

const Importer &mlirImporter() {
  static const MlirImporter importer;
  return importer;
}

} // namespace tandem
