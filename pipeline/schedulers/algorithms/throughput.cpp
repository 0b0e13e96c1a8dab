// Ours for throughput: modulo scheduling of frames that overlap, stages replicated where that is
// better.

#include "pipeline/schedulers/algorithms/best.h"
#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/load_balance.h"
#include "pipeline/schedulers/common/modulo_schedule.h"
#include "pipeline/schedulers/common/random.h"
#include "pipeline/schedulers/common/ranks.h"
#include "pipeline/schedulers/common/search.h"
#include "pipeline/schedulers/scheduler.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tandem {
namespace {

/// The interval counts; among equals the time of one frame.
double costOf(const PatternTimes &times) {
  constexpr double kMakespanWeight = 1e-6, kNotFound = 1e200;
  return times.found ? times.interval + kMakespanWeight * times.makespan
                     : kNotFound + times.makespan;
}

/// The best pattern of a given number of frames: starts from placements of least load and of least
/// latency, then changes order and placement (late acceptance, as orderSearch()).
class PatternSearch {
public:
  /// `latency`: a solution of little latency, to start from beside one of little load.
  PatternSearch(const Instance &instance, const ScheduleOptions &options,
                const SearchBudget &budget, const Solution &latency)
      : instance_(instance), budget_(budget), latency_(latency), random_(budget.seed),
        schedule_(instance, options),
        leastMakespan_(latencyBound(instance).value * (1 + kTimeTolerance)) {}

  void run(size_t frames) {
    FractionalLoad fractional = fractionalLoad(instance_);
    // Enough to be sure of small patterns; of larger ones the exchanges find nearly all there is.
    auto nodes = static_cast<size_t>(std::clamp(budget_.work / 32, 2e3, 5e4));
    consider(
        patternOf(frames, balancedPlacement(instance_, fractional, frames,
                                            budget_.target * static_cast<double>(frames), nodes)));
    consider(everyFrameAs(frames, latency_));
    improve();
  }

  const PatternTimes &times() const { return bestTimes_; }
  /// Of the best pattern; only where one was found.
  Plan plan() {
    schedule_.evaluate(best_);
    return schedule_.plan();
  }

private:
  Pattern patternOf(size_t frames, std::vector<uint32_t> placement) const {
    Pattern pattern{frames, std::move(placement), {}};
    std::vector<size_t> order = orderByPriority(instance_, upwardRanks(instance_));
    for (size_t frame = 0; frame < frames; ++frame)
      for (size_t task : order)
        pattern.order.push_back(static_cast<uint32_t>(frame * instance_.tasks() + task));
    return pattern;
  }

  Pattern everyFrameAs(size_t frames, const Solution &solution) const {
    Pattern pattern{frames, {}, {}};
    for (size_t frame = 0; frame < frames; ++frame) {
      for (int processor : solution.processor)
        pattern.processor.push_back(static_cast<uint32_t>(processor));
      for (size_t task : solution.order)
        pattern.order.push_back(static_cast<uint32_t>(frame * instance_.tasks() + task));
    }
    return pattern;
  }

  double evaluate(const Pattern &pattern, PatternTimes &times) {
    times = schedule_.evaluate(pattern);
    return costOf(times);
  }
  bool isOver() const {
    bool nothingIsLeft = bestTimes_.found && bestTimes_.interval <= budget_.target &&
                         bestTimes_.makespan <= leastMakespan_;
    return nothingIsLeft || schedule_.work() >= budget_.work;
  }

  void consider(Pattern pattern) {
    PatternTimes times;
    if (double cost = evaluate(pattern, times); cost < bestCost_ || best_.order.empty()) {
      bestCost_ = cost;
      best_ = std::move(pattern);
      bestTimes_ = times;
    }
  }

  void improve() {
    constexpr size_t kHistory = 40;
    std::vector<double> history(kHistory, bestCost_);
    Pattern now = best_, next;
    double nowCost = bestCost_;
    for (size_t i = 0; !isOver(); ++i) {
      if ((i & 15) == 0 && std::chrono::steady_clock::now() >= budget_.deadline)
        break;
      next = now;
      change(next);
      PatternTimes times;
      double cost = evaluate(next, times);
      if (cost < bestCost_) {
        bestCost_ = cost;
        best_ = next;
        bestTimes_ = times;
      }
      if (cost <= nowCost || cost <= history[i % kHistory]) {
        std::swap(now, next);
        nowCost = cost;
      }
      history[i % kHistory] = nowCost;
    }
  }

  /// Another place in the order, another processor, or an exchange of processors.
  void change(Pattern &pattern) {
    size_t kind = random_.below(4), at = random_.below(pattern.order.size());
    uint32_t entry = pattern.order[at];
    if (kind < 2)
      return reorder(pattern, at);
    auto choices = instance_.choices(entry % instance_.tasks());
    if (kind == 2) {
      pattern.processor[entry] = choices[random_.below(choices.size())];
      return;
    }
    uint32_t other = pattern.order[random_.below(pattern.order.size())];
    uint32_t here = pattern.processor[entry], there = pattern.processor[other];
    if (!instance_.canRun(entry % instance_.tasks(), there) ||
        !instance_.canRun(other % instance_.tasks(), here))
      return;
    std::swap(pattern.processor[entry], pattern.processor[other]);
  }

  /// Before what comes before it, as far as nothing there feeds it; frames may interleave.
  void reorder(Pattern &pattern, size_t at) {
    uint32_t entry = pattern.order[at];
    size_t tasks = instance_.tasks();
    auto feeds = [&](uint32_t other) {
      auto before = instance_.predecessors(entry % tasks);
      return other / tasks == entry / tasks &&
             std::any_of(before.begin(), before.end(),
                         [&](const auto &n) { return n.task == other % tasks; });
    };
    for (size_t steps = 1 + random_.below(6); steps > 0 && at > 0; --steps, --at) {
      if (feeds(pattern.order[at - 1]))
        return;
      std::swap(pattern.order[at], pattern.order[at - 1]);
    }
  }

  const Instance &instance_;
  const SearchBudget &budget_;
  const Solution &latency_;
  Random random_;
  ModuloSchedule schedule_;
  Pattern best_;
  PatternTimes bestTimes_;
  double bestCost_ = kCannotRun, leastMakespan_;
};

/// Without a limit there is a plan, unless sums of its times lose the small ones.
Error noPlanFound(const ScheduleOptions &options, const Bound &bound) {
  std::ostringstream limits;
  if (options.mostFramesInFlight > 0)
    limits << ", " << options.mostFramesInFlight << " frames in flight";
  if (options.mostLatency > 0)
    limits << ", a latency of " << options.mostLatency;
  if (options.mostBytes > 0)
    limits << ", " << options.mostBytes << " bytes";
  if (limits.str().empty())
    return Error(Code::kUnsupported, "",
                 "no plan found: times of its tasks lie too far apart to be added up, make the "
                 "least ones zero");
  return Error(Code::kUnsupported, "", "no plan found that keeps to ", limits.str().substr(2),
               "; one frame alone takes at least ", bound.value, " (", bound.reason, ")");
}

Result<Plan> throughputPlan(const TaskGraph &graph, const ScheduleOptions &asked) {
  Instance instance(graph);
  ScheduleOptions options = asked;
  if (options.mostBytes > 0 && graph.frameBytes > 0) {
    // One frame more than fits would never be there.
    auto fit = static_cast<size_t>(std::min(1e9, options.mostBytes / graph.frameBytes));
    if (fit == 0)
      return Error(Code::kUnsupported, "", "one frame holds ", std::llround(graph.frameBytes),
                   " bytes, the limit is ", std::llround(options.mostBytes));
    if (options.mostFramesInFlight == 0 || fit < options.mostFramesInFlight)
      options.mostFramesInFlight = fit;
  }
  Bound bound = intervalBound(instance, options.mostFramesInFlight);
  size_t mostFrames = std::max<size_t>(1, options.mostFrames);
  if (options.mostFramesInFlight > 0)
    mostFrames = std::min(mostFrames, options.mostFramesInFlight);
  constexpr double kLeastWork = 5e3, kMostWork = 4e6, kWorthwhile = 0.99;
  // With contention each step takes longer, and the model is not worth as many.
  double sweepsPerTask = instance.hasContention() ? 5 : 20;
  double sweep = static_cast<double>(instance.tasks() + graph.edges.size());
  SearchBudget budget;
  budget.deadline = deadlineAfter(options.timeLimitMs);
  budget.target = bound.value * (1 + kTimeTolerance);
  budget.seed = options.seed;
  ScheduleOptions quick = options;
  quick.effort *= 0.25;
  Solution latency = solutionOf(instance, bestSchedule(instance, quick));
  Plan plan;
  // Longer patterns that give nothing, one after another, before no more are tried.
  size_t inVain = instance.hasContention() ? 2 : 3;
  for (size_t frames = 1; frames <= mostFrames && frames <= plan.frames + inVain; ++frames) {
    double entries = static_cast<double>(frames * instance.tasks());
    budget.work =
        options.effort * std::clamp(sweepsPerTask * entries * sweep, kLeastWork, kMostWork);
    PatternSearch search(instance, options, budget, latency);
    search.run(frames);
    bool isFirst = plan.tasks.empty();
    // A longer pattern holds more memory and is harder to follow: it has to be worth it.
    if (search.times().found && (isFirst || search.times().interval < plan.interval * kWorthwhile))
      plan = search.plan();
    bool isLate = std::chrono::steady_clock::now() >= budget.deadline;
    if (!plan.tasks.empty() && (plan.interval * kWorthwhile <= bound.value || isLate))
      break;
  }
  if (plan.tasks.empty())
    return noPlanFound(asked, latencyBound(instance));
  plan.bound = bound.value;
  plan.boundReason = bound.reason;
  return plan;
}

} // namespace

void registerThroughput(SchedulerTable &table);
void registerThroughput(SchedulerTable &table) {
  SchedulerKind kind;
  kind.name = "throughput";
  kind.summary = "least time between overlapping frames: modulo scheduling, with replicas";
  kind.objective = Objective::kThroughput;
  kind.schedule = throughputPlan;
  table.add(std::move(kind));
}

} // namespace tandem
