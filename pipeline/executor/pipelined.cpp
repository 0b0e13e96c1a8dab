#include "pipeline/executor/pipelined.h"

#include "pipeline/executor/frame_slot.h"
#include "pipeline/executor/lane.h"
#include "pipeline/executor/report.h"
#include "pipeline/executor/run_record.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace tandem {
namespace {

/// The control of frames under one lock, taken a few times a frame; tasks move between the workers
/// without it.
class Pipelined final : public PipelinedExecutor {
public:
  Pipelined(Application app, std::vector<Labels> labels, AppTasks tasks, PipelineOptions options)
      : app_(std::move(app)), labels_(std::move(labels)), tasks_(std::move(tasks)),
        links_(tasks_.tasks.size(), tasks_.edges), options_(std::move(options)),
        limit_(options_.framesInFlight ? options_.framesInFlight : options_.plan.framesInFlight),
        line_(limit_, options_.waiting, options_.whenFull), waiting_(options_.waiting),
        record_(options_.traceEvents) {}
  ~Pipelined() override { stop(); }

  Status makeSlots(std::vector<std::unique_ptr<ModelRunner>> runners, const StepTable &table);
  Status start();

  Result<int64_t> submit(const Image &frame, const FrameOptions &options) override;
  Result<FrameResult> next() override;
  bool hasResult() const override;
  size_t capacity() const override { return slots_.size() + options_.waiting; }
  std::vector<DeviceNotice> takeNotices() override { return std::exchange(notices_, {}); }
  std::vector<ModelProfile> profile() const override;

  std::optional<Result<FrameResult>> await() override;
  void finish() override;
  void cancel(int64_t frame) override;
  void stop() override;
  Status replan(Plan plan) override;
  Plan plan() const override;
  const AppTasks &tasks() const override { return tasks_; }
  std::vector<TaskTime> taskTimes() const override;
  Trace trace() const override;

private:
  using Lock = std::unique_lock<std::mutex>;

  int64_t now() const { return record_.now(); }
  std::vector<DeviceWorker *> workersLike(size_t device) const;
  Result<std::shared_ptr<const Dispatch>> dispatchOf(Plan plan) const;
  void runTask(size_t lane, const ReadyTask &ready, size_t waiting);
  void frameEnded(size_t slot, int64_t atNs);
  void beginFrames();
  FrameSlot *slotOf(int64_t frame) const;
  Result<FrameResult> fetch(Lock &lock, int64_t frame);
  Result<FrameResult> collect(Lock &lock, FrameSlot &slot);

  const Application app_;
  const std::vector<Labels> labels_;
  const AppTasks tasks_;
  const TaskLinks links_;
  const PipelineOptions options_;
  const size_t limit_; ///< frames that may run at a time
  std::vector<std::unique_ptr<FrameSlot>> slots_;
  std::vector<std::unique_ptr<Lane>> lanes_; // after slots_: their threads end first

  mutable std::mutex mutex_; ///< of all below
  std::condition_variable room_, changed_;
  std::shared_ptr<const Dispatch> dispatch_;
  std::optional<FrameClock> clock_;
  FrameLine line_;
  std::vector<FrameSlot::Frame> waiting_; ///< those of line_, by number modulo size
  int64_t submitted_ = 0, fetched_ = 0;   ///< numbers of the last frames
  bool finished_ = false, stopping_ = false;
  RunRecord record_;
  std::mutex stopMutex_;
  std::vector<DeviceNotice> notices_; ///< of the thread of next()
};

Status Pipelined::makeSlots(std::vector<std::unique_ptr<ModelRunner>> runners,
                            const StepTable &table) {
  std::vector<const ModelRunner *> originals;
  for (const std::unique_ptr<ModelRunner> &runner : runners)
    originals.push_back(runner.get());
  for (size_t i = 0; i < limit_ + options_.spare; ++i) {
    TANDEM_ASSIGN_OR_RETURN(auto slot, FrameSlot::create(app_, tasks_, labels_, table, originals,
                                                         std::exchange(runners, {})));
    slot->addNewNotices(notices_);
    slots_.push_back(std::move(slot));
  }
  return {};
}

Status Pipelined::start() {
  TANDEM_ASSIGN_OR_RETURN(dispatch_, dispatchOf(options_.plan));
  clock_.emplace(*dispatch_);
  size_t devices = options_.devices.size();
  int spins = devices > std::thread::hardware_concurrency() ? 0 : options_.spins;
  for (const PipelineDevice &device : options_.devices)
    lanes_.push_back(std::make_unique<Lane>(
        DeviceWorker::Options{.name = device.name,
                              .core = device.core,
                              .capacity = slots_.size() * tasks_.tasks.size(),
                              .spins = spins},
        tasks_.tasks.size(), options_.traceEvents));
  for (size_t i = 0; options_.steals && i < devices; ++i)
    lanes_[i]->worker.setAlike(workersLike(i));
  for (size_t i = 0; i < devices; ++i)
    TANDEM_RETURN_IF_ERROR(lanes_[i]->worker.start(
        [this, i](const ReadyTask &task, size_t waiting) { runTask(i, task, waiting); }));
  return {};
}

/// Of its kind, it not among them.
std::vector<DeviceWorker *> Pipelined::workersLike(size_t device) const {
  std::vector<DeviceWorker *> alike;
  const PipelineDevice &own = options_.devices[device];
  for (size_t i = 0; i < lanes_.size(); ++i)
    if (const PipelineDevice &other = options_.devices[i]; i != device && other.kind == own.kind &&
                                                           other.backends == own.backends &&
                                                           other.runsSteps == own.runsSteps)
      alike.push_back(&lanes_[i]->worker);
  return alike;
}

Result<std::shared_ptr<const Dispatch>> Pipelined::dispatchOf(Plan plan) const {
  TANDEM_ASSIGN_OR_RETURN(Dispatch dispatch, Dispatch::create(std::move(plan), tasks_.tasks.size(),
                                                              options_.devices.size()));
  for (const PlannedTask &planned : dispatch.plan().tasks)
    if (!canRunOn(tasks_.tasks[planned.task], options_.devices[planned.processor]))
      return Error(Code::kInvalidArgument, app_.path, "the plan puts '",
                   tasks_.tasks[planned.task].name, "' on '",
                   options_.devices[planned.processor].name, "', which cannot run it");
  return std::make_shared<const Dispatch>(std::move(dispatch));
}

// ---- tasks: in the workers' threads, without the lock

void Pipelined::runTask(size_t index, const ReadyTask &ready, size_t waiting) {
  Lane &lane = *lanes_[index];
  FrameSlot &slot = *slots_[ready.slot];
  int64_t start = now();
  if (slot.pastDeadline(start))
    slot.stop(FrameFate::kLate);
  if (slot.fate() == FrameFate::kRunning) {
    FrameSlot::Copies copied = slot.runTask(ready.task, options_.devices[index], lane.inputs);
    int64_t finish = now();
    slot.recordTime(ready.task, finish - start);
    lane.events.add({.lane = static_cast<uint32_t>(index),
                     .task = ready.task,
                     .frame = slot.frame().number,
                     .startNs = start,
                     .finishNs = finish,
                     .ready = static_cast<uint32_t>(waiting),
                     .bytesCopied = copied.bytes,
                     .bytesToDevice = copied.device.bytesIn,
                     .bytesFromDevice = copied.device.bytesOut,
                     .toDeviceNs = copied.device.nsIn,
                     .fromDeviceNs = copied.device.nsOut});
    if (slot.fate() == FrameFate::kRunning) // else it may have been cut short
      lane.times[ready.task].add(static_cast<float>(finish - start) / 1e3f);
  }
  for (uint32_t follower : links_.followers[ready.task])
    if (slot.oneLess(follower))
      lanes_[slot.planned(follower).processor]->worker.give(slot.ready(ready.slot, follower));
  if (slot.taskDone())
    frameEnded(ready.slot, now());
}

// ---- frames: under the lock

void Pipelined::frameEnded(size_t slot, int64_t atNs) {
  std::lock_guard lock(mutex_);
  slots_[slot]->endedNs = atNs;
  slots_[slot]->state = FrameSlot::State::kEnded;
  record_.add({slots_[slot]->frame().number, FrameMoment::kEnded, atNs});
  line_.finish();
  beginFrames();
  changed_.notify_all();
}

void Pipelined::beginFrames() {
  while (!stopping_) {
    auto free = std::ranges::find_if(
        slots_, [](const auto &slot) { return slot->state == FrameSlot::State::kFree; });
    if (free == slots_.end())
      return;
    std::optional<int64_t> frame = line_.begin();
    if (!frame)
      return;
    FrameSlot &slot = **free;
    slot.begin(waiting_[static_cast<size_t>(*frame) % waiting_.size()], dispatch_, clock_->begin(),
               links_);
    record_.add({*frame, FrameMoment::kBegun, now()});
    room_.notify_one();
    auto index = static_cast<uint32_t>(free - slots_.begin());
    for (uint32_t task = 0; task < links_.waitsFor.size(); ++task)
      if (links_.waitsFor[task] == 0)
        lanes_[slot.planned(task).processor]->worker.give(slot.ready(index, task));
  }
}

Result<int64_t> Pipelined::submit(const Image &frame, const FrameOptions &options) {
  TANDEM_RETURN_IF_ERROR(checkPicture(frame));
  Lock lock(mutex_);
  room_.wait(lock, [&] { return stopping_ || !line_.mustWait(); });
  if (stopping_)
    return Error(Code::kUnavailable, "", "the executor was stopped");
  int64_t number = ++submitted_, at = now();
  int64_t deadline = std::chrono::nanoseconds(options.deadline).count();
  waiting_[static_cast<size_t>(number) % waiting_.size()] = {.number = number,
                                                             .picture = &frame,
                                                             .priority = options.priority,
                                                             .submittedNs = at,
                                                             .deadlineNs =
                                                                 deadline > 0 ? at + deadline : 0};
  record_.add({number, FrameMoment::kSubmitted, at});
  line_.push(number); // one that is dropped for it is found missing when its turn comes
  beginFrames();
  changed_.notify_all();
  return number;
}

/// Null for one that waits, was dropped, or was fetched.
FrameSlot *Pipelined::slotOf(int64_t frame) const {
  for (const std::unique_ptr<FrameSlot> &slot : slots_)
    if (slot->state != FrameSlot::State::kFree && slot->frame().number == frame)
      return slot.get();
  return nullptr;
}

Result<FrameResult> Pipelined::collect(Lock &lock, FrameSlot &slot) {
  lock.unlock(); // an ended slot is nobody else's
  int64_t start = now();
  Result<FrameResult> result = slot.result();
  slot.addNewNotices(notices_);
  if (result.ok())
    result->milliseconds = static_cast<double>(slot.endedNs - slot.frame().submittedNs) / 1e6;
  int64_t finish = now();
  lock.lock();
  record_.addCollected(slot.frame().number, start, finish);
  slot.state = FrameSlot::State::kFree;
  beginFrames();
  return result;
}

/// Waits for the end of a frame that was submitted.
Result<FrameResult> Pipelined::fetch(Lock &lock, int64_t frame) {
  for (;;) {
    FrameSlot *slot = slotOf(frame);
    if (slot && slot->state == FrameSlot::State::kEnded)
      return collect(lock, *slot);
    bool waits = line_.holds(frame);
    if (!slot && (!waits || stopping_)) {
      FrameResult result;
      result.frame = frame;
      result.end = waits ? FrameEnd::kCancelled : FrameEnd::kDropped;
      return result;
    }
    changed_.wait(lock);
  }
}

Result<FrameResult> Pipelined::next() {
  Lock lock(mutex_);
  if (fetched_ == submitted_)
    return Error(Code::kInvalidArgument, "", "no frame is in flight");
  return fetch(lock, ++fetched_);
}

bool Pipelined::hasResult() const {
  std::lock_guard lock(mutex_);
  if (fetched_ == submitted_)
    return false;
  const FrameSlot *slot = slotOf(fetched_ + 1);
  return slot ? slot->state == FrameSlot::State::kEnded : stopping_ || !line_.holds(fetched_ + 1);
}

std::optional<Result<FrameResult>> Pipelined::await() {
  Lock lock(mutex_);
  changed_.wait(lock, [&] { return fetched_ < submitted_ || finished_ || stopping_; });
  if (fetched_ == submitted_)
    return std::nullopt;
  return fetch(lock, ++fetched_);
}

void Pipelined::finish() {
  std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

void Pipelined::cancel(int64_t frame) {
  std::lock_guard lock(mutex_);
  if (FrameSlot *slot = slotOf(frame); slot && slot->state == FrameSlot::State::kRunning)
    slot->stop(FrameFate::kCancelled);
  else if (line_.holds(frame))
    waiting_[static_cast<size_t>(frame) % waiting_.size()].cancelled = true;
}

void Pipelined::stop() {
  std::lock_guard once(stopMutex_);
  {
    Lock lock(mutex_);
    stopping_ = true;
    for (const std::unique_ptr<FrameSlot> &slot : slots_)
      if (slot->state == FrameSlot::State::kRunning)
        slot->stop(FrameFate::kCancelled);
    room_.notify_all();
    changed_.notify_all();
    changed_.wait(lock, [&] { return line_.running() == 0; });
  }
  for (const std::unique_ptr<Lane> &lane : lanes_)
    lane->worker.stop();
}

Status Pipelined::replan(Plan plan) {
  TANDEM_ASSIGN_OR_RETURN(std::shared_ptr<const Dispatch> dispatch, dispatchOf(std::move(plan)));
  std::lock_guard lock(mutex_);
  clock_->follow(*dispatch);
  dispatch_ = std::move(dispatch);
  record_.add({now(), dispatch_->plan().interval, dispatch_->plan().makespan});
  if (!options_.framesInFlight)
    line_.allow(std::min(limit_, std::max<size_t>(1, dispatch_->plan().framesInFlight)));
  beginFrames();
  return {};
}

Plan Pipelined::plan() const {
  std::lock_guard lock(mutex_);
  return dispatch_->plan();
}

// ---- what happened

std::vector<TaskTime> Pipelined::taskTimes() const {
  std::vector<TaskTime> times;
  for (size_t device = 0; device < lanes_.size(); ++device)
    for (size_t task = 0; task < tasks_.tasks.size(); ++task) {
      const RunningMean &mean = lanes_[device]->times[task];
      if (int64_t runs = mean.runs.load(std::memory_order_relaxed))
        times.push_back({task, device, mean.us.load(std::memory_order_relaxed), runs});
    }
  return times;
}

Trace Pipelined::trace() const {
  std::lock_guard lock(mutex_);
  return record_.trace(app_.name, tasks_.tasks, options_.devices, lanes_);
}

std::vector<ModelProfile> Pipelined::profile() const {
  std::lock_guard lock(mutex_);
  std::vector<ModelProfile> profiles(app_.models.size());
  for (size_t i = 0; i < profiles.size(); ++i)
    profiles[i].model = app_.models[i].name;
  for (const std::unique_ptr<FrameSlot> &slot : slots_)
    for (size_t step = 0; step < app_.steps.size(); ++step)
      if (const ModelRunner *runner = slot->runnerOf(step))
        addProfile(*runner, profiles[static_cast<size_t>(app_.steps[step].model)]);
  return profiles;
}

} // namespace

static Status checkOptions(const ExecutorParts &parts, const PipelineOptions &options) {
  if (parts.app.steps.empty())
    return Error(Code::kInvalidArgument, parts.app.path, "has no steps to run");
  if (options.devices.empty() || options.waiting < 1 ||
      (options.framesInFlight < 1 && options.plan.framesInFlight < 1))
    return Error(Code::kInvalidArgument, parts.app.path,
                 "a pipeline needs a device, a frame in flight and one that may wait");
  return {};
}

Result<std::unique_ptr<PipelinedExecutor>>
makePipelinedExecutor(ExecutorParts parts, const StepTable &table, PipelineOptions options) {
  TANDEM_RETURN_IF_ERROR(checkOptions(parts, options));
  AppTasks tasks = tasksOf(parts.app, parts.runners);
  auto executor = std::make_unique<Pipelined>(std::move(parts.app), std::move(parts.labels),
                                              std::move(tasks), std::move(options));
  TANDEM_RETURN_IF_ERROR(executor->makeSlots(std::move(parts.runners), table));
  TANDEM_RETURN_IF_ERROR(executor->start());
  return std::unique_ptr<PipelinedExecutor>(std::move(executor));
}

} // namespace tandem
