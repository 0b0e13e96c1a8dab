#include "python/binding/application.h"

#include "base/file.h"
#include "pipeline/plan/app_profile.h"
#include "pipeline/schedulers/gantt.h"
#include "pipeline/schedulers/scheduler.h"
#include "python/binding/failure.h"
#include "python/binding/frame_run.h"
#include "python/binding/picture.h"
#include "python/binding/work_callback.h"
#include "tools/tandem/app_costs.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/open_app.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/pipeline_setup.h"
#include "tools/tandem/planned_app_report.h"

#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

namespace nb = nanobind;
using namespace nb::literals;

namespace tandem::python {
namespace {

using Names = std::vector<std::string>;

std::shared_ptr<const StepTable> allSteps() {
  auto table = std::make_shared<StepTable>();
  registerAllSteps(*table);
  return table;
}

double numberOf(nb::handle value, const char *name, double least, double most) {
  double number = 0;
  if (!nb::try_cast(value, number) || !(number >= least && number <= most))
    throw Failure(Error(Code::kInvalidArgument, "", name, " is ", nb::repr(value).c_str(),
                        ", expected a number from ", least, " to ", most));
  return number;
}

std::string textOf(nb::handle value, const char *name) {
  std::string text;
  if (!nb::try_cast(value, text))
    throw Failure(Error(Code::kInvalidArgument, "", name, " is ", nb::repr(value).c_str(),
                        ", expected text"));
  return text;
}

void checkIsIn(const std::string &text, const char *name, const Names &known) {
  if (text.empty() || std::ranges::find(known, text) != known.end())
    return;
  std::string list;
  for (const std::string &word : known)
    list += (list.empty() ? "" : ", ") + word;
  throw Failure(
      Error(Code::kInvalidArgument, "", name, " is '", text, "', expected one of ", list));
}

/// The keyword arguments of frames() and plan(); those that are None stay as they are. The ranges
/// are those of the command line's options.
PipelineSetup setupOf(const nb::dict &arguments) {
  PipelineSetup setup;
  for (auto [key, value] : arguments) {
    auto name = nb::cast<std::string>(key);
    if (value.is_none())
      continue;
    if (name == "pipeline")
      setup.enabled = nb::cast<bool>(value);
    else if (name == "drop_oldest")
      setup.dropOldest = nb::cast<bool>(value);
    else if (name == "objective")
      setup.objective = textOf(value, "objective");
    else if (name == "scheduler")
      setup.scheduler = textOf(value, "scheduler");
    else if (name == "fps")
      setup.framesPerSecond = numberOf(value, "fps", 1e-3, 1e6);
    else if (name == "latency_ms")
      setup.latencyMs = numberOf(value, "latency_ms", 1e-3, 1e9);
    else if (name == "frames_in_flight")
      setup.framesInFlight = static_cast<size_t>(numberOf(value, "frames_in_flight", 1, 1000));
    else if (name == "cores")
      setup.cores = static_cast<size_t>(numberOf(value, "cores", 1, 1024));
    else if (name == "costs")
      setup.costs = textOf(value, "costs");
    else if (name == "trace")
      setup.trace = textOf(value, "trace");
    else if (name == "svg")
      setup.svg = textOf(value, "svg");
    else
      throw Failure(Error(Code::kInternal, "", "no argument is called '", name, "'"));
  }
  checkIsIn(setup.objective, "objective", {"throughput", "latency"});
  checkIsIn(setup.scheduler, "scheduler", allSchedulers().names());
  return setup;
}

Names namesOf(const auto &entries) {
  Names names;
  for (const auto &entry : entries)
    names.push_back(entry.name);
  return names;
}

/// tandem.App's half in C++: the request, and the application opened by it.
class Application {
public:
  Application(const std::string &file, const std::map<std::string, std::string> &models,
              const Names &backends, const std::string &device, int threads, nb::object progress)
      : table_(allSteps()), progress_(std::move(progress)) {
    request_.file = file;
    request_.models = models;
    request_.backends = backends;
    request_.device = device == "host" ? "" : device;
    request_.threads = static_cast<int>(numberOf(nb::int_(threads), "threads", 1, 256));
    request_.report = [this](const std::string &title, const std::string &stage, double done) {
      if (!stage.empty())
        tellStage(progress_, title + ": " + stage, done);
    };
    request_.warn = &warnUser;
    nb::gil_scoped_release unlocked;
    opened_ = std::make_unique<OpenedApp>(open());
  }
  Application(const Application &) = delete; // request_.report looks at this
  Application &operator=(const Application &) = delete;

  /// Each run has an application of its own: its models' memory is its state.
  std::unique_ptr<FrameRun> start(const nb::dict &arguments, const Names &inputs) {
    PipelineSetup setup = setupOf(arguments);
    nb::gil_scoped_release unlocked;
    throwIf(checkTracePlaces(cliOptions(), setup, inputs));
    return std::make_unique<FrameRun>(open(), table_, std::move(setup), inputs);
  }

  nb::object plan(const nb::dict &arguments, const Names &inputs, int64_t frames, double jitter) {
    PipelineSetup setup = setupOf(arguments);
    auto simulated = static_cast<size_t>(numberOf(nb::int_(frames), "simulate", 1, 1e6));
    numberOf(nb::float_(jitter), "jitter", 0, 1);
    std::string text;
    {
      nb::gil_scoped_release unlocked;
      throwIf(checkTracePlaces(cliOptions(), setup, inputs));
      PlannedApp planned = valueOf(planApp(*opened_, *table_, setup, inputs));
      Simulation simulation =
          valueOf(simulatePlan(planned, simulated, setup.framesPerSecond, jitter));
      if (!setup.svg.empty())
        throwIf(writeFileAtomically(setup.svg, ganttSvg(planChart(planned))));
      text = jsonText(plannedAppAsJson(request_.file, planned, simulation), /*indent=*/-1);
    }
    return plainData(text);
  }

  nb::object profile(const Names &inputs, const std::string &output) {
    std::string text;
    {
      nb::gil_scoped_release unlocked;
      if (!output.empty())
        throwIf(checkOutputPlace(output, "the profile", inputs));
      std::string place = output.empty() ? valueOf(placeOfCosts(*opened_)) : output;
      AppProfile profile = valueOf(measureCosts(*opened_, *table_, inputs));
      throwIf(saveAppProfile(place, profile));
      text = appProfileText(profile);
    }
    return plainData(text);
  }

  std::string name() const { return opened_->parts.app.name; }
  Names models() const { return namesOf(opened_->parts.app.models); }
  Names results() const { return namesOf(opened_->parts.app.results); }

private:
  OpenedApp open() const { return valueOf(openRequestedApp(request_, *table_)); }
  AppOptions cliOptions() const {
    AppOptions options;
    options.file = request_.file;
    for (const auto &[name, file] : request_.models)
      options.models.push_back(name + "=" + file);
    return options;
  }

  std::shared_ptr<const StepTable> table_;
  nb::object progress_;
  AppRequest request_;
  std::unique_ptr<OpenedApp> opened_; ///< for plans and profiles
};

} // namespace

void bindApplication(nb::module_ &module) {
  bindPictures(module);
  nb::class_<FoundFrame>(module, "FrameResult", R"(What an application found on one frame.

`result["faces"]` is one of its named results, as plain data: docs/app-format.md has the form of each.)")
      .def("__getitem__",
           [](FoundFrame &self, const std::string &name) { return self.results()[name.c_str()]; })
      .def_prop_ro("frame", &FoundFrame::frame, "Its number, from 1 in the order of submission.")
      .def_prop_ro("ended", &FoundFrame::ended,
                   "\"done\", or why there are no results: \"dropped\", \"late\", \"cancelled\".")
      .def_prop_ro("milliseconds", &FoundFrame::milliseconds,
                   "From submission to the end of its last step.")
      .def_prop_ro("image", &FoundFrame::image, "The frame, u8[height, width, 3] of RGB.")
      .def_prop_ro("results", &FoundFrame::results, "All named results, a dict.")
      .def_prop_ro("timings", &FoundFrame::timings,
                   "What each step took: a list of dicts with stage, uses or model and format, "
                   "device, calls, ms.")
      .def("annotated", &FoundFrame::annotated,
           "The frame with what was found drawn on it, a new array.");
  nb::class_<FrameRun>(module, "Run")
      .def("submit", &FrameRun::submit, "picture"_a)
      .def("next", &FrameRun::next)
      .def("models", &FrameRun::models)
      .def("write_traces", &FrameRun::writeTraces)
      .def_prop_ro("takes_more", &FrameRun::takesMore)
      .def_prop_ro("in_flight", &FrameRun::inFlight);
  nb::class_<Application>(module, "Application")
      .def(nb::init<const std::string &, const std::map<std::string, std::string> &, const Names &,
                    const std::string &, int, nb::object>(),
           "file"_a, "models"_a, "backends"_a, "device"_a, "threads"_a, "progress"_a.none())
      .def("start", &Application::start, "setup"_a, "inputs"_a)
      .def("plan", &Application::plan, "setup"_a, "inputs"_a, "frames"_a, "jitter"_a)
      .def("profile", &Application::profile, "inputs"_a, "output"_a)
      .def_prop_ro("name", &Application::name)
      .def_prop_ro("models", &Application::models)
      .def_prop_ro("results", &Application::results);
}

} // namespace tandem::python
