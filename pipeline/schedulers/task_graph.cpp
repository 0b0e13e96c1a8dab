#include "pipeline/schedulers/task_graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <set>

namespace tandem {
namespace {

bool isTime(double value) {
  return value >= 0 && value <= kLargestNumber;
}

/// Collects nothing: the first thing that is wrong is said, and that is all.
class Checker {
public:
  Checker(const TaskGraph &graph, std::string_view subject) : graph_(graph), subject_(subject) {}

  Status run() const {
    if (graph_.processors.empty())
      return wrong("processors", "there is none");
    if (graph_.tasks.empty())
      return wrong("tasks", "there is none");
    if (!isTime(graph_.arrivalPeriod))
      return wrong("arrivalPeriod", "is ", graph_.arrivalPeriod, ", expected 0 to ",
                   kLargestNumber);
    if (!isTime(graph_.frameBytes))
      return wrong("frameBytes", "is ", graph_.frameBytes, ", expected 0 to ", kLargestNumber);
    TANDEM_RETURN_IF_ERROR(processors());
    TANDEM_RETURN_IF_ERROR(tasks());
    TANDEM_RETURN_IF_ERROR(links());
    TANDEM_RETURN_IF_ERROR(edges());
    return cycles();
  }

private:
  template <typename... Parts> Error wrong(std::string_view place, const Parts &...parts) const {
    return Error(Code::kInvalidArgument, subject_, place, ": ", parts...);
  }
  static std::string at(std::string_view list, size_t index) {
    return std::string(list) + "[" + std::to_string(index) + "]";
  }
  /// "1 cost", "2 costs".
  static std::string counted(size_t count, const char *what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
  }
  std::string edgeName(size_t index) const {
    const TaskEdge &edge = graph_.edges[index];
    return at("edges", index) + " (" + graph_.tasks[edge.from].name + " to " +
           graph_.tasks[edge.to].name + ")";
  }

  template <typename Item>
  Status names(std::string_view list, const std::vector<Item> &items) const {
    std::set<std::string_view> seen;
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].name.empty())
        return wrong(at(list, i), "the name is empty");
      if (!seen.insert(items[i].name).second)
        return wrong(at(list, i), "'", items[i].name, "' is there already");
    }
    return {};
  }

  Status processors() const {
    for (size_t i = 0; i < graph_.processors.size(); ++i)
      if (!isTime(graph_.processors[i].dispatch))
        return wrong(at("processors", i), "dispatch is ", graph_.processors[i].dispatch,
                     ", expected 0 to ", kLargestNumber);
    return names("processors", graph_.processors);
  }

  Status tasks() const {
    size_t count = graph_.processors.size();
    for (size_t i = 0; i < graph_.tasks.size(); ++i) {
      const Task &task = graph_.tasks[i];
      std::string place = at("tasks", i) + " ('" + task.name + "')";
      if (task.cost.size() != count)
        return wrong(place, "has ", counted(task.cost.size(), "cost"), " for ",
                     counted(count, "processor"));
      for (double cost : task.cost)
        if (cost != kCannotRun && !isTime(cost))
          return wrong(place, "cost ", cost, ", expected 0 to ", kLargestNumber);
      if (std::all_of(task.cost.begin(), task.cost.end(),
                      [](double cost) { return cost == kCannotRun; }))
        return wrong(place, "no processor can run it");
      if (!task.memoryShare.empty() && task.memoryShare.size() != count)
        return wrong(place, "has ", counted(task.memoryShare.size(), "memory share"), " for ",
                     counted(count, "processor"));
      for (double share : task.memoryShare)
        if (!(share >= 0 && share <= 1))
          return wrong(place, "memory share ", share, ", expected 0 to 1");
    }
    return names("tasks", graph_.tasks);
  }

  Status links() const {
    size_t count = graph_.processors.size();
    if (!graph_.links.empty() && graph_.links.size() != count)
      return wrong("links", "has ", graph_.links.size(), " rows for ", count, " processors");
    for (size_t from = 0; from < graph_.links.size(); ++from) {
      if (graph_.links[from].size() != count)
        return wrong(at("links", from), "has ", graph_.links[from].size(), " entries for ", count,
                     " processors");
      for (size_t to = 0; to < count; ++to) {
        const Link &link = graph_.links[from][to];
        if (!isTime(link.latency) || !isTime(link.perByte))
          return wrong(at(at("links", from), to), "latency ", link.latency, " and ", link.perByte,
                       " a byte, expected 0 to ", kLargestNumber);
        // Paths index a table, so that a wild number must not get through.
        if (link.path < -1 || link.path >= static_cast<int>(count * count))
          return wrong(at(at("links", from), to), "path ", link.path, ", expected -1 to ",
                       count * count - 1);
      }
    }
    return {};
  }

  Status edges() const {
    constexpr size_t kMostDistance = 1000;
    std::set<std::array<size_t, 3>> seen;
    for (size_t i = 0; i < graph_.edges.size(); ++i) {
      const TaskEdge &edge = graph_.edges[i];
      if (edge.from >= graph_.tasks.size() || edge.to >= graph_.tasks.size())
        return wrong(at("edges", i), "names task ", std::max(edge.from, edge.to), " of ",
                     graph_.tasks.size());
      if (!isTime(edge.cost) || !isTime(edge.bytes))
        return wrong(edgeName(i), "cost ", edge.cost, " and ", edge.bytes, " bytes, expected 0 to ",
                     kLargestNumber);
      if (edge.distance > kMostDistance)
        return wrong(edgeName(i), "distance ", edge.distance, ", expected at most ", kMostDistance);
      if (!seen.insert({edge.from, edge.to, edge.distance}).second)
        return wrong(edgeName(i), "is there already");
    }
    return {};
  }

  Status cycles() const {
    std::vector<size_t> order = topologicalOrder(graph_);
    if (order.size() == graph_.tasks.size())
      return {};
    std::vector<char> isOrdered(graph_.tasks.size());
    for (size_t task : order)
      isOrdered[task] = 1;
    // What is left has an edge into it from what is left; going back must come round.
    std::vector<size_t> before(graph_.tasks.size());
    for (const TaskEdge &edge : graph_.edges)
      if (edge.distance == 0 && !isOrdered[edge.from])
        before[edge.to] = edge.from;
    size_t task =
        static_cast<size_t>(std::find(isOrdered.begin(), isOrdered.end(), 0) - isOrdered.begin());
    for (size_t step = 0; step < graph_.tasks.size(); ++step)
      task = before[task];
    std::string cycle = graph_.tasks[task].name;
    size_t at = task;
    do {
      at = before[at];
      cycle = graph_.tasks[at].name + " to " + cycle;
    } while (at != task);
    return wrong("edges", "they form a cycle: ", cycle);
  }

  const TaskGraph &graph_;
  std::string_view subject_;
};

} // namespace

Status checkTaskGraph(const TaskGraph &graph, std::string_view subject) {
  return Checker(graph, subject).run();
}

std::vector<size_t> topologicalOrder(const TaskGraph &graph) {
  std::vector<std::vector<size_t>> after(graph.tasks.size());
  std::vector<size_t> waitsFor(graph.tasks.size()), order;
  for (const TaskEdge &edge : graph.edges)
    if (edge.distance == 0) {
      after[edge.from].push_back(edge.to);
      ++waitsFor[edge.to];
    }
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t task = 0; task < waitsFor.size(); ++task)
    if (waitsFor[task] == 0)
      ready.push(task);
  while (!ready.empty()) {
    size_t task = ready.top();
    ready.pop();
    order.push_back(task);
    for (size_t next : after[task])
      if (--waitsFor[next] == 0)
        ready.push(next);
  }
  return order;
}

} // namespace tandem
