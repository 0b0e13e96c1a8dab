#include "compiler/driver/compiler.h"

#include "base/file.h"
#include "compiler/backend/backend.h"
#include "compiler/driver/bundle_model.h"
#include "compiler/driver/compile_module.h"
#include "compiler/driver/import_model.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/importer.h"

#include "llvm/Support/raw_ostream.h"

#include <filesystem>

using namespace mlir;

namespace tandem {
namespace {

ModelOrigin originOf(const CompileRequest &request, const ImportedModel &model) {
  std::filesystem::path path = request.modelPath;
  if (!path.has_filename()) // a folder, given with a slash behind it
    path = path.parent_path();
  return {.path = request.modelPath,
          .name = path.stem().string(),
          .file = path.filename().string(),
          .format = model.format};
}

void report(const CompileRequest &request, const std::string &stage, double done) {
  if (request.progress)
    request.progress(stage, done);
}

} // namespace

Result<CompiledModel> compileModel(const CompileRequest &request, const std::string &bundlePath) {
  std::error_code notThere;
  if (std::filesystem::equivalent(request.modelPath, bundlePath, notThere))
    return Error(Code::kInvalidArgument, bundlePath,
                 "the bundle would replace the model itself, give it another name");
  TANDEM_RETURN_IF_ERROR(checkSettings(request));
  TANDEM_ASSIGN_OR_RETURN(ImportedModel model, importModel(request));
  TANDEM_ASSIGN_OR_RETURN(CompiledModule compiled,
                          compileModule(model.main(), originOf(request, model), request));
  report(request, "writing", 0.95);
  TANDEM_RETURN_IF_ERROR(writeFileAtomically(bundlePath, compiled.bundle));
  report(request, "done", 1.0);
  return compiled.summary;
}

Result<CompiledModel> checkModel(const CompileRequest &request) {
  TANDEM_RETURN_IF_ERROR(checkSettings(request));
  TANDEM_ASSIGN_OR_RETURN(ImportedModel model, importModel(request));
  return placeModule(model.main(), originOf(request, model), request);
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
      summary.weightBytes += bytes->size();
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

} // namespace tandem
