#include "tools/tandem/run_app.h"

#include "tools/tandem/annotate.h"
#include "tools/tandem/app_report.h"
#include "tools/tandem/command.h"
#include "tools/tandem/picture.h"
#include "tools/tandem/region_profile.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace tandem {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// What the tool does itself, around the application's own steps.
StageTiming ownStage(std::string name, std::string uses, Clock::time_point start) {
  StageTiming timing;
  timing.stage = std::move(name);
  timing.uses = std::move(uses);
  timing.device = "cpu";
  timing.milliseconds = millisecondsSince(start);
  timing.calls = 1;
  return timing;
}

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

/// Every model is compiled before any is opened, so that a bad one costs no more than it must.
Result<ExecutorParts> loadParts(const RunAppOptions &options, Application app) {
  ExecutorParts parts;
  for (const AppModel &model : app.models) {
    TANDEM_ASSIGN_OR_RETURN(Labels labels, loadLabels(model));
    parts.labels.push_back(std::move(labels));
  }
  std::vector<std::string> bundles;
  for (const AppModel &model : app.models) {
    TANDEM_ASSIGN_OR_RETURN(std::string bundle, options.compile(model));
    bundles.push_back(std::move(bundle));
  }
  for (const std::string &bundle : bundles) {
    TANDEM_ASSIGN_OR_RETURN(auto runner, openModelRunner(bundle, options.threads));
    parts.runners.push_back(std::move(runner));
  }
  parts.app = std::move(app);
  return parts;
}

Status makeFolder(const std::string &folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure)
    return Error(Code::kIo, folder, "cannot make the folder: ", failure.message());
  return {};
}

/// Where the annotated pictures go, beside options.images: each under the picture's own name, and a
/// number in it where an earlier one has it already. Errors: kInvalidArgument, where one would
/// replace a picture that is read.
Result<std::vector<std::string>> placesFor(const RunAppOptions &options) {
  std::vector<std::string> places;
  if (options.saveFolder.empty())
    return std::vector<std::string>(options.images.size());
  for (const std::string &path : options.images) {
    fs::path name = fs::path(path).filename(), place = fs::path(options.saveFolder) / name;
    for (int i = 2; std::ranges::find(places, place.string()) != places.end(); ++i)
      place = fs::path(options.saveFolder) /
              (name.stem().string() + "-" + std::to_string(i) + name.extension().string());
    for (const std::string &picture : options.images) {
      std::error_code notThere;
      if (fs::equivalent(place, picture, notThere))
        return Error(Code::kInvalidArgument, picture, "would be overwritten by ",
                     picture == path ? std::string("its annotated picture")
                                     : "the annotated " + path,
                     ", choose another folder for --save");
    }
    places.push_back(place.string());
  }
  return places;
}

/// Runs pictures one after another through one executor.
class PictureRun {
public:
  PictureRun(const RunAppOptions &options, Executor &executor)
      : options_(options), executor_(executor) {}

  /// `place`: where the annotated picture goes; empty: nowhere.
  Result<PictureReport> run(const std::string &path, const std::string &place) {
    Clock::time_point start = Clock::now();
    TANDEM_ASSIGN_OR_RETURN(Image image, loadPicture(path));
    StageTiming load = ownStage("load", "picture", start);
    TANDEM_RETURN_IF_ERROR(executor_.submit(image));
    Result<FrameResult> result = executor_.next();
    if (!result.ok())
      return Error(result.error().code, path, result.error().subject, ": ", result.error().message);
    PictureReport report{path, image.width, image.height, "", std::move(*result), {}};
    report.result.timings.insert(report.result.timings.begin(), std::move(load));
    if (!place.empty()) {
      start = Clock::now();
      annotate(image, report.result.results);
      TANDEM_RETURN_IF_ERROR(savePicture(place, image));
      report.saved = place;
      report.result.timings.push_back(ownStage("draw", "annotate", start));
    }
    if (options_.profile)
      report.profile = executor_.profile();
    return report;
  }

  /// Each picture's words at once, for whoever reads along.
  Status print(const PictureReport &report) const {
    bool colours = isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
    std::string text = options_.json ? reportAsJson(report) + "\n" : reportAsText(report, colours);
    std::fputs(text.c_str(), stdout);
    return flushOutput();
  }

private:
  const RunAppOptions &options_;
  Executor &executor_;
};

} // namespace

int runApp(const RunAppOptions &options) {
  Result<std::vector<std::string>> places = placesFor(options);
  if (!places.ok())
    return refuseRequest(places.error());
  StepTable table;
  registerAllSteps(table);
  Result<Application> app = loadApplication(options.app, table.kinds());
  if (!app.ok())
    return refuse(app.error());
  if (Status replaced = replaceModels(*app, options.models); !replaced.ok())
    return refuseRequest(replaced.error());
  Result<ExecutorParts> parts = loadParts(options, std::move(*app));
  if (!parts.ok())
    return refuse(parts.error());
  auto executor = makeSequentialExecutor(std::move(*parts), table);
  if (!executor.ok())
    return refuse(executor.error());
  if (!options.saveFolder.empty())
    if (Status made = makeFolder(options.saveFolder); !made.ok())
      return refuse(made.error());

  PictureRun run(options, **executor);
  int exitCode = kExitDone;
  NoticePrinter notices;
  for (size_t i = 0; i < options.images.size(); ++i) {
    Result<PictureReport> report = run.run(options.images[i], (*places)[i]);
    if (!report.ok())
      exitCode = refuse(report.error());
    else if (Status printed = run.print(*report); !printed.ok())
      return refuse(printed.error()); // nobody would read of the others
    for (const ModelProfile &model : (*executor)->profile())
      notices.print(options.app + ": model '" + model.model + "'", model.notices);
  }
  if (options.profile && !options.json)
    for (const ModelProfile &model : (*executor)->profile())
      std::printf("%s\n%s", model.model.c_str(), regionTable(model.regions).c_str());
  return exitCode;
}

} // namespace tandem
