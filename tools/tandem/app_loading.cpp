#include "tools/tandem/app_loading.h"

#include "base/file.h"
#include "tools/tandem/bundle_cache.h"
#include "tools/tandem/command.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace tandem {
namespace {

/// Fails for a name that no model has.
Status replaceModels(Application &app, const std::map<std::string, std::string> &models) {
  for (const auto &[name, file] : models) {
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

/// What the command line asks for, by itself: later errors are of the application's file.
Status checkRequest(const AppOptions &options) {
  CompileSettings settings;
  settings.backends = options.backends;
  if (!options.device.empty())
    settings.device = options.device;
  return checkSettings(settings);
}

Result<std::string> compileCached(const AppModel &model, const AppOptions &options) {
  CompileRequest request;
  request.modelPath = model.file;
  request.shapes = model.shapes;
  request.backends = options.backends.empty() ? model.backends : options.backends;
  if (!options.device.empty())
    request.device = options.device;
  Progress progress("compile " + std::filesystem::path(model.file).filename().string());
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  Result<std::string> bundle = cachedBundle(request);
  progress.finish();
  if (bundle)
    return bundle;
  // What the application's file asks for, and not the model's.
  const Error &error = bundle.error();
  bool asksForBackends = options.backends.empty() && !model.backends.empty();
  if (error.code == Code::kInvalidArgument || (error.subject.empty() && asksForBackends))
    return Error(error.code, options.file + ":" + std::to_string(model.line), "model '", model.name,
                 "': ", error.message);
  return error;
}

Result<OpenedApp> openApp(const AppOptions &options, Application app) {
  OpenedApp opened;
  ExecutorParts &parts = opened.parts;
  opened.device = options.device.empty() ? "host" : options.device;
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(options.file));
  opened.identity = file.text();
  for (const AppModel &model : app.models) {
    TANDEM_ASSIGN_OR_RETURN(Labels labels, loadLabels(model));
    parts.labels.push_back(std::move(labels));
  }
  std::vector<std::string> bundles;
  for (const AppModel &model : app.models) {
    TANDEM_ASSIGN_OR_RETURN(std::string bundle, compileCached(model, options));
    opened.identity += "\n" + bundle; // its name in the cache says what it was made of
    bundles.push_back(std::move(bundle));
  }
  for (const std::string &bundle : bundles) {
    TANDEM_ASSIGN_OR_RETURN(auto runner, openModelRunner(bundle, options.threads));
    parts.runners.push_back(std::move(runner));
  }
  parts.app = std::move(app);
  return opened;
}

} // namespace

bool isApplication(const std::string &path) {
  std::string ending = std::filesystem::path(path).extension().string();
  return ending == ".yaml" || ending == ".yml";
}

std::vector<CLI::Option *> addAppOptions(CLI::App &command, AppOptions &options) {
  // allow_extra_args(false): one value each time it is given, so that it may stand before pictures.
  return {
      command
          .add_option("-m,--model", options.models,
                      "application: NAME=FILE, another file for one of its models")
          ->allow_extra_args(false),
      command
          .add_option("-b,--backends", options.backends,
                      "application: backends in order of preference [default: as the application "
                      "says]")
          ->delimiter(',')
          ->allow_extra_args(false),
      command
          .add_option("-d,--device", options.device,
                      "application: what to compile its models for, see 'tandem devices' "
                      "[default: host, this machine]")
          ->check(notEmpty())};
}

std::variant<OpenedApp, int> loadApp(std::string_view command, const AppOptions &options,
                                     const StepTable &table) {
  auto models = parseNameValues("--model NAME=FILE", options.models);
  if (!models)
    return wrongUsage(command, models.error().message);
  if (Status wrong = checkRequest(options); !wrong.ok())
    return refuseRequest(wrong.error());
  Result<Application> app = loadApplication(options.file, table.kinds());
  if (!app.ok())
    return refuse(app.error());
  if (Status replaced = replaceModels(*app, *models); !replaced.ok())
    return refuseRequest(replaced.error());
  Result<OpenedApp> opened = openApp(options, *std::move(app));
  if (!opened.ok())
    return refuse(opened.error());
  return *std::move(opened);
}

} // namespace tandem
