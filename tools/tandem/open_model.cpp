#include "tools/tandem/open_model.h"

#include "base/printable.h"
#include "compiler/driver/model_format.h"
#include "runtime/bundle.h"
#include "tools/tandem/description.h"
#include "tools/tandem/model_inputs.h"
#include "tools/tandem/open_inputs.h"
#include "tools/tandem/unused_backend.h"

#include <algorithm>
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

/// Whether it is a shape as --shape has it: "1x3x224x224".
static bool isShape(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789x") == std::string_view::npos &&
         text.find('x') != std::string_view::npos && text.front() != 'x' && text.back() != 'x';
}

/// What to do with a word behind a model or a bundle, which take none.
static std::string insteadOf(const std::string &word) {
  auto [name, value] = splitNameValue(word);
  std::string subject = "'" + word + "' stands behind the file without an option: ";
  if (!name.empty() && isShape(value))
    return subject + "of a model say --shape " + word;
  if (!name.empty() || value.ends_with(".npy") || value.ends_with(".bin"))
    return subject + "of a model say --input " + word;
  return subject + "pictures and videos go there, of an application (.yaml); a model takes arrays "
                   "(--input FILE.npy), and what it makes of a picture or a video says the "
                   "application that uses it (docs/app-format.md)";
}

std::string unfitOption(const OptionOwners &owners, bool isModel, bool asksForPipeline) {
  if (owners.frames->count() > 0)
    return insteadOf(owners.frames->results().front());
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

/// Whether an array may go into the input: what is open there any size fits.
static bool fits(const Shape &array, const Shape &input) {
  return std::ranges::equal(array, input,
                            [](int64_t has, int64_t takes) { return takes < 0 || has == takes; });
}

/// Fixes open inputs by the shapes of the arrays that will go in. Whether there were any. Errors:
/// of a file that is none, or does not fit.
static Result<bool> fixByArrays(CompileRequest &request, const std::vector<OpenInput> &inputs,
                                const std::vector<std::string> &inputValues) {
  bool fixesAny = false;
  for (const std::string &text : inputValues) {
    auto [name, file] = splitNameValue(text);
    if (name.empty() && inputs.size() == 1)
      name = inputs.front().name;
    auto input = std::ranges::find(inputs, name, &OpenInput::name);
    if (input == inputs.end() || request.inputs.shapes.contains(name))
      continue;
    TANDEM_ASSIGN_OR_RETURN(std::optional<Shape> shape, shapeOfValue(file));
    if (!shape)
      continue;
    if (!fits(*shape, input->shape))
      return Error(Code::kUnsupported, file, "is of shape ", shapeText(*shape), ", input '", name,
                   "' takes ", shapeText(*input));
    request.inputs.shapes[name] = *shape;
    fixesAny = true;
    std::fprintf(stderr, "%s\n",
                 printable(request.modelPath + ": input '" + name + "' is " + shapeText(*shape) +
                           ", as " + file + " has it")
                     .c_str());
  }
  return fixesAny;
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
  while (!bundle.ok()) {
    Result<bool> isFixed =
        fixByArrays(*request, openInputsIn(bundle.error().message), options.inputValues);
    if (!isFixed.ok())
      return refuseRequest(command, isFixed.error());
    if (!*isFixed)
      break;
    bundle = cachedBundle(*request);
    progress.finish();
  }
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
