#include "pipeline/plan/profile_application.h"

#include "base/elapsed.h"
#include "pipeline/executor/device_worker.h"
#include "pipeline/executor/report.h"
#include "pipeline/executor/run_step.h"
#include "pipeline/plan/cut_models.h"
#include "pipeline/plan/measure_hand_off.h"
#include "pipeline/plan/task_costs.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <numeric>
#include <thread>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

/// Where each task runs while one device is measured.
using Places = std::vector<const PipelineDevice *>;

/// By task, in microseconds.
struct TaskTimes {
  explicit TaskTimes(size_t tasks) : us(tasks), coreUs(tasks) {}
  std::vector<double> us;
  std::vector<double> coreUs; ///< of cores, where the task runs on a device that is none
};

/// What all threads of this process have had of cores so far.
double processCoreUs() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// The application once, to be run in one thread.
class AppRun {
public:
  /// `runners` beside app.models.
  static Result<std::unique_ptr<AppRun>>
  create(const ExecutorParts &parts, const AppTasks &tasks, const StepTable &table,
         const std::vector<std::unique_ptr<ModelRunner>> &runners) {
    std::unique_ptr<AppRun> run(new AppRun(parts.app, tasks));
    StepRunners byStep;
    for (const AppStep &step : parts.app.steps)
      byStep.push_back(step.model < 0 ? nullptr : runners[static_cast<size_t>(step.model)].get());
    TANDEM_ASSIGN_OR_RETURN(BoundStages bound, makeStages(parts.app, parts.labels, byStep, table));
    run->stages_ = std::move(bound.stages);
    for (const Lending &lent : bound.lendings)
      run->state_.lend(lent.step, lent.output, lent.data, lent.bytes);
    return run;
  }

  /// Adds to `times` what each task takes.
  Status runFrame(const Image &picture, int64_t number, const Places &places, TaskTimes &times) {
    state_.begin(picture);
    for (size_t i = 0; i < tasks_.tasks.size(); ++i) {
      const AppTask &task = tasks_.tasks[i];
      StepRun run{.step = task.step,
                  .part = {.first = task.firstPart,
                           .last = task.lastPart,
                           .backends = task.regions.empty() ? nullptr : &places[i]->backends}};
      // Of the process: a library may compute in threads of its own.
      double core = places[i]->runsSteps ? 0 : processCoreUs();
      Clock::time_point start = Clock::now();
      Status status = runStep(app_, state_, *stages_[task.step], fate_, inputs_, run);
      times.us[i] += microsecondsSince(start);
      if (!places[i]->runsSteps)
        times.coreUs[i] += processCoreUs() - core;
      if (!status.ok())
        return stepError(app_, app_.steps[task.step], number, status.error());
      calls_[task.step] = run.calls;
    }
    return {};
  }

  /// Takes the last frame's results, as an executor does; gives the microseconds.
  double collect() const {
    Clock::time_point start = Clock::now();
    std::vector<NamedResult> results = state_.results();
    return microsecondsSince(start);
  }

  /// What the last frame's data were like.
  void noteData(const std::vector<StepChances> &chances, AppProfile &profile,
                std::vector<std::pair<int64_t, int64_t>> &held) const {
    std::vector<std::string> seen;
    for (size_t i = 0; i < app_.steps.size(); ++i) {
      size_t count = state_.countOf(app_.steps[i]);
      const std::string &name = chances[i].detections;
      if (!name.empty() && std::ranges::find(seen, name) == seen.end()) {
        profile.detections[name].push_back(static_cast<int>(count));
        seen.push_back(name);
      }
      held[i].first += calls_[i];
      held[i].second += static_cast<int64_t>(count);
    }
  }

private:
  AppRun(const Application &app, const AppTasks &tasks)
      : app_(app), tasks_(tasks), state_(app), calls_(app.steps.size()) {}

  const Application &app_;
  const AppTasks &tasks_;
  std::vector<std::unique_ptr<Stage>> stages_;
  FrameState state_;
  std::vector<InputRef> inputs_;
  std::vector<int> calls_; ///< by step, in the last frame
  const std::atomic<FrameFate> fate_ = FrameFate::kRunning;
};

double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

class Profiler {
public:
  Profiler(const ExecutorParts &parts, const StepTable &table, std::span<const Image> pictures,
           const ProfileOptions &options)
      : parts_(parts), table_(table), pictures_(pictures), options_(options),
        tasks_(tasksOf(parts.app, parts.runners)), chances_(chancesOf(parts.app)) {}

  Result<AppProfile> run() {
    profile_.application = parts_.app.name;
    profile_.machine = options_.machine;
    profile_.frames = static_cast<int>(pictures_.size());
    TANDEM_ASSIGN_OR_RETURN(run_, AppRun::create(parts_, tasks_, table_, parts_.runners));
    report("learning what its frames are like");
    TANDEM_RETURN_IF_ERROR(learnData());
    report("cutting large models");
    TANDEM_RETURN_IF_ERROR(cutThem());
    for (const AppTask &task : tasks_.tasks)
      profile_.tasks.push_back({task.name, {}, {}, {}});
    TANDEM_RETURN_IF_ERROR(measureOverheads());
    for (const PipelineDevice &device : options_.devices) {
      if (device.timesAreModelled)
        profile_.modelled.push_back(device.kind);
      report("measuring its tasks on " + device.name);
      TANDEM_ASSIGN_OR_RETURN(TaskTimes alone, measureOn(device));
      for (size_t i = 0; i < alone.us.size(); ++i)
        if (canRunOn(tasks_.tasks[i], device)) {
          profile_.tasks[i].us[device.kind] = alone.us[i];
          if (!device.runsSteps)
            profile_.tasks[i].coreUs[device.kind] = alone.coreUs[i];
        }
      for (const PipelineDevice &partner : options_.partners)
        if (partner.kind == device.kind) {
          report("measuring its tasks on " + device.name + " beside " + partner.name);
          TANDEM_RETURN_IF_ERROR(measureTogether(device, partner, alone.us));
        }
    }
    return std::move(profile_);
  }

private:
  /// Each stage is as long as any other, about.
  void report(const std::string &stage) {
    size_t stages = 2 + options_.devices.size() + options_.partners.size();
    if (options_.progress)
      options_.progress(stage, static_cast<double>(stagesBegun_) / static_cast<double>(stages));
    ++stagesBegun_;
  }

  Result<Places> placesFor(const PipelineDevice &device) const {
    Places places;
    for (const AppTask &task : tasks_.tasks) {
      auto able = [&](const PipelineDevice &other) { return canRunOn(task, other); };
      auto other = std::ranges::find_if(options_.devices, able);
      if (!able(device) && other == options_.devices.end())
        return Error(Code::kInvalidArgument, parts_.app.path, "no device to be measured can run '",
                     task.name, "'");
      places.push_back(able(device) ? &device : &*other);
    }
    return places;
  }

  /// One run over all pictures, which warms everything up as well.
  Status learnData() {
    TANDEM_ASSIGN_OR_RETURN(Places places, placesFor(options_.devices[0]));
    TaskTimes times(tasks_.tasks.size());
    std::vector<std::pair<int64_t, int64_t>> held(parts_.app.steps.size());
    for (size_t i = 0; i < pictures_.size(); ++i) {
      TANDEM_RETURN_IF_ERROR(
          run_->runFrame(pictures_[i], static_cast<int64_t>(i) + 1, places, times));
      run_->noteData(chances_, profile_, held);
      profile_.overheads.collectUs += run_->collect() / static_cast<double>(pictures_.size());
    }
    for (size_t i = 0; i < held.size(); ++i)
      if (parts_.app.steps[i].when)
        profile_.holds[parts_.app.steps[i].name] =
            held[i].second
                ? static_cast<double>(held[i].first) / static_cast<double>(held[i].second)
                : 0;
    return {};
  }

  /// Models that are much of a frame; from then on tasks are of their pieces.
  Status cutThem() {
    TANDEM_ASSIGN_OR_RETURN(Places places, placesFor(options_.devices[0]));
    TANDEM_ASSIGN_OR_RETURN(TaskTimes times, runRound(*run_, places));
    std::vector<double> stepUs(parts_.app.steps.size());
    for (size_t i = 0; i < tasks_.tasks.size(); ++i)
      stepUs[tasks_.tasks[i].step] += times.us[i];
    TANDEM_ASSIGN_OR_RETURN(profile_.cuts, cutModels(parts_.app, parts_.runners, stepUs));
    tasks_ = tasksOf(parts_.app, parts_.runners);
    return {};
  }

  /// Of the executor, on the first core and a second one where there is one.
  Status measureOverheads() {
    profile_.overheads.readUs = options_.readUs;
    for (const PipelineDevice &device : options_.devices)
      for (const PipelineDevice &partner : options_.partners)
        if (device.runsSteps && partner.kind == device.kind) {
          TANDEM_ASSIGN_OR_RETURN(HandOffCosts costs, measureHandOff(device, partner));
          profile_.overheads.dispatchUs = costs.dispatchUs;
          profile_.overheads.handOffUs = costs.handOffUs;
          profile_.overheads.usPerByte = costs.usPerByte;
          return {};
        }
    return {};
  }

  /// Of an average frame.
  Result<TaskTimes> runRound(AppRun &run, const Places &places) const {
    TaskTimes times(tasks_.tasks.size());
    for (size_t i = 0; i < pictures_.size(); ++i)
      TANDEM_RETURN_IF_ERROR(
          run.runFrame(pictures_[i], static_cast<int64_t>(i) + 1, places, times));
    for (std::vector<double> *list : {&times.us, &times.coreUs})
      for (double &time : *list)
        time /= static_cast<double>(pictures_.size());
    return times;
  }

  /// By task: the median of the rounds' means.
  Result<TaskTimes> runRounds(const Places &places) {
    std::vector<TaskTimes> rounds;
    Clock::time_point end = Clock::now() + options_.budget;
    for (int round = 0; round < options_.rounds && (round == 0 || Clock::now() < end); ++round) {
      TANDEM_ASSIGN_OR_RETURN(TaskTimes times, runRound(*run_, places));
      rounds.push_back(std::move(times));
    }
    TaskTimes medians(tasks_.tasks.size());
    for (auto list : {&TaskTimes::us, &TaskTimes::coreUs})
      for (size_t i = 0; i < tasks_.tasks.size(); ++i) {
        std::vector<double> values;
        for (const TaskTimes &times : rounds)
          values.push_back((times.*list)[i]);
        (medians.*list)[i] = median(std::move(values));
      }
    return medians;
  }

  /// In a thread of the device's own.
  Result<TaskTimes> measureOn(const PipelineDevice &device) {
    TANDEM_ASSIGN_OR_RETURN(Places places, placesFor(device));
    Result<TaskTimes> result = TaskTimes(0);
    std::atomic<bool> pinned = false;
    std::thread thread([&] {
      pinned.wait(false);
      result = runRounds(places);
    });
    Status status = device.core ? pinThread(thread, device.name, *device.core) : Status();
    pinned.store(true);
    pinned.notify_one();
    thread.join();
    TANDEM_RETURN_IF_ERROR(status);
    return result;
  }

  Status measureTogether(const PipelineDevice &device, const PipelineDevice &partner,
                         const std::vector<double> &alone) {
    TANDEM_ASSIGN_OR_RETURN(Places places, placesFor(partner));
    std::vector<std::unique_ptr<ModelRunner>> runners;
    for (const std::unique_ptr<ModelRunner> &runner : parts_.runners) {
      TANDEM_ASSIGN_OR_RETURN(auto another, runner->another());
      runners.push_back(std::move(another));
    }
    TANDEM_ASSIGN_OR_RETURN(auto run, AppRun::create(parts_, tasks_, table_, runners));
    std::atomic<bool> stop = false;
    Status partnerStatus;
    std::thread thread([&] {
      while (!stop && partnerStatus.ok())
        partnerStatus = runRound(*run, places).status();
    });
    Status pinned = partner.core ? pinThread(thread, partner.name, *partner.core) : Status();
    Result<TaskTimes> together = measureOn(device);
    stop = true;
    thread.join();
    TANDEM_RETURN_IF_ERROR(pinned);
    TANDEM_RETURN_IF_ERROR(partnerStatus);
    TANDEM_RETURN_IF_ERROR(together.status());
    for (size_t i = 0; i < alone.size(); ++i)
      if (canRunOn(tasks_.tasks[i], device) && alone[i] > 0)
        profile_.tasks[i].together[device.kind] = std::max(1.0, together->us[i] / alone[i]);
    return {};
  }

  const ExecutorParts &parts_;
  const StepTable &table_;
  std::span<const Image> pictures_;
  const ProfileOptions &options_;
  AppTasks tasks_;
  const std::vector<StepChances> chances_;
  std::unique_ptr<AppRun> run_;
  AppProfile profile_;
  size_t stagesBegun_ = 0;
};

} // namespace

Result<AppProfile> profileApplication(const ExecutorParts &parts, const StepTable &table,
                                      std::span<const Image> pictures,
                                      const ProfileOptions &options) {
  if (pictures.empty() || options.devices.empty() || options.rounds < 1)
    return Error(Code::kInvalidArgument, parts.app.path,
                 "to be profiled needs a picture, a device and a round");
  for (const Image &picture : pictures)
    TANDEM_RETURN_IF_ERROR(checkPicture(picture));
  return Profiler(parts, table, pictures, options).run();
}

} // namespace tandem
