#include "tools/tandem/run_app.h"

#include "tools/tandem/app_report.h"
#include "tools/tandem/command.h"
#include "tools/tandem/frame_input.h"
#include "tools/tandem/frame_output.h"
#include "tools/tandem/interruption.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/planned_app_report.h"
#include "tools/tandem/region_profile.h"
#include "tools/tandem/stand_in.h"
#include "tools/tandem/video_report.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <thread>
#include <unistd.h>

namespace tandem {
namespace {

/// What the tool does itself, around the application's own steps.
StageTiming ownStage(std::string name, std::string uses, double milliseconds) {
  StageTiming timing;
  timing.stage = std::move(name);
  timing.uses = std::move(uses);
  timing.devices = {"cpu"};
  timing.milliseconds = milliseconds;
  timing.calls = 1;
  return timing;
}

/// Runs frames of all inputs through one executor: reads ahead as far as it takes more, until all
/// have been read or the user has had enough.
class FrameRun {
public:
  FrameRun(const RunAppOptions &options, const AppExecutor &executor, FrameOutput output,
           const Interruption &interruption, FeederLog &feeder)
      : options_(options), app_(executor), executor_(*executor), output_(std::move(output)),
        interruption_(interruption), input_(options.inputs), limit_(executor.capacity()),
        feeder_(feeder), colours_(isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR")) {}

  /// Frames in flight are still read by the executor; their results are of no interest any more.
  ~FrameRun() {
    for (size_t i = 0; i < flights_.size(); ++i)
      (void)executor_.next().ok();
  }
  FrameRun(const FrameRun &) = delete;
  FrameRun &operator=(const FrameRun &) = delete;

  /// The exit code. A frame that fails is told, and the others go on; only when nobody would read
  /// of them, or nothing can be written, it stops.
  int run() {
    bool more = true;
    while (more || !flights_.empty()) {
      if (more && interruption_.came()) {
        more = false;
        tellInterruption();
        continue;
      }
      Status status;
      if (more && flights_.size() < limit())
        status = submitNext(more);
      else
        status = collect();
      // Whoever drops frames takes results as they come, and waits for none while frames do.
      while (status.ok() && !flights_.empty() && executor_.hasResult())
        status = collect();
      if (!status.ok())
        return refuse(status.error());
    }
    if (Status ended = endVideo(); !ended.ok())
      return refuse(ended.error());
    return exitCode_;
  }

private:
  struct Flight {
    InputFrame frame;
    double framesPerSecond = 0;
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  };

  /// Frames that may be between being read and being told of. The executor drops of its own what it
  /// has no room for; those have their pictures here until their turn comes.
  size_t limit() const {
    constexpr size_t kMostWithDropped = 256;
    return options_.pipeline.dropOldest ? kMostWithDropped : limit_;
  }

  /// Frames of a source that has them at a rate come no earlier.
  void awaitArrival() {
    if (options_.pipeline.arrivalFps <= 0)
      return;
    auto period = std::chrono::duration<double>(1 / options_.pipeline.arrivalFps);
    if (arrivals_ == 0)
      firstArrival_ = std::chrono::steady_clock::now();
    std::this_thread::sleep_until(firstArrival_ +
                                  std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                      period * static_cast<double>(arrivals_)));
    ++arrivals_;
  }

  FrameOptions optionsOf(const InputFrame &frame) const {
    FrameOptions options;
    auto priority = options_.priorities.find(options_.inputs[frame.input]);
    options.priority = priority == options_.priorities.end() ? 0 : priority->second;
    options.deadline = std::chrono::microseconds(std::llround(app_.deadlineMs() * 1e3));
    return options;
  }

  void tellInterruption() const {
    std::fprintf(stderr, "%s: interrupted: no more frames are read, those that were are finished\n",
                 options_.app.file.c_str());
  }

  void tell(const Error &error) { exitCode_ = refuse(error); }

  Status submitNext(bool &more) {
    Flight flight;
    if (!spare_.empty()) {
      flight.frame.image = std::move(spare_.back());
      spare_.pop_back();
    }
    auto start = std::chrono::steady_clock::now();
    Result<bool> read = input_.next(flight.frame);
    auto finish = std::chrono::steady_clock::now();
    if (!read.ok()) {
      tell(read.error());
      return {};
    }
    more = *read;
    if (!more)
      return {};
    flight.framesPerSecond = input_.framesPerSecond();
    flights_.push_back(std::move(flight));
    awaitArrival();
    const InputFrame &frame = flights_.back().frame;
    Result<int64_t> submitted = executor_.submit(frame.image, optionsOf(frame));
    if (submitted.ok()) {
      feeder_.add(kReadTask, *submitted, start, finish);
      return {};
    }
    tell(named(flights_.back().frame, submitted.error()));
    flights_.pop_back();
    return {};
  }

  /// The oldest frame's result: told, drawn, written.
  Status collect() {
    Result<FrameResult> result = executor_.next();
    Flight flight = std::move(flights_.front());
    flights_.pop_front();
    Status status = flight.frame.number ? collectOfVideo(flight, std::move(result))
                                        : collectPicture(flight.frame, std::move(result));
    spare_.push_back(std::move(flight.frame.image));
    for (const DeviceNotice &notice : executor_.takeNotices())
      tellNotice(flight.frame, notice);
    if (std::optional<std::string> notice = app_.takeNotice())
      notices_.print(options_.app.file, {&*notice, 1});
    return status;
  }

  Status collectPicture(InputFrame &frame, Result<FrameResult> result) {
    TANDEM_RETURN_IF_ERROR(endVideo());
    if (!result.ok()) {
      tell(named(frame, result.error()));
      return {};
    }
    PictureReport report = reportOf(frame, *std::move(result));
    Result<std::string> saved = drawAndSave(frame, 0, report.result);
    if (!saved.ok()) {
      tell(saved.error());
      return {};
    }
    report.saved = *saved;
    return print(options_.json ? reportAsJson(report) + "\n" : reportAsText(report, colours_));
  }

  Status collectOfVideo(Flight &flight, Result<FrameResult> result) {
    InputFrame &frame = flight.frame;
    if (!video_ || videoInput_ != frame.input) {
      TANDEM_RETURN_IF_ERROR(endVideo());
      video_.emplace(options_.inputs[frame.input], frame.image.width, frame.image.height,
                     flight.begun, app_.planned().has_value());
      videoInput_ = frame.input;
      progress_.emplace("run " + options_.inputs[frame.input]);
    }
    if (!result.ok()) {
      video_->addFailure();
      tell(named(frame, result.error()));
      return {};
    }
    PictureReport report = reportOf(frame, *std::move(result));
    TANDEM_ASSIGN_OR_RETURN(saved_, drawAndSave(frame, flight.framesPerSecond, report.result));
    video_->add(report.result);
    double frames = static_cast<double>(std::max<int64_t>(input_.frames(), frame.number));
    progress_->update(isatty(STDERR_FILENO) ? video_->now() : "running",
                      static_cast<double>(frame.number) / frames);
    return options_.json ? print(reportAsJson(report) + "\n") : Status();
  }

  /// Where the annotated frame went, empty when nothing is saved; a stage of its own.
  Result<std::string> drawAndSave(InputFrame &frame, double framesPerSecond, FrameResult &result) {
    if (!output_.writes())
      return std::string();
    auto start = std::chrono::steady_clock::now();
    TANDEM_ASSIGN_OR_RETURN(std::string saved,
                            output_.write(frame, framesPerSecond, result.results));
    auto finish = std::chrono::steady_clock::now();
    feeder_.add(kDrawTask, result.frame, start, finish);
    std::chrono::duration<double, std::milli> taken = finish - start;
    result.timings.push_back(ownStage("draw", "annotate", taken.count()));
    return saved;
  }

  Status endVideo() {
    if (!video_)
      return {};
    progress_.reset();
    TANDEM_RETURN_IF_ERROR(output_.finish());
    Status printed =
        print(options_.json ? video_->asJson(saved_) + "\n" : video_->asText(saved_, colours_));
    video_.reset();
    saved_.clear();
    return printed;
  }

  PictureReport reportOf(const InputFrame &frame, FrameResult result) const {
    PictureReport report;
    report.path = options_.inputs[frame.input];
    report.frame = frame.number;
    report.width = frame.image.width;
    report.height = frame.image.height;
    report.result = std::move(result);
    report.result.timings.insert(
        report.result.timings.begin(),
        ownStage("load", frame.number ? "video" : "picture", frame.loadMs));
    if (options_.profile && flights_.empty()) // else the models are at work
      report.profile = executor_.profile();
    return report;
  }

  /// "clip.avi frame 7", "photo.jpg".
  std::string placeOf(const InputFrame &frame) const {
    const std::string &input = options_.inputs[frame.input];
    return frame.number ? input + " frame " + std::to_string(frame.number) : input;
  }

  Error named(const InputFrame &frame, const Error &error) const {
    return Error(error.code, placeOf(frame), error.subject, error.subject.empty() ? "" : ": ",
                 error.message);
  }

  /// Of the frame that met it, or of one that was there when a model was loaded.
  void tellNotice(const InputFrame &frame, const DeviceNotice &notice) {
    std::string place = notice.frame ? placeOf(frame) : options_.app.file;
    if (!notice.step.empty())
      place += ": step '" + notice.step + "'";
    notices_.print(place + ": model '" + notice.model + "'", notice.model, notice.text);
  }

  static Status print(const std::string &text) {
    std::fputs(text.c_str(), stdout);
    return flushOutput();
  }

  const RunAppOptions &options_;
  const AppExecutor &app_;
  Executor &executor_;
  FrameOutput output_;
  const Interruption &interruption_;
  FrameInput input_;
  size_t limit_;
  FeederLog &feeder_;
  std::chrono::steady_clock::time_point firstArrival_;
  int64_t arrivals_ = 0;
  bool colours_;
  int exitCode_ = kExitDone;
  std::deque<Flight> flights_; ///< submitted, oldest first; their pictures stay where they are
  std::vector<Image> spare_;
  NoticePrinter notices_;
  std::optional<VideoReport> video_; ///< the one whose results come now
  std::optional<Progress> progress_;
  size_t videoInput_ = 0;
  std::string saved_;
};

/// What the run was to be like. Of pictures, whose times stand one by one, nothing else tells.
void printPlan(const PlannedApp &planned, bool drawsFrames) {
  std::fputs(plannedText(planned).c_str(), stdout);
  std::fputs(splitText(planned).c_str(), stdout);
  if (drawsFrames)
    std::fputs("drawing and writing frames is in no plan, and takes time of the same cores\n",
               stdout);
}

/// What became of each model, where asked for; and always what their times are not.
void printModels(const std::vector<ModelProfile> &models, bool tables) {
  std::vector<RegionProfile> regions;
  for (const ModelProfile &model : models) {
    if (tables)
      std::printf("%s\n%s", model.model.c_str(), regionTable(model.regions).c_str());
    regions.insert(regions.end(), model.regions.begin(), model.regions.end());
  }
  std::fputs(standInText(regions).c_str(), stdout);
}

} // namespace

int runApp(const RunAppOptions &asked) {
  RunAppOptions options = asked;
  options.pipeline.drawsFrames = !options.saveFolder.empty();
  Result<FrameOutput> output = FrameOutput::plan(options.inputs, options.saveFolder);
  if (!output.ok())
    return refuseRequest(output.error());
  if (Status folder = checkOutputFolder(options.saveFolder); !folder.ok())
    return refuse(folder.error());
  if (Status places = checkTracePlaces(options.app, options.pipeline, options.inputs); !places.ok())
    return refuseRequest(places.error());
  if (Status arrival = settleArrival(options.pipeline, options.inputs); !arrival.ok())
    return refuseRequest(arrival.error());
  StepTable table;
  registerAllSteps(table);
  auto app = loadApp("run", options.app, table);
  if (int *exitCode = std::get_if<int>(&app))
    return *exitCode;
  Result<AppExecutor> executor =
      makeAppExecutor(std::get<OpenedApp>(std::move(app)), table, options.pipeline, options.inputs);
  if (!executor.ok())
    return refuse(executor.error());
  if (Status opened = output->open(); !opened.ok())
    return refuse(opened.error());

  Interruption interruption; // until traces are written too
  FeederLog feeder(options.pipeline.records() ? kTraceEvents : 0);
  int exitCode = FrameRun(options, *executor, *std::move(output), interruption, feeder).run();
  if (Status written = executor->writeTraces(options.pipeline, feeder); !written.ok())
    return refuse(written.error());
  if (!options.json) {
    if (executor->planned())
      printPlan(*executor->planned(), options.pipeline.drawsFrames);
    printModels((**executor).profile(), options.profile);
  }
  return exitCode;
}

} // namespace tandem
