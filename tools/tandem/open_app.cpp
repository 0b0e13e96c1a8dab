#include "tools/tandem/open_app.h"

#include "base/file.h"
#include "runtime/thread_pool.h"
#include "tools/tandem/bundle_cache.h"
#include "tools/tandem/unused_backend.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace tandem {
namespace {

/// That error, at the lines of the application's file that the model stands in.
Error atModel(const AppRequest &request, const AppModel &model, const Error &error) {
  return Error(error.code, request.file + ":" + std::to_string(model.line), "model '", model.name,
               "': ", error.message);
}

/// A message about a model's inputs, which names options of the command line, in the words of an
/// application's file.
std::string inWordsOfApplications(std::string text) {
  auto replace = [&](std::string_view from, std::string_view to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  const std::string_view option = "--shape ", dims = "=DIMS";
  for (size_t at = text.find(option); at != std::string::npos; at = text.find(option, at + 1)) {
    size_t name = at + option.size(), end = text.find(dims, name);
    if (end == std::string::npos || text.find(' ', name) < end)
      continue;
    text = text.substr(0, at) + "'shapes: {" + text.substr(name, end - name) +
           ": [SIZE, ...]}' of the model" + text.substr(end + dims.size());
  }
  replace("--shape", "'shapes'");
  replace("--value", "'values'");
  return text;
}

/// Of an application's models; the first word is why there is such work at all.
class CompileReport {
public:
  explicit CompileReport(const AppRequest &request) : request_(request) {}

  void tell(const AppModel &model, const std::string &stage, double done) {
    if (!request_.report)
      return;
    if (!std::exchange(told_, true))
      request_.report(request_.file,
                      "compiling its models, which the cache keeps for the next time", 0);
    request_.report("compile " + std::filesystem::path(model.file).filename().string(), stage,
                    done);
  }
  /// The work of one model.
  void end(const AppModel &model) {
    if (told_)
      tell(model, "", 1);
  }

private:
  const AppRequest &request_;
  bool told_ = false;
};

/// Of a file of the application that is not there; "": nobody said what fetches it.
std::string fetchHint(const Application &app) {
  return app.fetchedBy.empty() ? "" : "; '" + app.fetchedBy + "' fetches it";
}

Result<CachedBundle> compileCached(const Application &app, const AppModel &model,
                                   const AppRequest &request, CompileReport &report) {
  CompileRequest compile;
  compile.modelPath = model.file;
  compile.inputs = {model.shapes, model.values};
  if (request.split && request.split->model == model.name)
    compile.acceleratorPart = request.split->part;
  compile.backends = request.backends.empty() ? model.backends : request.backends;
  if (!request.device.empty())
    compile.device = request.device;
  if (request.placesGreedily)
    compile.placement = CompileSettings::Placement::kGreedy;
  compile.progress = [&](const std::string &stage, double done) {
    report.tell(model, stage, done);
  };
  Result<CachedBundle> bundle = cachedBundle(compile);
  report.end(model);
  if (bundle)
    return bundle;
  // What the application's file asks for, and not the model's.
  const Error &error = bundle.error();
  bool asksForBackends = request.backends.empty() && !model.backends.empty();
  std::string inItsWords = inWordsOfApplications(error.message);
  if (error.code == Code::kInvalidArgument || inItsWords != error.message ||
      (error.subject.empty() && asksForBackends))
    return atModel(request, model, Error(error.code, error.subject, inItsWords));
  bool named = error.subject == model.file && !request.models.contains(model.name);
  if (named && error.code == Code::kNotFound)
    return atModel(request, model,
                   Error(error.code, "", "'", model.file, "': ", error.message, fetchHint(app)));
  return error;
}

void warnOfCache(const AppRequest &request, const std::vector<CachedBundle> &bundles) {
  auto lost = std::ranges::find_if(bundles, [](const auto &one) { return one.scratch != nullptr; });
  if (lost != bundles.end() && request.warn)
    request.warn(request.file + ": warning: its models are compiled each time, the cache cannot " +
                 "keep them: " + lost->whyNotKept + "; TANDEM_CACHE names another folder");
}

/// Of one that the user asked for first and that runs nothing. Models of a split are the same
/// again.
Status warnOfBackends(const AppRequest &request, const Application &app,
                      const std::vector<CachedBundle> &bundles) {
  if (!request.warn || request.split)
    return {};
  std::vector<NamedBundle> named;
  for (size_t i = 0; i < bundles.size(); ++i)
    named.push_back({"model '" + app.models[i].name + "'", bundles[i].path});
  TANDEM_ASSIGN_OR_RETURN(std::string why, whyNothingRunsOnFirst(request.backends, named));
  if (!why.empty())
    request.warn(request.file + ": warning: " + why);
  return {};
}

} // namespace

Status checkAppRequest(const AppRequest &request) {
  CompileSettings settings;
  settings.backends = request.backends;
  if (!request.device.empty())
    settings.device = request.device;
  return checkSettings(settings);
}

Status replaceModels(Application &app, const AppRequest &request) {
  for (const auto &[name, file] : request.models) {
    auto found = std::ranges::find(app.models, name, &AppModel::name);
    if (found == app.models.end()) {
      std::string names;
      for (const AppModel &model : app.models)
        names += (names.empty() ? "" : ", ") + model.name;
      return Error(Code::kInvalidArgument, app.path, "--model names '", name,
                   "', the application's models are ", names);
    }
    found->file = file;
  }
  return {};
}

Result<OpenedApp> openApp(const AppRequest &request, Application app) {
  OpenedApp opened;
  ExecutorParts &parts = opened.parts;
  opened.report = request.report;
  opened.warn = request.warn;
  opened.device = request.device.empty() ? "host" : request.device;
  opened.opensAccelerators = request.opensAccelerators;
  if (!request.placesGreedily)
    opened.splitAt = [request, app](const ModelSplit &split) {
      AppRequest again = request;
      again.split = split;
      return openApp(again, app);
    };
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(request.file));
  opened.identity = file.text();
  for (const AppModel &model : app.models) {
    Result<Labels> labels = loadLabels(model);
    if (!labels) {
      bool missing = labels.error().code == Code::kNotFound;
      return atModel(request, model,
                     Error(labels.error().code, "", "labels '", model.labelsFile,
                           "': ", labels.error().message, missing ? fetchHint(app) : ""));
    }
    parts.labels.push_back(*std::move(labels));
  }
  std::vector<CachedBundle> bundles; // those that are kept nowhere, until they are open
  CompileReport report(request);
  for (const AppModel &model : app.models) {
    TANDEM_ASSIGN_OR_RETURN(CachedBundle bundle, compileCached(app, model, request, report));
    opened.identity += "\n" + bundle.identity;
    bundles.push_back(std::move(bundle));
  }
  warnOfCache(request, bundles);
  TANDEM_RETURN_IF_ERROR(warnOfBackends(request, app, bundles));
  SessionOptions options;
  options.faults.triesDevice = request.opensAccelerators;
  // The models of one frame take turns: those of one pool's workers.
  TANDEM_ASSIGN_OR_RETURN(options.pool, ForkJoinPool::create(request.threads));
  for (const CachedBundle &bundle : bundles) {
    TANDEM_ASSIGN_OR_RETURN(auto runner, openModelRunner(bundle.path, options));
    parts.runners.push_back(std::move(runner));
  }
  parts.app = std::move(app);
  return opened;
}

Result<OpenedApp> openRequestedApp(const AppRequest &request, const StepTable &table) {
  TANDEM_RETURN_IF_ERROR(checkAppRequest(request));
  TANDEM_ASSIGN_OR_RETURN(Application app, loadApplication(request.file, table.kinds()));
  TANDEM_RETURN_IF_ERROR(replaceModels(app, request));
  return openApp(request, std::move(app));
}

} // namespace tandem
