#include "compiler/driver/import_model.h"

#include "base/file.h"
#include "bundle/reader.h"
#include "compiler/driver/bundle_model.h"
#include "compiler/driver/diagnostics.h"
#include "compiler/driver/evaluate_constants.h"
#include "compiler/driver/foreign_file.h"
#include "compiler/driver/model_files.h"
#include "compiler/driver/model_format.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/passes/pipelines.h"

#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

#include <algorithm>
#include <filesystem>
#include <sys/mman.h>
#include <vector>

using namespace mlir;

namespace tandem {
namespace {

/// A model's file, or nothing for a folder, whose files the importer opens.
Result<MappedFile> openModel(const std::string &path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none))
    return MappedFile();
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  if (file.text().empty())
    return Error(Code::kCorruptData, path, "the file is empty");
  return file;
}

/// Null: none would take it. What is something else for sure no name makes a model of.
const Importer *importerOf(const std::string &path, std::string_view bytes) {
  if (!foreignByContent(bytes).empty())
    return nullptr;
  for (const Importer *importer : importers())
    if (importer->recognizes(path, bytes))
      return importer;
  return nullptr;
}

/// What else of ours the file is, with who takes it; empty: nothing.
std::string otherFileOfOurs(const MappedFile &file, StringRef path) {
  if (bundle::looksLikeBundle(file.bytes()))
    return "is a bundle already: 'tandem run' or 'tandem bench' takes it";
  if (path.ends_with(".yaml") || path.ends_with(".yml"))
    return "is an application: 'tandem run' takes it";
  return "";
}

/// The first model file in a folder that is none itself, by its name; "": there is none.
std::string modelIn(const std::string &folder) {
  constexpr int kMost = 1000;
  std::vector<std::string> found;
  std::error_code failed;
  int looked = 0;
  for (auto entry = std::filesystem::directory_iterator(folder, failed);
       !failed && entry != std::filesystem::end(entry) && looked < kMost;
       entry.increment(failed), ++looked)
    if (std::string file = entry->path().string();
        entry->is_regular_file(failed) && !modelFormatOf(file).empty())
      found.push_back(std::move(file));
  return found.empty() ? "" : *std::ranges::min_element(found);
}

Error noModelFolder(const std::string &path) {
  std::string model = modelIn(path);
  return Error(Code::kUnsupported, path,
               "not a folder with a model of a known format: a SavedModel has a saved_model.pb in "
               "it; of other formats name the file",
               model.empty() ? "" : ", as in " + model);
}

Result<const Importer *> findImporter(const std::string &path, const MappedFile &file) {
  std::string_view bytes = file.text();
  if (const Importer *importer = importerOf(path, bytes))
    return importer;
  std::string other = otherFileOfOurs(file, path);
  if (other.empty())
    other = foreignByContent(bytes);
  if (other.empty())
    other = foreignByName(path, bytes);
  if (!other.empty())
    return Error(Code::kUnsupported, path, other);
  if (bytes.empty())
    return noModelFolder(path);
  return Error(Code::kUnsupported, path, "not a model file of a known format: ", kModelFiles);
}

void report(const CompileRequest &request, const std::string &stage, double done) {
  if (request.progress)
    request.progress(stage, done);
}

/// A sentence of a broken file may hold a name of any length. A real one that names all unsupported
/// operators is far below this.
Error cutToReadable(Error error) {
  constexpr size_t kMost = 1 << 14, kEnd = 200;
  std::string &text = error.message;
  if (text.size() > kMost)
    text = text.substr(0, kMost) + " ... " + text.substr(text.size() - kEnd);
  return error;
}

/// Some importers have used the shapes already; a format whose shapes are all fixed has not.
llvm::Error checkShapes(const ImportOptions &options, func::FuncOp function) {
  std::vector<std::string> names = inputNames(function), all = names;
  for (const auto &fixed : options.values)
    all.push_back(fixed.getKey().str());
  if (llvm::Error wrong = checkFixedNames(options, all))
    return wrong;
  for (auto [name, argument] : llvm::zip(names, function.getArguments())) {
    auto shape =
        fixShape(options, name, "input '" + name + "'", graph::tensorType(argument).getShape());
    if (!shape)
      return shape.takeError();
  }
  return llvm::Error::success();
}

/// Weights that a pass has replaced do not stay in memory until the end.
class FreeUnusedConstants : public PassInstrumentation {
public:
  explicit FreeUnusedConstants(ModuleOp module) : module_(module) {}
  void runAfterPass(Pass *, Operation *) override { graph::freeUnusedConstants(module_); }

private:
  ModuleOp module_;
};

} // namespace

std::string modelFormatOf(const std::string &path) {
  Result<MappedFile> file = openModel(path);
  const Importer *importer = file.ok() ? importerOf(path, file->text()) : nullptr;
  return importer ? importer->name().str() : "";
}

Result<std::string> requireModelFormat(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, openModel(path));
  TANDEM_ASSIGN_OR_RETURN(const Importer *importer, findImporter(path, file));
  return importer->name().str();
}

std::unique_ptr<MLIRContext> makeGraphContext() {
  auto context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  context->loadDialect<graph::GraphDialect, func::FuncDialect, quant::QuantDialect>();
  return context;
}

Result<ImportedModel> importModel(const CompileRequest &request) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, openModel(request.modelPath));
  TANDEM_ASSIGN_OR_RETURN(const Importer *importer, findImporter(request.modelPath, file));
  report(request, "importing", 0.0);

  ImportedModel model;
  model.context = makeGraphContext();
  model.format = importer->name().str();
  DiagnosticCollector diagnostics(*model.context);
  ImportOptions options;
  for (const auto &[name, shape] : request.inputs.shapes)
    options.shapes[name] = shape;
  for (const auto &[name, elements] : request.inputs.values)
    options.values[name] = elements;
  options.release = [&file] {
    if (!file.bytes().empty()) // advice: what becomes of it is of no concern
      (void)madvise(const_cast<std::byte *>(file.bytes().data()), file.bytes().size(),
                    MADV_DONTNEED);
  };
  auto module = importer->import(request.modelPath, file.text(), options, *model.context);
  file = MappedFile(); // what is needed of it is in the graph
  if (!module)
    return cutToReadable(
        diagnostics.error(request.modelPath, Code::kCorruptData, module.takeError()));
  model.module = std::move(*module);
  if (!model.main())
    return Error(Code::kInternal, request.modelPath, "the importer made no function 'main'");
  if (llvm::Error wrong = checkShapes(options, model.main()))
    return diagnostics.error(request.modelPath, Code::kInvalidArgument, std::move(wrong));

  report(request, "optimizing", 0.2);
  PassManager passes(model.context.get());
  passes.addInstrumentation(std::make_unique<FreeUnusedConstants>(*model.module));
  addGraphPipeline(passes, createEvaluateConstants());
  if (failed(passes.run(*model.module)))
    return diagnostics.error(request.modelPath, Code::kInternal, "a pass failed");
  return model;
}

} // namespace tandem
