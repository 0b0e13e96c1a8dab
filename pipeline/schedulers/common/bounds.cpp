#include "pipeline/schedulers/common/bounds.h"

#include "pipeline/schedulers/common/siblings.h"

#include <algorithm>
#include <numeric>

namespace tandem {
namespace {

void raise(Bound &bound, double value, const char *reason) {
  if (value > bound.value)
    bound = {value, reason};
}

/// The longest way through the graph, each task free to choose its processor, no task waiting for
/// another but by its data.
double criticalPath(const Instance &instance, const std::vector<double> &finishes,
                    const std::vector<double> &rests) {
  double longest = 0;
  for (size_t task = 0; task < instance.tasks(); ++task) {
    double least = kCannotRun;
    for (uint32_t p : instance.choices(task)) {
      size_t at = task * instance.processors() + p;
      least = std::min(least, finishes[at] + rests[at]);
    }
    longest = std::max(longest, least);
  }
  return longest;
}

/// For every pair of times (from the start, to the end): the tasks that can neither begin before
/// the one nor be done after the other have only what lies between for their work.
double windows(const Instance &instance, const std::vector<double> &finishes,
               const std::vector<double> &rests, const FractionalLoad &load) {
  size_t count = instance.tasks();
  std::vector<double> heads(count, kCannotRun), tails(count, kCannotRun);
  for (size_t task = 0; task < count; ++task)
    for (uint32_t p : instance.choices(task)) {
      size_t at = task * instance.processors() + p;
      heads[task] = std::min(heads[task], finishes[at] - instance.duration(task, p));
      tails[task] = std::min(tails[task], rests[at]);
    }
  std::vector<size_t> byHead(count), byTail(count);
  std::iota(byHead.begin(), byHead.end(), size_t{0});
  byTail = byHead;
  std::sort(byHead.begin(), byHead.end(), [&](size_t a, size_t b) { return heads[a] > heads[b]; });
  std::sort(byTail.begin(), byTail.end(), [&](size_t a, size_t b) { return tails[a] > tails[b]; });
  constexpr size_t kMostStarts = 256; // of larger graphs a sample
  size_t step = std::max<size_t>(1, count / kMostStarts);
  double most = 0;
  for (size_t i = step - 1; i < count; i += step) {
    double head = heads[byHead[i]], work = 0;
    for (size_t task : byTail) {
      if (heads[task] < head)
        continue;
      work += load.shares[task];
      most = std::max(most, head + work + tails[task]);
    }
  }
  return most;
}

/// A cycle of positive weight, its edges' weight being the least duration of their producers less
/// `interval` a frame of distance; empty without one. Bellman and Ford.
std::vector<size_t> cycleAbove(const Instance &instance, double interval) {
  const std::vector<TaskEdge> &edges = instance.graph().edges;
  std::vector<double> longest(instance.tasks());
  std::vector<size_t> last(instance.tasks(), edges.size());
  size_t changed = instance.tasks();
  for (size_t round = 0; round <= instance.tasks(); ++round) {
    changed = instance.tasks();
    for (size_t i = 0; i < edges.size(); ++i) {
      const TaskEdge &edge = edges[i];
      double duration = instance.leastDuration(edge.from);
      double length = longest[edge.from] + duration - interval * static_cast<double>(edge.distance);
      if (length > longest[edge.to] + kTimeTolerance * duration) {
        longest[edge.to] = length;
        last[edge.to] = i;
        changed = edge.to;
      }
    }
    if (changed == instance.tasks())
      return {};
  }
  for (size_t step = 0; step < instance.tasks(); ++step)
    changed = edges[last[changed]].from;
  std::vector<size_t> cycle;
  size_t at = changed;
  do {
    cycle.push_back(last[at]);
    at = edges[last[at]].from;
  } while (at != changed);
  return cycle;
}

/// The longest recurrence: of all cycles, the most time for a frame of distance.
double longestRecurrence(const Instance &instance) {
  const std::vector<TaskEdge> &edges = instance.graph().edges;
  if (std::none_of(edges.begin(), edges.end(), [](const auto &edge) { return edge.distance > 0; }))
    return 0;
  double interval = 0;
  while (true) {
    double time = 0, distance = 0;
    for (size_t edge : cycleAbove(instance, interval)) {
      time += instance.leastDuration(edges[edge].from);
      distance += static_cast<double>(edges[edge].distance);
    }
    if (distance == 0 || time / distance <= interval)
      return interval;
    interval = time / distance;
  }
}

const char *loadReason(const FractionalLoad &load) {
  return load.weights.back() > 0.5 ? "memory bandwidth" : "load of the processors";
}

} // namespace

std::vector<double> earliestFinishes(const Instance &instance) {
  size_t processors = instance.processors();
  std::vector<double> finishes(instance.tasks() * processors, kCannotRun);
  Siblings siblings;
  for (size_t task : instance.order())
    for (uint32_t here : instance.choices(task)) {
      siblings.clear();
      for (const auto &[before, edge] : instance.predecessors(task)) {
        const double *row = &finishes[before * processors];
        double remote = kCannotRun;
        for (uint32_t there : instance.choices(before))
          if (there != here)
            remote = std::min(remote, row[there] + instance.transfer(edge, there, here));
        double duration = instance.duration(before, here);
        siblings.add(remote, duration == kCannotRun ? 0 : row[here] - duration, duration);
      }
      finishes[task * processors + here] = siblings.ready(0) + instance.duration(task, here);
    }
  return finishes;
}

std::vector<double> leastRests(const Instance &instance) {
  size_t processors = instance.processors();
  std::vector<double> rests(instance.tasks() * processors, kCannotRun);
  Siblings siblings;
  for (auto task = instance.order().rbegin(); task != instance.order().rend(); ++task)
    for (uint32_t here : instance.choices(*task)) {
      siblings.clear();
      for (const auto &[after, edge] : instance.successors(*task)) {
        const double *row = &rests[after * processors];
        double remote = kCannotRun;
        for (uint32_t there : instance.choices(after))
          if (there != here)
            remote = std::min(remote, row[there] + instance.duration(after, there) +
                                          instance.transfer(edge, here, there));
        siblings.add(remote, row[here], instance.duration(after, here));
      }
      rests[*task * processors + here] = siblings.rest();
    }
  return rests;
}

Bound latencyBound(const Instance &instance) {
  std::vector<double> finishes = earliestFinishes(instance), rests = leastRests(instance);
  FractionalLoad load = fractionalLoad(instance);
  Bound bound{0, "none"};
  raise(bound, criticalPath(instance, finishes, rests), "critical path");
  raise(bound, load.value, loadReason(load));
  raise(bound, windows(instance, finishes, rests, load), "load between first and last tasks");
  return bound;
}

Bound intervalBound(const Instance &instance, size_t mostFramesInFlight) {
  FractionalLoad load = fractionalLoad(instance);
  Bound bound{0, "none"};
  raise(bound, instance.graph().arrivalPeriod, "arrivals");
  raise(bound, load.value, loadReason(load));
  raise(bound, longestRecurrence(instance), "longest recurrence");
  if (mostFramesInFlight > 0) {
    double path = criticalPath(instance, earliestFinishes(instance), leastRests(instance));
    raise(bound, path / static_cast<double>(mostFramesInFlight), "frames in flight");
  }
  return bound;
}

} // namespace tandem
