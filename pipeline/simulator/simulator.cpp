#include "pipeline/simulator/simulator.h"

#include "pipeline/dispatch/dispatch.h"
#include "pipeline/simulator/chances.h"
#include "pipeline/simulator/virtual_machine.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <tuple>

namespace tandem {
namespace {

int64_t nanoseconds(double time) {
  return std::llround(time * 1e3); // a unit is a microsecond
}

/// The run of one plan. Follows the executor: FrameLine says which frames begin, FrameClock and
/// ReadyTasks what runs next; only the clock and the work are made up.
class Run {
public:
  Run(const TaskGraph &graph, const Dispatch &dispatch, const SimulationOptions &options)
      : graph_(graph), dispatch_(dispatch), options_(options), chances_(options),
        links_(graph.tasks.size(), graph.edges), outgoing_(graph.tasks.size()), machine_(graph),
        clock_(dispatch), line_(inFlight(), options.waiting, options.whenFull),
        ready_(graph.processors.size(), ReadyTasks(0)), current_(graph.processors.size()),
        period_(options.arrivalPeriod < 0 ? graph.arrivalPeriod : options.arrivalPeriod) {
    if (options.steals)
      findAlike();
    for (size_t i = 0; i < graph.edges.size(); ++i)
      outgoing_[graph.edges[i].from].push_back(i);
    // A frame waits for those before it, where it needs their data.
    for (const TaskEdge &edge : graph.edges)
      if (edge.distance > 0)
        fromEarlier_.push_back(&edge);
  }

  Simulation run() {
    bringFrames();
    startTasks();
    while (std::optional<VirtualMachine::Event> event = machine_.next()) {
      if (event->kind == VirtualMachine::Event::Kind::kTask)
        endTask(event->processor);
      else if (event->kind == VirtualMachine::Event::Kind::kTransfer)
        arrive(transfers_[event->tag].first, transfers_[event->tag].second);
      bringFrames();
      if (!machine_.moreNow()) // all that is ready now is chosen from
        startTasks();
    }
    return summary();
  }

private:
  struct Frame {
    FrameClock::Ticket ticket;
    std::vector<uint32_t> waits; ///< by task
    std::vector<double> factors;
    size_t left = 0;
    double arrived = 0, begun = 0;
    std::vector<bool> done; ///< by task; for edges to later frames
  };

  size_t inFlight() const {
    return std::max<size_t>(1, options_.framesInFlight ? options_.framesInFlight
                                                       : dispatch_.plan().framesInFlight);
  }
  double arrivalOf(size_t frame) const { return period_ * static_cast<double>(frame); }

  /// Where the next frame is always there, none need be dropped for it.
  bool full() const { return period_ > 0 ? line_.mustWait() : line_.waiting() == options_.waiting; }

  /// Frames that have come by now, as far as there is room.
  void bringFrames() {
    while (brought_ < options_.frames && !full()) {
      if (arrivalOf(brought_) > machine_.now()) {
        if (alarm_ < brought_ + 1)
          machine_.wakeAt(arrivalOf(brought_), 0);
        alarm_ = brought_ + 1;
        break;
      }
      size_t frame = brought_++;
      double arrived = period_ > 0 ? arrivalOf(frame) : machine_.now();
      arrivals_[static_cast<int64_t>(frame)] = arrived;
      moment(static_cast<int64_t>(frame), FrameMoment::kSubmitted);
      if (std::optional<int64_t> dropped = line_.push(static_cast<int64_t>(frame))) {
        ++result_.dropped;
        moment(*dropped, FrameMoment::kEnded);
      }
      beginFrames();
    }
  }

  void beginFrames() {
    while (std::optional<int64_t> number = line_.begin()) {
      Frame &frame = frames_[*number];
      frame.ticket = clock_.begin();
      frame.waits = links_.waitsFor;
      frame.factors = chances_.factorsOf(*number, graph_.tasks.size());
      frame.left = graph_.tasks.size();
      frame.done.assign(graph_.tasks.size(), false);
      frame.arrived = arrivals_[*number];
      frame.begun = machine_.now();
      bySequence_[frame.ticket.sequence] = *number;
      moment(*number, FrameMoment::kBegun);
      std::vector<const TaskEdge *> there; // made already
      for (const TaskEdge *edge : fromEarlier_)
        if (const Frame *earlier = earlierThan(frame, edge->distance)) {
          ++frame.waits[edge->to];
          if (earlier->done[edge->from])
            there.push_back(edge);
        }
      for (size_t task = 0; task < graph_.tasks.size(); ++task)
        if (frame.waits[task] == 0)
          makeReady(*number, task);
      for (const TaskEdge *edge : there)
        send(*edge, processorOf(*earlierThan(frame, edge->distance), edge->from), *number);
    }
  }

  Frame *earlierThan(const Frame &frame, size_t distance) {
    auto found = bySequence_.find(frame.ticket.sequence - static_cast<int64_t>(distance));
    return found == bySequence_.end() ? nullptr : &frames_.at(found->second);
  }

  size_t processorOf(const Frame &frame, size_t task) const {
    return dispatch_.at(frame.ticket.inPlan, task).processor;
  }

  void makeReady(int64_t number, size_t task) {
    const Frame &frame = frames_.at(number);
    ReadyTask ready = FrameClock::ready(dispatch_, frame.ticket, static_cast<uint32_t>(task));
    ready_[processorOf(frame, task)].add(ready);
  }

  /// Those that take as long for everything: cores of one kind.
  void findAlike() {
    auto alike = [&](size_t a, size_t b) {
      return graph_.processors[a].dispatch == graph_.processors[b].dispatch &&
             std::ranges::all_of(graph_.tasks,
                                 [&](const Task &task) { return task.cost[a] == task.cost[b]; });
    };
    alike_.resize(ready_.size());
    for (size_t a = 0; a < ready_.size(); ++a)
      for (size_t b = 0; b < ready_.size(); ++b)
        if (a != b && alike(a, b))
          alike_[a].push_back(b);
  }

  /// Each device its own tasks first, then what waits on a busy one like it.
  void startTasks() {
    for (size_t processor = 0; processor < ready_.size(); ++processor)
      if (machine_.idle(processor) && !ready_[processor].empty())
        startTask(processor, ready_[processor]);
    for (size_t processor = 0; processor < alike_.size(); ++processor)
      for (size_t other : alike_[processor])
        if (machine_.idle(processor) && !ready_[other].empty())
          startTask(processor, ready_[other]);
  }

  void startTask(size_t processor, ReadyTasks &from) {
    ReadyTask ready = from.take();
    int64_t number = bySequence_.at(ready.sequence);
    // Of a task that nothing is asked of, not even its dispatch.
    double factor = frames_.at(number).factors[ready.task];
    double work = factor == 0 ? 0
                              : graph_.tasks[ready.task].cost[processor] * factor +
                                    graph_.processors[processor].dispatch;
    current_[processor] = {number, ready.task, machine_.now(), from.size()};
    machine_.start(processor, work, graph_.memoryShare(ready.task, processor));
  }

  void endTask(size_t processor) {
    const Current &current = current_[processor];
    int64_t number = current.frame;
    size_t task = current.task;
    result_.trace.events.push_back({.lane = static_cast<uint32_t>(processor),
                                    .task = static_cast<uint32_t>(task),
                                    .frame = number + 1,
                                    .startNs = nanoseconds(current.start),
                                    .finishNs = nanoseconds(machine_.now()),
                                    .ready = static_cast<uint32_t>(current.ready)});
    Frame &frame = frames_.at(number);
    frame.done[task] = true;
    for (size_t edge : outgoing_[task])
      sendOn(frame, number, graph_.edges[edge], processor);
    if (--frame.left == 0)
      endFrame(frame, number);
  }

  /// The data of an edge go to the frame that needs them, if it has begun.
  void sendOn(const Frame &frame, int64_t number, const TaskEdge &edge, size_t processor) {
    auto target = bySequence_.find(frame.ticket.sequence + static_cast<int64_t>(edge.distance));
    if (edge.distance == 0)
      send(edge, processor, number);
    else if (target != bySequence_.end())
      send(edge, processor, target->second);
  }

  void send(const TaskEdge &edge, size_t from, int64_t target) {
    size_t to = processorOf(frames_.at(target), edge.to);
    double duration = graph_.transfer(edge, from, to);
    if (duration <= 0)
      return arrive(target, edge.to);
    transfers_.emplace_back(target, edge.to);
    machine_.send(graph_.path(from, to), duration, transfers_.size() - 1);
  }

  void arrive(int64_t number, size_t task) {
    if (--frames_.at(number).waits[task] == 0)
      makeReady(number, task);
  }

  void endFrame(Frame &frame, int64_t number) {
    ends_.push_back(machine_.now());
    latencies_.push_back(machine_.now() - (period_ > 0 ? frame.arrived : frame.begun));
    moment(number, FrameMoment::kEnded);
    line_.finish();
    beginFrames();
  }

  void moment(int64_t frame, FrameMoment moment) {
    result_.trace.frames.push_back({frame + 1, moment, nanoseconds(machine_.now())});
  }

  Simulation summary();

  struct Current {
    int64_t frame = 0;
    size_t task = 0;
    double start = 0;
    size_t ready = 0;
  };

  const TaskGraph &graph_;
  const Dispatch &dispatch_;
  const SimulationOptions &options_;
  const Chances chances_;
  const TaskLinks links_;
  std::vector<std::vector<size_t>> outgoing_; ///< edges by task
  std::vector<const TaskEdge *> fromEarlier_;
  VirtualMachine machine_;
  FrameClock clock_;
  FrameLine line_;
  std::vector<ReadyTasks> ready_;
  std::vector<std::vector<size_t>> alike_; ///< by processor
  std::vector<Current> current_;
  double period_;
  std::map<int64_t, Frame> frames_; ///< by number, from 0
  std::map<int64_t, double> arrivals_;
  std::map<int64_t, int64_t> bySequence_;
  std::vector<std::pair<int64_t, size_t>> transfers_; ///< frame and task that wait for them
  size_t brought_ = 0, alarm_ = 0;
  std::vector<double> ends_, latencies_;
  Simulation result_;
};

/// The value that so many percent of them are not above.
double percentile(const std::vector<double> &sorted, double percent) {
  if (sorted.empty())
    return 0;
  auto rank = static_cast<size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size())));
  return sorted[std::max<size_t>(rank, 1) - 1];
}

/// Between the ends of frames in the second half, in whole patterns, since within one they may be
/// uneven; without the last ones, which have nothing behind them in their way.
double steadyInterval(std::span<const double> ends, size_t pattern, size_t inFlight) {
  if (ends.size() > 4 * (inFlight + pattern))
    ends = ends.first(ends.size() - inFlight);
  if (ends.size() < 2)
    return 0;
  size_t count = ends.size() / 2;
  count = count > pattern ? count / pattern * pattern : count;
  return (ends.back() - ends[ends.size() - 1 - count]) / static_cast<double>(count);
}

Simulation Run::summary() {
  result_.finished = ends_.size();
  result_.interval = steadyInterval(ends_, dispatch_.frames(), inFlight());
  std::ranges::sort(latencies_);
  result_.latencyP50 = percentile(latencies_, 50);
  result_.latencyP95 = percentile(latencies_, 95);
  result_.latencyLongest = percentile(latencies_, 100);
  result_.trace.simulated = true;
  for (size_t i = 0; i < graph_.processors.size(); ++i) {
    result_.trace.lanes.push_back(graph_.processors[i].name);
    result_.utilisation.push_back(machine_.now() > 0 ? machine_.busy(i) / machine_.now() : 0);
  }
  for (const Task &task : graph_.tasks)
    result_.trace.tasks.push_back(task.name);
  std::ranges::sort(result_.trace.events, {}, [](const TaskEvent &event) {
    return std::tuple(event.startNs, event.lane, event.finishNs);
  });
  return std::move(result_);
}

} // namespace

Result<Simulation> simulate(const TaskGraph &graph, const Plan &plan,
                            const SimulationOptions &options) {
  TANDEM_RETURN_IF_ERROR(Chances::check(options, graph.tasks.size()));
  TANDEM_ASSIGN_OR_RETURN(Dispatch dispatch,
                          Dispatch::create(plan, graph.tasks.size(), graph.processors.size()));
  for (const PlannedTask &planned : plan.tasks)
    if (!graph.canRun(planned.task, planned.processor))
      return Error(Code::kInvalidArgument, "", "the plan puts '", graph.tasks[planned.task].name,
                   "' on '", graph.processors[planned.processor].name, "', which cannot run it");
  return Run(graph, dispatch, options).run();
}

} // namespace tandem
