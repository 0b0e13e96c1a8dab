#include "tools/tandem/open_model.h"

#include "base/printable.h"
#include "compiler/driver/model_format.h"
#include "runtime/bundle.h"
#include "tools/tandem/description.h"
#include "tools/tandem/unused_backend.h"

#include <cstdio>
#include <filesystem>

namespace tandem {

bool isToCompile(const std::string &path) {
  std::error_code notThere;
  return std::filesystem::exists(path, notThere) && !isBundleFile(path) &&
         std::filesystem::path(path).extension() != ".tandem";
}

Status checkIsModelOrBundle(const std::string &path) {
  if (isToCompile(path))
    return requireModelFormat(path).status();
  return isBundleFile(path) ? Status() : Bundle::open(path).status();
}

std::string unfitOption(const OptionOwners &owners, bool isModel, bool asksForPipeline) {
  std::string ofApplications = firstGiven(owners.application);
  if (ofApplications.empty())
    ofApplications = asksForPipeline ? "--pipeline" : firstGiven(owners.pipeline);
  if (!ofApplications.empty())
    return ofApplications + " is for an application (.yaml)";
  if (isModel)
    return owners.modelName->count() == 0 ? "" : "--model-name is for a bundle";
  if (std::string placing = firstGiven(owners.compiled); !placing.empty())
    return placing + " is for a model or an application (.yaml), a bundle is compiled already";
  std::string ofInputs = firstGiven(owners.inputs);
  return ofInputs.empty() ? "" : ofInputs + " is for a model, a bundle's inputs are fixed";
}

static Result<CompileRequest> requestOf(const std::string &path, const ModelOptions &options) {
  CompileRequest request;
  request.modelPath = path;
  TANDEM_ASSIGN_OR_RETURN(request.inputs, fixedInputs(options.inputs));
  request.backends = options.placing.backends;
  if (!options.placing.device.empty())
    request.device = options.placing.device;
  if (options.placing.placement == "greedy")
    request.placement = CompileSettings::Placement::kGreedy;
  TANDEM_RETURN_IF_ERROR(checkSettings(request));
  return request;
}

std::variant<CachedBundle, int> bundleOfModel(std::string_view command, const std::string &path,
                                              const ModelOptions &options) {
  Result<CompileRequest> request = requestOf(path, options);
  if (!request.ok())
    return refuseRequest(command, request.error());
  Progress progress("compile " + std::filesystem::path(path).filename().string());
  request->progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  Result<CachedBundle> bundle = cachedBundle(*request);
  progress.finish();
  if (!bundle.ok())
    return refuseRequest(command, bundle.error());
  if (bundle->scratch)
    std::fprintf(stderr, "%s\n",
                 printable(path +
                           ": warning: it is compiled each time, the cache cannot keep it: " +
                           bundle->whyNotKept + "; TANDEM_CACHE names another folder")
                     .c_str());
  Result<std::string> unused = whyNothingRunsOnFirst(request->backends, {{"", bundle->path}});
  if (unused.ok() && !unused->empty())
    std::fprintf(stderr, "%s\n", printable(path + ": warning: " + *unused).c_str());
  return *std::move(bundle);
}

} // namespace tandem
