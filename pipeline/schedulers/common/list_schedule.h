#pragma once

#include "pipeline/schedulers/common/instance.h"
#include "pipeline/schedulers/common/timeline.h"
#include "pipeline/schedulers/plan.h"

#include <string_view>
#include <vector>

namespace tandem {

/// A schedule of one frame that grows task by task, each put into the first gap that is long enough
/// (insertion); the same for transfers on exclusive paths. Placements can be taken back in reverse,
/// so that a scheduler may look ahead. Contention is not seen here: see retimed().
class ListSchedule {
public:
  explicit ListSchedule(const Instance &instance);

  /// When the task would run on the processor, given the predecessors that are placed.
  struct Slot {
    double start, finish;
  };
  Slot earliest(size_t task, size_t processor);
  /// The processor with the least finish time; of equals the first.
  size_t fastest(size_t task);

  void place(size_t task, size_t processor);
  void undo();  ///< the last place()
  void clear(); ///< all of them; memory is kept

  bool isPlaced(size_t task) const { return placed_[task]; }
  size_t processor(size_t task) const { return processor_[task]; }
  double start(size_t task) const { return start_[task]; }
  double finish(size_t task) const { return finish_[task]; }
  double makespan() const;

  /// All tasks must be placed. Contention is worked in; bound and optimal are left to the caller.
  Plan plan(std::string_view scheduler) const;

private:
  struct Transfer {
    size_t edge;
    int path;
    double start, finish;
  };
  double ready(size_t task, size_t processor);
  double sendOverPaths(size_t task, size_t processor);

  const Instance &instance_;
  std::vector<Timeline> processors_, paths_;
  std::vector<char> placed_;
  std::vector<size_t> processor_;
  std::vector<double> start_, finish_;
  std::vector<size_t> history_;               // tasks, as placed
  std::vector<size_t> transfersBefore_;       // by entry of history_: how many transfers there were
  std::vector<Transfer> transfers_;           // on exclusive paths
  std::vector<Instance::Neighbour> incoming_; // scratch of sendOverPaths
};

/// Places the tasks in this order, which must respect the edges, each where it is done first.
/// Always where `fixed` says, for tasks whose entry there is a processor.
ListSchedule scheduleInOrder(const Instance &instance, const std::vector<size_t> &order,
                             const std::vector<int> &fixed = {});

} // namespace tandem
