#include "pipeline/schedulers/common/modulo_schedule.h"

#include "pipeline/schedulers/common/contention.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tandem {

ModuloSchedule::ModuloSchedule(const Instance &instance, const ScheduleOptions &limits)
    : instance_(instance), limits_(limits), carriedIn_(instance.tasks()),
      carriedOut_(instance.tasks()), processors_(instance.processors()), paths_(instance.paths()),
      processorLoad_(instance.processors()), pathLoad_(instance.paths()) {
  const std::vector<TaskEdge> &edges = instance.graph().edges;
  for (uint32_t edge = 0; edge < edges.size(); ++edge)
    if (edges[edge].distance > 0) {
      carriedIn_[edges[edge].to].push_back(edge);
      carriedOut_[edges[edge].from].push_back(edge);
    }
}

ModuloSchedule::Consumer ModuloSchedule::consumer(size_t edge, size_t frame, size_t frames) const {
  const TaskEdge &data = instance_.graph().edges[edge];
  size_t target = frame + data.distance;
  return {static_cast<uint32_t>(target % frames * instance_.tasks() + data.to),
          static_cast<double>(target / frames)};
}

void ModuloSchedule::resetDurations(const Pattern &pattern) {
  duration_.clear();
  for (size_t entry = 0; entry < pattern.processor.size(); ++entry)
    duration_.push_back(instance_.duration(entry % instance_.tasks(), pattern.processor[entry]));
}

/// The time of the busiest processor or path in a period.
double ModuloSchedule::load(const Pattern &pattern) {
  std::fill(processorLoad_.begin(), processorLoad_.end(), 0.0);
  std::fill(pathLoad_.begin(), pathLoad_.end(), 0.0);
  for (size_t entry = 0; entry < pattern.processor.size(); ++entry)
    processorLoad_[pattern.processor[entry]] += duration_[entry];
  const std::vector<TaskEdge> &edges = instance_.graph().edges;
  if (!paths_.empty())
    for (size_t frame = 0; frame < pattern.frames; ++frame)
      for (size_t edge = 0; edge < edges.size(); ++edge) {
        uint32_t from = pattern.processor[frame * instance_.tasks() + edges[edge].from];
        uint32_t to = pattern.processor[consumer(edge, frame, pattern.frames).entry];
        if (int path = instance_.path(from, to); path >= 0)
          pathLoad_[static_cast<size_t>(path)] += instance_.transfer(edge, from, to);
      }
  double most = 0;
  for (double load : processorLoad_)
    most = std::max(most, load);
  for (double load : pathLoad_)
    most = std::max(most, load);
  return most;
}

/// The time of the memory in a period, when it has no idle moment.
double ModuloSchedule::memoryLoad(const Pattern &pattern) const {
  double sum = 0;
  for (size_t entry = 0; instance_.hasContention() && entry < pattern.processor.size(); ++entry) {
    size_t task = entry % instance_.tasks();
    uint32_t p = pattern.processor[entry];
    sum += instance_.duration(task, p) * instance_.graph().memoryShare(task, p);
  }
  return sum;
}

PatternTimes ModuloSchedule::evaluate(const Pattern &pattern) {
  resetDurations(pattern);
  double all = std::accumulate(duration_.begin(), duration_.end(), 0.0);
  for (size_t edge = 0; edge < instance_.graph().edges.size(); ++edge)
    all += instance_.meanTransfer(edge); // some measure of how long one frame may take
  double least = std::max({load(pattern), memoryLoad(pattern),
                           static_cast<double>(pattern.frames) * instance_.graph().arrivalPeriod});
  PatternTimes times;
  if (least == 0)
    least = 1; // nothing takes time: any period will do
  // The least period mostly does. Else a larger one is sought: first doubled, then between.
  double low = least, high = least;
  for (int doubling = 0; !(times.found = scheduleAt(pattern, high)) && doubling < 24; ++doubling) {
    low = high;
    high += std::max(least, all) * 0.02 * static_cast<double>(1 << std::min(doubling, 12));
  }
  const double near = instance_.hasContention() ? 1e-3 : 1e-4; // it is a model only
  for (int halving = 0; times.found && low < high * (1 - near) && low > least * 0.999 &&
                        high > least && halving < 12;
       ++halving) {
    double middle = (low + high) / 2;
    (scheduleAt(pattern, middle) ? high : low) = middle;
  }
  if (times.found && high > least) {
    times.found = scheduleAt(pattern, high);
    // Where it is the frames in flight that ask for it, halving only comes near.
    double exact = plan_.makespan * static_cast<double>(pattern.frames) /
                   static_cast<double>(std::max<size_t>(1, limits_.mostFramesInFlight));
    if (limits_.mostFramesInFlight > 0 && exact >= least && exact < high &&
        !scheduleAt(pattern, exact))
      times.found = scheduleAt(pattern, high);
  }
  times.interval = plan_.interval;
  times.makespan = plan_.makespan;
  times.framesInFlight = plan_.framesInFlight;
  return times;
}

bool ModuloSchedule::scheduleAt(const Pattern &pattern, double period) {
  constexpr int kMostStretches = 12;
  resetDurations(pattern);
  for (int round = 0; round <= kMostStretches; ++round) {
    if (load(pattern) > period * (1 + kTimeTolerance) || !placeAll(pattern, period))
      return false;
    if (!instance_.hasContention() || !stretchForContention(period))
      return keepsLimits();
    if (round + 1 == kMostStretches)
      stretchForTheWorst(pattern);
  }
  return false;
}

bool ModuloSchedule::placeAll(const Pattern &pattern, double period) {
  work_ +=
      static_cast<double>(pattern.order.size() + pattern.frames * instance_.graph().edges.size());
  size_t tasks = instance_.tasks();
  plan_.objective = Objective::kThroughput;
  plan_.frames = pattern.frames;
  plan_.interval = period / static_cast<double>(pattern.frames);
  plan_.transfers.clear();
  plan_.tasks.resize(pattern.processor.size());
  for (uint32_t entry = 0; entry < plan_.tasks.size(); ++entry)
    plan_.tasks[entry] = {entry % tasks, entry / tasks, pattern.processor[entry], 0, 0};
  placed_.assign(plan_.tasks.size(), 0);
  for (size_t p = 0; p < processors_.size(); ++p)
    processors_[p].reset(period, processorLoad_[p]);
  for (size_t path = 0; path < paths_.size(); ++path)
    paths_[path].reset(period, pathLoad_[path]);
  for (uint32_t entry : pattern.order)
    if (!place(pattern, entry, period))
      return false;
  if (instance_.graph().arrivalPeriod == 0)
    waitForConsumers(pattern, period);
  addFreeTransfers(instance_, plan_);
  PlanTotals totals = totalsOf(instance_.graph(), plan_);
  plan_.makespan = totals.makespan;
  plan_.framesInFlight = totals.framesInFlight;
  return true;
}

/// Sends what frame `frame` puts on the edge, as soon as may be from `from` on; when it is there.
double ModuloSchedule::send(const Pattern &pattern, size_t edge, size_t frame, double from) {
  uint32_t source =
      pattern.processor[frame * instance_.tasks() + instance_.graph().edges[edge].from];
  uint32_t target = pattern.processor[consumer(edge, frame, pattern.frames).entry];
  double duration = instance_.transfer(edge, source, target);
  int path = instance_.path(source, target);
  if (path < 0 || duration <= 0)
    return from + duration;
  CircularTimeline &line = paths_[static_cast<size_t>(path)];
  double start = line.earliest(from, duration);
  line.insert(start, duration);
  plan_.transfers.push_back({edge, frame, start, start + duration});
  return start + duration;
}

bool ModuloSchedule::place(const Pattern &pattern, uint32_t entry, double period) {
  PlannedTask &task = plan_.tasks[entry];
  // Frames enter one interval apart, which they must where they arrive so, and else is as good as
  // any.
  double ready = plan_.interval * static_cast<double>(task.frame);
  ready = sendInputs(pattern, entry, ready, period);
  CircularTimeline &line = processors_[task.processor];
  task.start = line.earliest(ready, duration_[entry]);
  task.finish = task.start + duration_[entry];
  line.insert(task.start, duration_[entry]);
  placed_[entry] = 1;
  return sendBack(pattern, entry, period);
}

double ModuloSchedule::sendInputs(const Pattern &pattern, uint32_t entry, double ready,
                                  double period) {
  size_t tasks = instance_.tasks(), frame = entry / tasks;
  for (const auto &[before, edge] : instance_.predecessors(entry % tasks))
    ready = std::max(ready, send(pattern, edge, frame, plan_.tasks[frame * tasks + before].finish));
  for (uint32_t edge : carriedIn_[entry % tasks])
    for (size_t source = 0; source < pattern.frames; ++source) {
      Consumer to = consumer(edge, source, pattern.frames);
      size_t from = source * tasks + instance_.graph().edges[edge].from;
      if (to.entry == entry && placed_[from])
        ready = std::max(ready,
                         send(pattern, edge, source, plan_.tasks[from].finish) - to.later * period);
    }
  return ready;
}

/// To consumers of later frames that have their times already; false when that comes too late.
bool ModuloSchedule::sendBack(const Pattern &pattern, uint32_t entry, double period) {
  size_t frame = entry / instance_.tasks();
  for (uint32_t edge : carriedOut_[entry % instance_.tasks()]) {
    Consumer to = consumer(edge, frame, pattern.frames);
    if (!placed_[to.entry])
      continue;
    double there = send(pattern, edge, frame, plan_.tasks[entry].finish);
    if (there > (plan_.tasks[to.entry].start + to.later * period) + kTimeTolerance * period)
      return false;
  }
  return true;
}

/// Moves tasks and transfers that are done long before they are needed to later by whole periods,
/// which leaves them where they are on the circle: a frame that begins later is in flight for less
/// long.
void ModuloSchedule::waitForConsumers(const Pattern &pattern, double period) {
  size_t tasks = instance_.tasks(), edges = instance_.graph().edges.size();
  constexpr size_t kNone = SIZE_MAX;
  std::vector<size_t> transferOf(paths_.empty() ? 0 : pattern.frames * edges, kNone);
  for (size_t i = 0; i < plan_.transfers.size(); ++i)
    transferOf[plan_.transfers[i].frame * edges + plan_.transfers[i].edge] = i;
  auto delay = [&](auto &what, double latest) {
    double periods = std::floor((latest - what.finish) / period + kTimeTolerance);
    if (periods <= 0 || latest == kCannotRun)
      return;
    what.start += periods * period;
    what.finish += periods * period;
  };
  for (size_t i = pattern.order.size(); i-- > 0;) {
    uint32_t entry = pattern.order[i];
    size_t frame = entry / tasks;
    double latest = kCannotRun;
    auto consider = [&](uint32_t edge) {
      Consumer to = consumer(edge, frame, pattern.frames);
      double there = plan_.tasks[to.entry].start + to.later * period;
      if (to.entry == entry)
        return; // it moves along
      if (!transferOf.empty() && transferOf[frame * edges + edge] != kNone) {
        PlannedTransfer &transfer = plan_.transfers[transferOf[frame * edges + edge]];
        delay(transfer, there);
        latest = std::min(latest, transfer.start);
        return;
      }
      latest = std::min(latest, there - instance_.transfer(edge, pattern.processor[entry],
                                                           pattern.processor[to.entry]));
    };
    for (const auto &[after, edge] : instance_.successors(entry % tasks))
      consider(edge);
    for (uint32_t edge : carriedOut_[entry % tasks])
      consider(edge);
    delay(plan_.tasks[entry], latest);
  }
}

/// Gives those tasks more time that contention slows; false when all have enough.
bool ModuloSchedule::stretchForContention(double period) {
  std::vector<double> done = workDone(instance_, plan_, period);
  bool stretched = false;
  for (size_t entry = 0; entry < plan_.tasks.size(); ++entry) {
    const PlannedTask &task = plan_.tasks[entry];
    double work = instance_.duration(task.task, task.processor);
    if (done[entry] >= work * (1 - kTimeTolerance / 4))
      continue;
    duration_[entry] *= work / done[entry];
    stretched = true;
  }
  return stretched;
}

/// Enough time for every task whatever runs beside it: the hungriest task of each other processor.
void ModuloSchedule::stretchForTheWorst(const Pattern &pattern) {
  const TaskGraph &graph = instance_.graph();
  std::vector<double> most(instance_.processors()), speeds(instance_.processors());
  for (size_t entry = 0; entry < pattern.processor.size(); ++entry) {
    uint32_t p = pattern.processor[entry];
    most[p] = std::max(most[p], graph.memoryShare(entry % instance_.tasks(), p));
  }
  for (size_t entry = 0; entry < pattern.processor.size(); ++entry) {
    uint32_t p = pattern.processor[entry];
    std::vector<double> shares = most;
    shares[p] = graph.memoryShare(entry % instance_.tasks(), p);
    fairSpeeds(shares, speeds);
    duration_[entry] = instance_.duration(entry % instance_.tasks(), p) / speeds[p];
  }
}

bool ModuloSchedule::keepsLimits() const {
  double frames = static_cast<double>(plan_.framesInFlight);
  return (limits_.mostFramesInFlight == 0 || plan_.framesInFlight <= limits_.mostFramesInFlight) &&
         (limits_.mostLatency <= 0 ||
          plan_.makespan <= limits_.mostLatency * (1 + kTimeTolerance)) &&
         (limits_.mostBytes <= 0 || frames * instance_.graph().frameBytes <= limits_.mostBytes);
}

} // namespace tandem
