#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/contention.h"
#include "pipeline/schedulers/plan.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tandem {
namespace {

/// Holds a plan to its graph, rule by rule; nothing of a scheduler is used but what contention
/// does.
class PlanChecker {
public:
  PlanChecker(const TaskGraph &graph, const Plan &plan)
      : graph_(graph), plan_(plan), repeats_(plan.objective == Objective::kThroughput),
        period_(plan.interval * static_cast<double>(plan.frames)) {
    double largest = std::max(plan.makespan, period_);
    for (const PlannedTask &task : plan.tasks)
      largest = std::max(largest, std::abs(task.finish));
    tolerance_ = kTimeTolerance * std::max(largest, 1e-300);
  }

  Status run() const {
    TANDEM_RETURN_IF_ERROR(shape());
    TANDEM_RETURN_IF_ERROR(durations());
    TANDEM_RETURN_IF_ERROR(processors());
    TANDEM_RETURN_IF_ERROR(transfers());
    TANDEM_RETURN_IF_ERROR(paths());
    return totals();
  }

private:
  /// Something that is busy for a time; `what` is for messages.
  struct Use {
    double start, finish;
    std::string what;
  };

  template <typename... Parts> Error wrong(const Parts &...parts) const {
    return Error(Code::kInternal, plan_.scheduler, "the plan is wrong: ", parts...);
  }
  std::string nameOf(const PlannedTask &task) const {
    return "'" + graph_.tasks[task.task].name + "' of frame " + std::to_string(task.frame);
  }

  Status shape() const {
    size_t count = graph_.tasks.size();
    if (plan_.frames == 0 || (!repeats_ && plan_.frames != 1))
      return wrong("it has ", plan_.frames, " frames");
    if (plan_.tasks.size() != plan_.frames * count)
      return wrong("it has ", plan_.tasks.size(), " tasks, expected ", plan_.frames * count);
    for (size_t i = 0; i < plan_.tasks.size(); ++i) {
      const PlannedTask &task = plan_.tasks[i];
      if (task.task != i % count || task.frame != i / count)
        return wrong("entry ", i, " is not task ", i % count, " of frame ", i / count);
      if (task.processor >= graph_.processors.size() || !graph_.canRun(task.task, task.processor))
        return wrong(nameOf(task), " is where it cannot run");
      double arrival = graph_.arrivalPeriod > 0 && repeats_
                           ? plan_.interval * static_cast<double>(task.frame)
                           : 0;
      if (!std::isfinite(task.start) || !std::isfinite(task.finish) ||
          task.start < arrival - tolerance_)
        return wrong(nameOf(task), " starts at ", task.start, ", expected ", arrival, " or later");
    }
    return {};
  }

  Status durations() const {
    Instance instance(graph_);
    std::vector<double> done =
        workDone(instance, plan_, repeats_ && instance.hasContention() ? period_ : 0);
    for (size_t i = 0; i < plan_.tasks.size(); ++i) {
      const PlannedTask &task = plan_.tasks[i];
      double length = task.finish - task.start;
      double work = graph_.duration(task.task, task.processor);
      double slack = instance.hasContention() ? done[i] - work : length - work;
      // Slower than need be only where a slot was kept free for the worst.
      bool isTooLong = slack > tolerance_ && !(repeats_ && instance.hasContention());
      if (slack < -tolerance_ || isTooLong)
        return wrong(nameOf(task), " takes ", length, " where ", work, " are to be done");
    }
    return {};
  }

  /// Whether uses of one thing overlap: in a row, or for what repeats, on a circle.
  Status oneAtATime(std::vector<Use> uses, const std::string &thing) const {
    double busy = 0;
    if (repeats_) {
      std::erase_if(uses, [&](const Use &use) { return use.finish - use.start <= tolerance_; });
      for (Use &use : uses) {
        double length = use.finish - use.start;
        busy += length;
        use.start -= std::floor((use.start + tolerance_) / period_) * period_;
        use.finish = use.start + length;
      }
      if (busy > period_ + tolerance_ * static_cast<double>(uses.size() + 1))
        return wrong(thing, " is busy for ", busy, " of ", period_);
    }
    std::sort(uses.begin(), uses.end(), [](const Use &a, const Use &b) {
      return a.start != b.start ? a.start < b.start : a.finish < b.finish;
    });
    if (repeats_ && !uses.empty()) {
      Use again = uses.front(); // the first of the next round
      again.start += period_;
      again.finish += period_;
      uses.push_back(std::move(again));
    }
    for (size_t i = 1; i < uses.size(); ++i)
      if (uses[i].start < uses[i - 1].finish - tolerance_)
        return wrong(thing, " has ", uses[i].what, " at ", uses[i].start, " while ",
                     uses[i - 1].what, " is there until ", uses[i - 1].finish);
    return {};
  }

  Status processors() const {
    std::vector<std::vector<Use>> uses(graph_.processors.size());
    for (const PlannedTask &task : plan_.tasks)
      uses[task.processor].push_back({task.start, task.finish, nameOf(task)});
    for (size_t p = 0; p < uses.size(); ++p)
      TANDEM_RETURN_IF_ERROR(oneAtATime(std::move(uses[p]), graph_.processors[p].name));
    return {};
  }

  /// Which task of the pattern needs what frame `frame` sends over the edge, and how many periods
  /// later.
  struct Consumer {
    const PlannedTask *task;
    double later;
  };
  Consumer consumer(const TaskEdge &edge, size_t frame) const {
    size_t target = frame + edge.distance;
    return {&plan_.at(target % plan_.frames, edge.to),
            period_ * static_cast<double>(target / plan_.frames)};
  }

  Status transfers() const {
    std::map<std::pair<size_t, size_t>, const PlannedTransfer *> planned;
    for (const PlannedTransfer &transfer : plan_.transfers) {
      if (transfer.edge >= graph_.edges.size() || transfer.frame >= plan_.frames)
        return wrong("a transfer of edge ", transfer.edge, " of frame ", transfer.frame);
      if (!planned.emplace(std::pair(transfer.frame, transfer.edge), &transfer).second)
        return wrong("edge ", transfer.edge, " is sent twice in frame ", transfer.frame);
    }
    size_t needed = 0;
    for (size_t frame = 0; frame < plan_.frames; ++frame)
      for (size_t i = 0; i < graph_.edges.size(); ++i) {
        const TaskEdge &edge = graph_.edges[i];
        if (!repeats_ && edge.distance > 0)
          continue; // the frame before is long done
        const PlannedTask &from = plan_.at(frame, edge.from);
        auto [to, later] = consumer(edge, frame);
        double duration = graph_.transfer(edge, from.processor, to->processor);
        double arrival = from.finish + duration;
        if (duration > 0) {
          auto found = planned.find({frame, i});
          if (found == planned.end())
            return wrong("nothing is sent from ", nameOf(from), " to ", nameOf(*to));
          ++needed;
          const PlannedTransfer &transfer = *found->second;
          if (transfer.start < from.finish - tolerance_ ||
              std::abs(transfer.finish - transfer.start - duration) > tolerance_)
            return wrong("what goes from ", nameOf(from), " to ", nameOf(*to), " is sent from ",
                         transfer.start, " to ", transfer.finish, ", it is there at ", from.finish,
                         " and takes ", duration);
          arrival = transfer.finish;
        }
        if (to->start + later < arrival - tolerance_)
          return wrong(nameOf(*to), " starts at ", to->start + later, ", before what it needs of ",
                       nameOf(from), " at ", arrival);
      }
    if (needed != planned.size())
      return wrong("it sends what need not be sent");
    return {};
  }

  Status paths() const {
    std::map<int, std::vector<Use>> uses;
    for (const PlannedTransfer &transfer : plan_.transfers) {
      const TaskEdge &edge = graph_.edges[transfer.edge];
      const PlannedTask &from = plan_.at(transfer.frame, edge.from);
      int path = graph_.path(from.processor, consumer(edge, transfer.frame).task->processor);
      if (path >= 0)
        uses[path].push_back({transfer.start, transfer.finish, "the output of " + nameOf(from)});
    }
    for (auto &[path, list] : uses)
      TANDEM_RETURN_IF_ERROR(oneAtATime(std::move(list), "path " + std::to_string(path)));
    return {};
  }

  Status totals() const {
    PlanTotals totals = totalsOf(graph_, plan_);
    if (std::abs(totals.makespan - plan_.makespan) > tolerance_)
      return wrong("makespan ", plan_.makespan, ", it is ", totals.makespan);
    if (!repeats_ && std::abs(plan_.interval - plan_.makespan) > tolerance_)
      return wrong("interval ", plan_.interval, " of a plan of one frame of ", plan_.makespan);
    if (repeats_ && plan_.interval < graph_.arrivalPeriod - tolerance_)
      return wrong("interval ", plan_.interval, ", frames come every ", graph_.arrivalPeriod);
    if (totals.framesInFlight != plan_.framesInFlight)
      return wrong(plan_.framesInFlight, " frames in flight, there are ", totals.framesInFlight);
    if (plan_.bound > plan_.objectiveValue() + tolerance_)
      return wrong("bound ", plan_.bound, " (", plan_.boundReason, ") is above ",
                   plan_.objectiveValue());
    return {};
  }

  const TaskGraph &graph_;
  const Plan &plan_;
  bool repeats_;
  double period_, tolerance_;
};

} // namespace

PlanTotals totalsOf(const TaskGraph &graph, const Plan &plan) {
  PlanTotals totals;
  bool repeats = plan.objective == Objective::kThroughput;
  double period = plan.interval * static_cast<double>(plan.frames), inFlight = 0;
  std::vector<std::pair<double, double>> lives;
  for (size_t frame = 0; frame < plan.frames; ++frame) {
    double first = kCannotRun, last = 0;
    for (size_t task = 0; task < graph.tasks.size(); ++task) {
      first = std::min(first, plan.at(frame, task).start);
      last = std::max(last, plan.at(frame, task).finish);
    }
    if (!repeats)
      first = 0;
    else if (graph.arrivalPeriod > 0)
      first = plan.interval * static_cast<double>(frame);
    totals.makespan = std::max(totals.makespan, last - first);
    lives.emplace_back(first, last);
  }
  if (!repeats || period <= 0)
    return totals;
  // The number changes when a frame begins; just then the others that have begun and are not done
  // count.
  double slack = kTimeTolerance * std::max(period, totals.makespan);
  for (const auto &[now, unused] : lives) {
    inFlight = 0;
    for (const auto &[first, last] : lives) {
      // Instances k with first + k * period <= now < last + k * period.
      double newest = std::floor((now - first + slack) / period);
      double oldest = std::floor((now - last + slack) / period) + 1;
      inFlight += std::max(0.0, newest - oldest + 1);
    }
    // A tiny period has no end of frames in flight.
    totals.framesInFlight =
        std::max(totals.framesInFlight, static_cast<size_t>(std::min(inFlight, 1e15)));
  }
  return totals;
}

Status checkPlan(const TaskGraph &graph, const Plan &plan) {
  return PlanChecker(graph, plan).run();
}

} // namespace tandem
