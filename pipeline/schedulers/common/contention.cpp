#include "pipeline/schedulers/common/contention.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace tandem {

void fairSpeeds(std::span<const double> shares, std::span<double> speeds) {
  double wanted = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::fill(speeds.begin(), speeds.end(), 1.0);
  if (wanted <= 1)
    return;
  std::vector<size_t> byShare(shares.size());
  std::iota(byShare.begin(), byShare.end(), size_t{0});
  std::sort(byShare.begin(), byShare.end(), [&](size_t a, size_t b) {
    return shares[a] != shares[b] ? shares[a] < shares[b] : a < b;
  });
  double left = 1;
  for (size_t i = 0; i < byShare.size(); ++i) {
    double level = left / static_cast<double>(byShare.size() - i);
    double share = shares[byShare[i]], granted = std::min(share, level);
    if (share > 0)
      speeds[byShare[i]] = granted / share;
    left -= granted;
  }
}

namespace {

struct Border {
  double time;
  bool begins;
  size_t task; // of the plan's list
};

/// Where tasks begin and end, within one period.
std::vector<Border> bordersOf(const Plan &plan, double period) {
  std::vector<Border> borders;
  auto add = [&](size_t task, double start, double finish) {
    borders.push_back({start, true, task});
    borders.push_back({finish, false, task});
  };
  for (size_t i = 0; i < plan.tasks.size(); ++i) {
    double start = plan.tasks[i].start, length = plan.tasks[i].finish - start;
    if (length <= 0)
      continue;
    if (period <= 0) {
      add(i, start, start + length);
      continue;
    }
    start = std::max(0.0, start - std::floor(start / period) * period);
    add(i, start, std::min(start + length, period));
    if (start + length > period)
      add(i, 0, std::min(start + length - period, period));
  }
  std::sort(borders.begin(), borders.end(),
            [](const Border &a, const Border &b) { return a.time < b.time; });
  return borders;
}

} // namespace

std::vector<double> workDone(const Instance &instance, const Plan &plan, double period) {
  std::vector<double> done(plan.tasks.size()), shares, speeds;
  std::vector<size_t> running;
  double now = 0;
  for (const Border &border : bordersOf(plan, period)) {
    if (border.time > now) {
      shares.clear();
      for (size_t task : running)
        shares.push_back(
            instance.graph().memoryShare(plan.tasks[task].task, plan.tasks[task].processor));
      speeds.resize(shares.size());
      fairSpeeds(shares, speeds);
      for (size_t i = 0; i < running.size(); ++i)
        done[running[i]] += speeds[i] * (border.time - now);
      now = border.time;
    }
    if (border.begins)
      running.push_back(border.task);
    else if (auto at = std::find(running.begin(), running.end(), border.task); at != running.end())
      running.erase(at);
  }
  return done;
}

namespace {

/// Runs a plan of one frame again, its orders kept, with the speeds that contention leaves.
class Retiming {
public:
  Retiming(const Instance &instance, Plan &plan)
      : instance_(instance), plan_(plan), queues_(instance.processors()), paths_(instance.paths()),
        waitsFor_(instance.tasks()), ready_(instance.tasks()), done_(instance.tasks()) {
    for (size_t task : inOrderOf(plan.tasks))
      queues_[plan.tasks[task].processor].items.push_back(task);
    for (size_t transfer : inOrderOf(plan.transfers))
      paths_[static_cast<size_t>(pathOf(plan.transfers[transfer]))].items.push_back(transfer);
    for (size_t task = 0; task < instance.tasks(); ++task)
      waitsFor_[task] = instance.predecessors(task).size();
  }

  void run() {
    for (size_t left = instance_.tasks(); left > 0;) {
      startWhatCan();
      setSpeeds();
      now_ = nextEvent();
      left -= finishWhatIsDone();
    }
  }

private:
  /// A processor or a path, with what it does in order.
  struct Queue {
    std::vector<size_t> items;
    size_t next = 0;
    double freeAt = 0;
    bool running = false; // processors only, as the rest
    double left = 0, speed = 0, since = 0, finish = 0;
  };

  template <typename Item> std::vector<size_t> inOrderOf(const std::vector<Item> &items) const {
    std::vector<size_t> order(items.size()), rank(instance_.tasks());
    for (size_t i = 0; i < instance_.order().size(); ++i)
      rank[instance_.order()[i]] = i;
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      auto key = [&](const Item &item) {
        return std::array{item.start, item.finish, static_cast<double>(rankOf(item, rank))};
      };
      return key(items[a]) < key(items[b]);
    });
    return order;
  }
  size_t rankOf(const PlannedTask &task, const std::vector<size_t> &rank) const {
    return rank[task.task];
  }
  size_t rankOf(const PlannedTransfer &transfer, const std::vector<size_t> &) const {
    return transfer.edge;
  }
  int pathOf(const PlannedTransfer &transfer) const {
    const TaskEdge &edge = instance_.graph().edges[transfer.edge];
    return instance_.path(plan_.tasks[edge.from].processor, plan_.tasks[edge.to].processor);
  }

  double startOf(const Queue &queue) const {
    return std::max(queue.freeAt, ready_[queue.items[queue.next]]);
  }
  bool mayStart(const Queue &queue) const {
    return !queue.running && queue.next < queue.items.size() &&
           waitsFor_[queue.items[queue.next]] == 0;
  }

  void startWhatCan() {
    for (size_t p = 0; p < queues_.size(); ++p) {
      Queue &queue = queues_[p];
      if (!mayStart(queue) || startOf(queue) > now_)
        continue;
      size_t task = queue.items[queue.next];
      plan_.tasks[task].start = now_;
      queue.running = true;
      queue.left = instance_.duration(task, p);
      queue.speed = 0; // set by setSpeeds()
    }
  }

  void setSpeeds() {
    shares_.clear();
    for (size_t p = 0; p < queues_.size(); ++p)
      if (queues_[p].running)
        shares_.push_back(instance_.graph().memoryShare(queues_[p].items[queues_[p].next], p));
    speeds_.resize(shares_.size());
    fairSpeeds(shares_, speeds_);
    size_t i = 0;
    for (Queue &queue : queues_) {
      if (!queue.running)
        continue;
      if (double speed = speeds_[i++]; speed != queue.speed) {
        queue.left -= queue.speed * (now_ - queue.since);
        queue.since = now_;
        queue.speed = speed;
        queue.finish = now_ + std::max(0.0, queue.left) / speed;
      }
    }
  }

  double nextEvent() const {
    double next = kCannotRun;
    for (const Queue &queue : queues_)
      if (queue.running)
        next = std::min(next, queue.finish);
      else if (mayStart(queue))
        next = std::min(next, startOf(queue));
    return std::max(next, now_);
  }

  size_t finishWhatIsDone() {
    size_t count = 0;
    for (Queue &queue : queues_) {
      if (!queue.running || queue.finish > now_)
        continue;
      size_t task = queue.items[queue.next++];
      plan_.tasks[task].finish = queue.freeAt = queue.finish;
      queue.running = false;
      done_[task] = 1;
      send(task);
      ++count;
    }
    return count;
  }

  void arrive(size_t edge, double time) {
    size_t task = instance_.graph().edges[edge].to;
    ready_[task] = std::max(ready_[task], time);
    --waitsFor_[task];
  }

  /// Transfers without a path leave at once, the others when their path is free and it is their
  /// turn.
  void send(size_t task) {
    for (const auto &[to, edge] : instance_.successors(task)) {
      size_t from = plan_.tasks[task].processor, target = plan_.tasks[to].processor;
      double duration = instance_.transfer(edge, from, target);
      if (instance_.path(from, target) < 0 || duration <= 0)
        arrive(edge, plan_.tasks[task].finish + duration);
    }
    for (Queue &path : paths_)
      for (; path.next < path.items.size(); ++path.next) {
        PlannedTransfer &transfer = plan_.transfers[path.items[path.next]];
        size_t from = instance_.graph().edges[transfer.edge].from;
        if (!done_[from])
          break;
        double duration = transfer.finish - transfer.start;
        transfer.start = std::max(path.freeAt, plan_.tasks[from].finish);
        path.freeAt = transfer.finish = transfer.start + duration;
        arrive(transfer.edge, transfer.finish);
      }
  }

  const Instance &instance_;
  Plan &plan_;
  std::vector<Queue> queues_, paths_;
  std::vector<size_t> waitsFor_;
  std::vector<double> ready_, shares_, speeds_;
  std::vector<char> done_;
  double now_ = 0;
};

} // namespace

void addFreeTransfers(const Instance &instance, Plan &plan) {
  size_t perFrame = instance.tasks();
  const std::vector<TaskEdge> &edges = instance.graph().edges;
  for (size_t frame = 0; frame < plan.frames; ++frame)
    for (size_t edge = 0; edge < edges.size(); ++edge) {
      const PlannedTask &from = plan.tasks[frame * perFrame + edges[edge].from];
      size_t consumer = (frame + edges[edge].distance) % plan.frames;
      const PlannedTask &to = plan.tasks[consumer * perFrame + edges[edge].to];
      if (plan.objective == Objective::kLatency && edges[edge].distance > 0)
        continue; // the frame before is long done
      double duration = instance.transfer(edge, from.processor, to.processor);
      if (duration > 0 && instance.path(from.processor, to.processor) < 0)
        plan.transfers.push_back({edge, frame, from.finish, from.finish + duration});
    }
  std::sort(plan.transfers.begin(), plan.transfers.end(), [](const auto &a, const auto &b) {
    return a.frame != b.frame ? a.frame < b.frame : a.edge < b.edge;
  });
}

void completeLatencyPlan(const Instance &instance, Plan &plan) {
  plan.objective = Objective::kLatency;
  if (instance.hasContention())
    Retiming(instance, plan).run();
  addFreeTransfers(instance, plan);
  plan.makespan = 0;
  for (const PlannedTask &task : plan.tasks)
    plan.makespan = std::max(plan.makespan, task.finish);
  plan.interval = plan.makespan;
}

} // namespace tandem
