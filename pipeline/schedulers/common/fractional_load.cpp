#include "pipeline/schedulers/common/bounds.h"

#include <algorithm>
#include <cmath>

namespace tandem {
namespace {

/// Least T with sum of load(k) * y(k) <= T in every row, sum of y = 1, over all ways k to give each
/// task one processor. Divided by T it is: most sum of y, loads <= 1 in every row. That is solved
/// by the simplex method with columns made when they are wanted: the best column for given row
/// weights gives each task its cheapest processor. (Dantzig and Wolfe 1960; Gilmore and Gomory
/// 1961.)
class LoadProgram {
public:
  explicit LoadProgram(const Instance &instance)
      : instance_(instance), rows_(instance.processors() + 1), inverse_(rows_ * rows_),
        basic_(rows_, 1.0), profit_(rows_), weights_(rows_), column_(rows_), entering_(rows_) {
    for (size_t i = 0; i < rows_; ++i)
      inverse_[i * rows_ + i] = 1; // slacks are the first basis
  }

  FractionalLoad solve() {
    constexpr int kMostPivots = 1000;
    FractionalLoad best;
    best.weights.assign(rows_, 1.0 / static_cast<double>(rows_));
    for (int pivot = 0; pivot < kMostPivots; ++pivot) {
      setWeights();
      double least = makeColumn(), sum = 0;
      for (double weight : weights_)
        sum += weight;
      if (sum > 0 && least / sum > best.value) {
        best.value = least / sum;
        for (size_t i = 0; i < rows_; ++i)
          best.weights[i] = weights_[i] / sum;
      }
      if (least >= 1 - 1e-12 || !enter())
        break;
    }
    for (size_t task = 0; task < instance_.tasks(); ++task)
      best.shares.push_back(cheapest(task, best.weights).cost);
    return best;
  }

private:
  struct Choice {
    uint32_t processor;
    double cost;
  };
  double costOf(size_t task, size_t processor, const std::vector<double> &weights) const {
    return instance_.duration(task, processor) *
           (weights[processor] +
            weights[rows_ - 1] * instance_.graph().memoryShare(task, processor));
  }
  Choice cheapest(size_t task, const std::vector<double> &weights) const {
    Choice best{instance_.choices(task)[0], kCannotRun};
    for (uint32_t processor : instance_.choices(task))
      if (double cost = costOf(task, processor, weights);
          cost < best.cost || (cost == best.cost && instance_.duration(task, processor) <
                                                        instance_.duration(task, best.processor)))
        best = {processor, cost};
    return best;
  }

  void setWeights() {
    for (size_t j = 0; j < rows_; ++j) {
      weights_[j] = 0;
      for (size_t i = 0; i < rows_; ++i)
        weights_[j] += profit_[i] * inverse_[i * rows_ + j];
      weights_[j] = std::max(0.0, weights_[j]); // rounding
    }
  }

  /// Fills column_ with the loads of the cheapest choices; their weighted sum.
  double makeColumn() {
    std::fill(column_.begin(), column_.end(), 0.0);
    double sum = 0;
    for (size_t task = 0; task < instance_.tasks(); ++task) {
      auto [processor, cost] = cheapest(task, weights_);
      double duration = instance_.duration(task, processor);
      column_[processor] += duration;
      column_[rows_ - 1] += duration * instance_.graph().memoryShare(task, processor);
      sum += cost;
    }
    return sum;
  }

  /// Takes column_ into the basis; false when nothing limits it, as when no task takes time.
  bool enter() {
    size_t leaving = rows_;
    double least = kCannotRun;
    for (size_t i = 0; i < rows_; ++i) {
      entering_[i] = 0;
      for (size_t j = 0; j < rows_; ++j)
        entering_[i] += inverse_[i * rows_ + j] * column_[j];
      if (entering_[i] > 1e-12 && basic_[i] / entering_[i] < least)
        least = basic_[i] / entering_[i], leaving = i;
    }
    if (leaving == rows_)
      return false;
    for (size_t j = 0; j < rows_; ++j)
      inverse_[leaving * rows_ + j] /= entering_[leaving];
    for (size_t i = 0; i < rows_; ++i) {
      if (i == leaving)
        continue;
      for (size_t j = 0; j < rows_; ++j)
        inverse_[i * rows_ + j] -= entering_[i] * inverse_[leaving * rows_ + j];
      basic_[i] = std::max(0.0, basic_[i] - entering_[i] * least);
    }
    basic_[leaving] = least;
    profit_[leaving] = 1;
    return true;
  }

  const Instance &instance_;
  size_t rows_;
  std::vector<double> inverse_, basic_, profit_; // of the basis, its solution, 1 for columns
  std::vector<double> weights_, column_, entering_;
};

} // namespace

FractionalLoad fractionalLoad(const Instance &instance) {
  return LoadProgram(instance).solve();
}

} // namespace tandem
