#include "base/file.h"
#include "compiler/importers/mxnet/graph_import.h"
#include "compiler/importers/mxnet/model_files.h"
#include "compiler/importers/mxnet/node.h"

#include <filesystem>

using namespace mlir;

namespace tandem {
namespace mxnet {
namespace {

/// A symbol begins with its nodes, the first of which is near.
bool isSymbol(std::string_view bytes) {
  constexpr size_t kNear = 512;
  StringRef start = StringRef(bytes).take_front(kNear).ltrim();
  return start.consume_front("{") && start.ltrim().starts_with("\"nodes\"") &&
         start.contains("\"op\"");
}

llvm::Error inFile(const std::string &path, llvm::Error error) {
  return llvm::createStringError("'" + std::filesystem::path(path).filename().string() +
                                 "': " + llvm::toString(std::move(error)));
}

class MxnetImporter final : public Importer {
public:
  StringRef name() const override { return "mxnet"; }
  bool recognizes(StringRef path, std::string_view bytes) const override {
    return isParameterFile(bytes) || isSymbol(bytes) || path.ends_with("-symbol.json") ||
           path.ends_with(".params");
  }
  std::vector<std::string> operators() const override {
    OpTable table;
    registerAllOps(table);
    return table.names();
  }
  const RefusedOperators *refusedOperators() const override { return &mxnet::refusedOperators(); }
  llvm::Expected<OwningOpRef<ModuleOp>> import(StringRef path, std::string_view bytes,
                                               const ImportOptions &options,
                                               MLIRContext &context) const override;
};

/// The user names one of the two files, the other is found beside it.
llvm::Expected<OwningOpRef<ModuleOp>> MxnetImporter::import(StringRef path, std::string_view bytes,
                                                            const ImportOptions &options,
                                                            MLIRContext &context) const {
  bool isSymbolGiven = !isParameterFile(bytes) && !path.ends_with(".params");
  llvm::Expected<std::string> otherPath =
      isSymbolGiven ? parametersBeside(path) : symbolBeside(path);
  if (!otherPath)
    return otherPath.takeError();
  Result<MappedFile> other = MappedFile::open(*otherPath);
  if (!other.ok())
    return llvm::createStringError(other.error().text());
  llvm::Expected<Symbol> symbol = parseSymbol(isSymbolGiven ? bytes : other->text());
  if (!symbol)
    return isSymbolGiven ? symbol.takeError() : inFile(*otherPath, symbol.takeError());
  llvm::Expected<Parameters> parameters = readParameters(isSymbolGiven ? other->text() : bytes);
  if (!parameters)
    return isSymbolGiven ? inFile(*otherPath, parameters.takeError()) : parameters.takeError();
  return importSymbol(*symbol, *parameters, options, context);
}

} // namespace
} // namespace mxnet

const Importer &mxnetImporter() {
  static const mxnet::MxnetImporter importer;
  return importer;
}

} // namespace tandem
