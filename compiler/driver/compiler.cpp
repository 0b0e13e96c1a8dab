#include "compiler/driver/compiler.h"

#include "base/file.h"
#include "compiler/driver/bundle_model.h"
#include "compiler/driver/diagnostics.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/importer.h"
#include "compiler/passes/pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <filesystem>

using namespace mlir;

namespace tandem {
namespace {

/// A model after the passes, with all that it needs to live.
struct ImportedModel {
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  std::string format;

  func::FuncOp main() { return module->lookupSymbol<func::FuncOp>("main"); }
};

std::unique_ptr<MLIRContext> makeContext() {
  auto context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  context->loadDialect<graph::GraphDialect, func::FuncDialect, quant::QuantDialect>();
  return context;
}

Result<const Importer *> findImporter(const MappedFile &file) {
  if (file.text().empty())
    return Error(Code::kCorruptData, file.path(), "the file is empty");
  std::string known;
  for (const Importer *importer : importers()) {
    if (importer->recognizes(file.path(), file.text()))
      return importer;
    known += (known.empty() ? "" : ", ") + importer->name().str();
  }
  return Error(Code::kUnsupported, file.path(), "not a model file of a known format (", known, ")");
}

void report(const CompileRequest &request, const std::string &stage, double done) {
  if (request.progress)
    request.progress(stage, done);
}

/// File to graph, then the passes.
Result<ImportedModel> importModel(const CompileRequest &request) {
  report(request, "importing", 0.0);
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(request.modelPath));
  TANDEM_ASSIGN_OR_RETURN(const Importer *importer, findImporter(file));

  ImportedModel model;
  model.context = makeContext();
  model.format = importer->name().str();
  DiagnosticCollector diagnostics(*model.context);
  ImportOptions options;
  for (const auto &[name, shape] : request.shapes)
    options.shapes[name] = shape;
  auto module = importer->import(file.path(), file.text(), options, *model.context);
  if (!module)
    return diagnostics.error(request.modelPath, Code::kCorruptData, module.takeError());
  model.module = std::move(*module);
  if (!model.main())
    return Error(Code::kInternal, request.modelPath, "the importer made no function 'main'");
  for (const auto &[name, shape] : request.shapes)
    if (!llvm::is_contained(inputNames(model.main()), name))
      return Error(Code::kInvalidArgument, request.modelPath, "no input is called '", name,
                   "'; the inputs are ", llvm::join(inputNames(model.main()), ", "));

  report(request, "optimizing", 0.2);
  PassManager passes(model.context.get());
  addGraphPipeline(passes);
  if (failed(passes.run(*model.module)))
    return diagnostics.error(request.modelPath, Code::kInternal, "a pass failed");
  return model;
}

Result<std::vector<const Backend *>> chooseBackends(const CompileRequest &request) {
  std::vector<const Backend *> chosen;
  std::vector<std::string> names = request.backends.empty() ? backendNames() : request.backends;
  for (const std::string &name : names) {
    auto found = llvm::find_if(backends(), [&](const Backend *b) { return b->name() == name; });
    if (found == backends().end())
      return Error(Code::kInvalidArgument, "", "no backend is called '", name, "'; this build has ",
                   llvm::join(backendNames(), ", "));
    chosen.push_back(*found);
  }
  return chosen;
}

/// Code of every region, in order of execution.
Result<std::vector<std::string>> compileRegions(const CompileRequest &request,
                                                const Partition &partition, ModelBuilder &builder,
                                                const DiagnosticCollector &diagnostics) {
  CompileOptions options;
  options.isas = request.isas;
  std::vector<std::string> artifacts;
  for (const PlacedRegion &placed : partition.regions) {
    report(request, "compiling " + placed.region.name,
           0.3 + 0.6 * static_cast<double>(artifacts.size()) /
                     static_cast<double>(partition.regions.size()));
    auto artifact = placed.backend->compile(placed.region, builder, options);
    if (!artifact)
      return diagnostics.error(request.modelPath, Code::kInternal, artifact.takeError());
    artifacts.push_back(std::move(*artifact));
  }
  return artifacts;
}

/// Inputs stay as the user wrote them, for the next run too; results stay until the end.
void keepBordersAlive(func::FuncOp function, ModelBuilder &builder) {
  int64_t end = builder.steps();
  for (auto [argument, name] : llvm::zip(function.getArguments(), inputNames(function))) {
    builder.nameTensor(argument, name);
    builder.markLive(builder.bufferOf(argument), 0, end);
  }
  Operation *terminator = function.getBody().front().getTerminator();
  for (auto [result, name] : llvm::zip(terminator->getOperands(), outputNames(function))) {
    builder.nameTensor(result, name);
    builder.markLive(builder.bufferOf(result), end, end);
  }
}

CompiledModel describePartition(const Partition &partition) {
  CompiledModel result;
  result.reportTable = reportTable(partition);
  result.reportJson = reportJson(partition);
  result.ops = partition.placements.size();
  result.regions = partition.regions.size();
  return result;
}

} // namespace

Result<CompiledModel> compileModel(const CompileRequest &request, const std::string &bundlePath) {
  std::error_code notThere;
  if (std::filesystem::equivalent(request.modelPath, bundlePath, notThere))
    return Error(Code::kInvalidArgument, bundlePath,
                 "the bundle would replace the model itself, give it another name");
  TANDEM_ASSIGN_OR_RETURN(std::vector<const Backend *> candidates, chooseBackends(request));
  TANDEM_ASSIGN_OR_RETURN(ImportedModel model, importModel(request));
  func::FuncOp function = model.main();
  DiagnosticCollector diagnostics(*model.context);

  report(request, "partitioning", 0.25);
  auto placed = partition(function, candidates);
  if (!placed)
    return diagnostics.error(request.modelPath, Code::kUnsupported, placed.takeError());

  ModelBuilder builder;
  TANDEM_ASSIGN_OR_RETURN(std::vector<std::string> artifacts,
                          compileRegions(request, *placed, builder, diagnostics));
  keepBordersAlive(function, builder);
  MemoryPlan plan = planMemory(builder.buffers());

  report(request, "writing", 0.95);
  bundle::Writer writer;
  std::vector<uint32_t> blobs;
  for (const std::string &artifact : artifacts)
    blobs.push_back(writer.addBlob(artifact));
  bundle::ManifestT manifest;
  manifest.producer = "tandem " TANDEM_VERSION;
  manifest.report = reportJson(*placed);
  auto entry =
      std::make_unique<bundle::ModelT>(describeModel(function, *placed, builder, plan, blobs));
  entry->name = std::filesystem::path(request.modelPath).stem().string();
  entry->source_file = std::filesystem::path(request.modelPath).filename().string();
  entry->source_format = model.format;
  entry->weights =
      writer.addBlob(std::string_view(builder.weights().data(), builder.weights().size()));
  manifest.models.push_back(std::move(entry));
  TANDEM_RETURN_IF_ERROR(writer.write(bundlePath, std::move(manifest)));
  report(request, "done", 1.0);

  CompiledModel result = describePartition(*placed);
  result.arenaBytes = plan.arenaSize;
  result.arenaLowerBound = plan.lowerBound;
  result.weightBytes = builder.weights().size();
  result.bundleBytes = std::filesystem::file_size(bundlePath);
  return result;
}

Result<CompiledModel> checkModel(const CompileRequest &request) {
  TANDEM_ASSIGN_OR_RETURN(std::vector<const Backend *> candidates, chooseBackends(request));
  TANDEM_ASSIGN_OR_RETURN(ImportedModel model, importModel(request));
  auto placed = partition(model.main(), candidates);
  if (!placed)
    return Error(Code::kUnsupported, request.modelPath, llvm::toString(placed.takeError()));
  return describePartition(*placed);
}

static ModelSummary::Tensor describeTensor(const std::string &name, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return {name, *graph::elementTypeOf(tensor.getElementType()),
          Shape(tensor.getShape().begin(), tensor.getShape().end()),
          graph::quantizationOf(tensor.getElementType())};
}

Result<ModelSummary> inspectModel(const CompileRequest &request) {
  TANDEM_ASSIGN_OR_RETURN(ImportedModel model, importModel(request));
  func::FuncOp function = model.main();
  ModelSummary summary;
  summary.format = model.format;
  for (auto [name, type] : llvm::zip(inputNames(function), function.getArgumentTypes()))
    summary.inputs.push_back(describeTensor(name, type));
  for (auto [name, type] : llvm::zip(outputNames(function), function.getResultTypes()))
    summary.outputs.push_back(describeTensor(name, type));
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (std::optional<graph::ConstantBytes> bytes =
            op.getNumResults() ? graph::constantOf(op.getResult(0)) : std::nullopt) {
      summary.weightBytes += bytes->raw().size();
      continue;
    }
    ++summary.ops[op.getName().stripDialect().str()];
    summary.macs += graph::macCount(&op);
  }
  return summary;
}

Result<std::string> modelAsMlir(const CompileRequest &request) {
  TANDEM_ASSIGN_OR_RETURN(ImportedModel model, importModel(request));
  std::string text;
  llvm::raw_string_ostream out(text);
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(32);
  flags.elideLargeResourceString(32);
  model.module->print(out, flags);
  return text;
}

std::map<std::string, std::vector<std::string>> importedOperators() {
  std::map<std::string, std::vector<std::string>> operators;
  for (const Importer *importer : importers())
    operators[importer->name().str()] = importer->operators();
  return operators;
}

std::vector<std::string> backendNames() {
  // The oracle runs everything, slowly: whatever else there is goes first.
  std::vector<std::string> names, last;
  for (const Backend *backend : backends())
    (backend->name() == "reference" ? last : names).push_back(backend->name().str());
  names.insert(names.end(), last.begin(), last.end());
  return names;
}

} // namespace tandem
