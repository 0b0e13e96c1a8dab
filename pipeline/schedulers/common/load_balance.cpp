#include "pipeline/schedulers/common/load_balance.h"

#include "pipeline/schedulers/common/random.h"

#include <algorithm>
#include <numeric>

namespace tandem {
namespace {

constexpr uint32_t kNowhere = UINT32_MAX;

class LoadBalance {
public:
  LoadBalance(const Instance &instance, const FractionalLoad &fractional, size_t frames,
              double target, size_t nodes)
      : instance_(instance), fractional_(fractional), target_(target), nodesLeft_(nodes),
        trialsLeft_(
            std::max(nodes * 40, 10 * frames * frames * instance.tasks() * instance.tasks())),
        order_(frames * instance.tasks()), processor_(frames * instance.tasks(), kNowhere),
        busy_(instance.processors()), pathBusy_(instance.paths()) {
    // Large tasks first; the frames of one task side by side.
    std::iota(order_.begin(), order_.end(), uint32_t{0});
    std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
      double first = fractional.shares[taskOf(a)], second = fractional.shares[taskOf(b)];
      if (first != second)
        return first > second;
      return taskOf(a) != taskOf(b) ? taskOf(a) < taskOf(b) : a < b;
    });
    const std::vector<TaskEdge> &edges = instance.graph().edges;
    neighbours_.resize(frames * instance.tasks());
    for (size_t frame = 0; instance.paths() > 0 && frame < frames; ++frame)
      for (uint32_t edge = 0; edge < edges.size(); ++edge) {
        auto from = static_cast<uint32_t>(frame * instance.tasks() + edges[edge].from);
        auto to = static_cast<uint32_t>((frame + edges[edge].distance) % frames * instance.tasks() +
                                        edges[edge].to);
        neighbours_[from].push_back({to, edge, true});
        if (from != to)
          neighbours_[to].push_back({from, edge, false});
      }
    workLeft_ = std::accumulate(fractional.shares.begin(), fractional.shares.end(), 0.0) *
                static_cast<double>(frames);
  }

  std::vector<uint32_t> run() {
    for (double price : {0.0, 1.0, 4.0, 16.0})
      dive(price);
    constexpr size_t kMostKicks = 200;
    descend(std::min(kMostKicks, nodesLeft_ / (10 * order_.size() + 1)));
    if (!isGoodEnough())
      branch(0);
    return best_;
  }

private:
  struct Neighbour {
    uint32_t entry, edge;
    bool isConsumer;
  };
  size_t taskOf(uint32_t entry) const { return entry % instance_.tasks(); }
  bool isGoodEnough() const { return bestLoad_ <= target_ * (1 + kTimeTolerance); }

  /// Puts an entry on a processor (direction 1), or takes it away (-1).
  void put(uint32_t entry, uint32_t processor, int direction) {
    if (direction > 0)
      processor_[entry] = processor;
    double duration = instance_.duration(taskOf(entry), processor);
    busy_[processor] += direction * duration;
    memoryBusy_ += direction * duration * instance_.graph().memoryShare(taskOf(entry), processor);
    workLeft_ -= direction * fractional_.shares[taskOf(entry)];
    for (const auto &[other, edge, isConsumer] : neighbours_[entry]) {
      if (other == entry || processor_[other] == kNowhere)
        continue;
      uint32_t from = isConsumer ? processor : processor_[other];
      uint32_t to = isConsumer ? processor_[other] : processor;
      if (int path = instance_.path(from, to); path >= 0)
        pathBusy_[static_cast<size_t>(path)] += direction * instance_.transfer(edge, from, to);
    }
    if (direction < 0)
      processor_[entry] = kNowhere;
  }

  double busiest() const {
    double most = memoryBusy_;
    for (double busy : busy_)
      most = std::max(most, busy);
    for (double busy : pathBusy_)
      most = std::max(most, busy);
    return most;
  }
  /// No completion has less load on the busiest.
  double bound() const {
    double sum = workLeft_ + fractional_.weights.back() * memoryBusy_;
    for (size_t p = 0; p < busy_.size(); ++p)
      sum += fractional_.weights[p] * busy_[p];
    return std::max(sum, busiest());
  }

  void keep() {
    if (double load = busiest(); load < bestLoad_) {
      bestLoad_ = load;
      best_ = processor_;
    }
  }

  void dive(double price) {
    for (uint32_t entry : order_) {
      uint32_t best = 0;
      double least = kCannotRun;
      for (uint32_t p : instance_.choices(taskOf(entry))) {
        double taken = fractional_.weights[p] * instance_.duration(taskOf(entry), p) -
                       fractional_.shares[taskOf(entry)];
        put(entry, p, 1);
        double total = std::max(busy_[p], pathBusy_.empty() ? 0 : busiest()) +
                       price * static_cast<double>(instance_.processors()) * taken;
        put(entry, p, -1);
        if (total < least)
          least = total, best = p;
      }
      put(entry, best, 1);
    }
    keep();
    clear();
  }

  void clear() {
    for (uint32_t entry = 0; entry < processor_.size(); ++entry)
      if (processor_[entry] != kNowhere)
        put(entry, processor_[entry], -1);
  }

  /// Falls when any of the busiest has less to do, where the largest alone would see no difference.
  double unevenness() const {
    double sum = 0, scale = 1 / std::max(target_, 1e-300);
    auto add = [&](double busy) {
      double power = busy * scale;
      for (int i = 0; i < 4; ++i)
        power *= power; // to the 16th
      sum += power;
    };
    std::for_each(busy_.begin(), busy_.end(), add);
    std::for_each(pathBusy_.begin(), pathBusy_.end(), add);
    add(memoryBusy_);
    return sum;
  }

  /// From the best placement: moves and exchanges off the busiest processor while they help; then
  /// again after some at random.
  void descend(size_t kicks) {
    for (size_t kick = 0; kick <= kicks && !isGoodEnough(); ++kick) {
      for (uint32_t entry = 0; entry < best_.size(); ++entry)
        put(entry, best_[entry], 1);
      for (size_t i = 0; kick > 0 && i < 2 + kick % 4; ++i) {
        auto entry = static_cast<uint32_t>(random_.below(processor_.size()));
        auto choices = instance_.choices(taskOf(entry));
        replace(entry, choices[random_.below(choices.size())]);
      }
      constexpr int kMostRounds = 200;
      for (int round = 0; round < kMostRounds && trialsLeft_ > 0 && improveOnce(); ++round)
        ;
      keep();
      clear();
    }
  }

  void replace(uint32_t entry, uint32_t processor) {
    trialsLeft_ -= trialsLeft_ > 0;
    put(entry, processor_[entry], -1);
    put(entry, processor, 1);
  }

  bool improveOnce() {
    constexpr double kLess = 1 - 1e-9;
    auto most = static_cast<uint32_t>(std::max_element(busy_.begin(), busy_.end()) - busy_.begin());
    double before = unevenness();
    for (uint32_t entry : order_) {
      uint32_t here = processor_[entry];
      if (pathBusy_.empty() && here != most)
        continue;
      for (uint32_t there : instance_.choices(taskOf(entry))) {
        if (there == here)
          continue;
        replace(entry, there);
        if (unevenness() < before * kLess || exchange(entry, here, there, before * kLess))
          return true;
        replace(entry, here);
      }
    }
    return false;
  }

  /// The entry has gone `there`; something from there in its place `here`.
  bool exchange(uint32_t entry, uint32_t here, uint32_t there, double wanted) {
    for (uint32_t other : order_) {
      if (other == entry || processor_[other] != there || !instance_.canRun(taskOf(other), here))
        continue;
      if (trialsLeft_ == 0)
        return false;
      replace(other, here);
      if (unevenness() < wanted)
        return true;
      replace(other, there);
    }
    return false;
  }

  void branch(size_t depth) {
    if (nodesLeft_ == 0 || isGoodEnough())
      return;
    --nodesLeft_;
    if (depth == order_.size()) {
      keep();
      return;
    }
    uint32_t entry = order_[depth];
    size_t task = taskOf(entry);
    // Without paths nothing tells the frames of a task apart: their processors in rising order.
    bool isAgain = pathBusy_.empty() && depth > 0 && taskOf(order_[depth - 1]) == task;
    uint32_t least = isAgain ? processor_[order_[depth - 1]] : 0;
    std::vector<std::pair<double, uint32_t>> choices;
    for (uint32_t p : instance_.choices(task))
      if (p >= least)
        choices.emplace_back(busy_[p] + instance_.duration(task, p), p);
    std::sort(choices.begin(), choices.end());
    for (const auto &[after, p] : choices) {
      put(entry, p, 1);
      if (bound() < bestLoad_ * (1 - kTimeTolerance))
        branch(depth + 1);
      put(entry, p, -1);
    }
  }

  const Instance &instance_;
  const FractionalLoad &fractional_;
  double target_;
  size_t nodesLeft_;
  size_t trialsLeft_; ///< of moves and exchanges
  std::vector<uint32_t> order_, processor_, best_;
  std::vector<std::vector<Neighbour>> neighbours_; // only with exclusive paths
  std::vector<double> busy_, pathBusy_;
  Random random_{1};
  double memoryBusy_ = 0, workLeft_ = 0, bestLoad_ = kCannotRun;
};

} // namespace

std::vector<uint32_t> balancedPlacement(const Instance &instance, const FractionalLoad &fractional,
                                        size_t frames, double target, size_t nodes) {
  return LoadBalance(instance, fractional, frames, target, nodes).run();
}

} // namespace tandem
