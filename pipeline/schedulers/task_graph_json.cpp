// The JSON form of a task graph; docs/schedulers.md says what stands there.

#include "base/json_file.h"
#include "devices/json_reader.h"
#include "pipeline/schedulers/task_graph.h"

#include <unordered_map>

namespace tandem {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

// The table of links has the square of the first; both are far beyond any device or application.
constexpr size_t kMostProcessors = 1024, kMostTasks = 1'000'000;

class GraphReader : public JsonReader {
public:
  using JsonReader::JsonReader;

  TaskGraph read(const Json &json) {
    object(json, "",
           {{"processors", [&](auto &value, auto &place) { processors(value, place); }},
            {"tasks", [](auto &, auto &) {}}, // these need the processors, and edges need tasks
            {"edges", [](auto &, auto &) {}},
            {"links", [](auto &, auto &) {}},
            {"arrivalPeriod", number(graph_.arrivalPeriod)},
            {"frameBytes", number(graph_.frameBytes)}},
           {"processors", "tasks"});
    if (error())
      return {};
    list(json["tasks"], "tasks", [&](auto &value, auto &place) { task(value, place); });
    if (json.contains("edges"))
      list(json["edges"], "edges", [&](auto &value, auto &place) { edge(value, place); });
    if (json.contains("links"))
      list(json["links"], "links", [&](auto &value, auto &place) { link(value, place); });
    return std::move(graph_);
  }

private:
  void processors(const Json &value, const std::string &place) {
    list(value, place, [&](const Json &one, const std::string &where) {
      PlanProcessor processor;
      if (one.is_string())
        processor.name = one.get<std::string>();
      else
        object(one, where,
               {{"name", text(processor.name)}, {"dispatch", number(processor.dispatch)}},
               {"name"});
      processorByName_.emplace(processor.name, graph_.processors.size());
      graph_.processors.push_back(std::move(processor));
    });
    if (graph_.processors.size() > kMostProcessors)
      wrong(place, "has " + std::to_string(graph_.processors.size()) +
                       " entries, expected at most " + std::to_string(kMostProcessors));
  }

  void task(const Json &value, const std::string &place) {
    if (graph_.tasks.size() == kMostTasks)
      return wrong(place, "expected at most " + std::to_string(kMostTasks) + " tasks");
    Task task;
    auto costs = [&](const Json &row, const std::string &where) {
      list(row, where, [&](const Json &cost, const std::string &at) {
        task.cost.push_back(kCannotRun);
        if (!cost.is_null())
          number(task.cost.back())(cost, at);
      });
    };
    auto shares = [&](const Json &row, const std::string &where) {
      if (row.is_number()) {
        double share = 0;
        number(share)(row, where);
        task.memoryShare.assign(graph_.processors.size(), share);
        return;
      }
      list(row, where, [&](const Json &share, const std::string &at) {
        task.memoryShare.push_back(0);
        if (!share.is_null())
          number(task.memoryShare.back())(share, at);
      });
    };
    object(value, place, {{"name", text(task.name)}, {"cost", costs}, {"memoryShare", shares}},
           {"name", "cost"});
    taskByName_.emplace(task.name, graph_.tasks.size());
    graph_.tasks.push_back(std::move(task));
  }

  void edge(const Json &value, const std::string &place) {
    TaskEdge edge;
    object(value, place,
           {{"from", name(edge.from, taskByName_, "task")},
            {"to", name(edge.to, taskByName_, "task")},
            {"cost", number(edge.cost)},
            {"bytes", number(edge.bytes)},
            {"distance", whole(edge.distance)}},
           {"from", "to"});
    graph_.edges.push_back(edge);
  }

  void link(const Json &value, const std::string &place) {
    if (error())
      return;
    size_t from = 0, to = 0, path = 0, count = graph_.processors.size();
    Link link;
    object(value, place,
           {{"from", name(from, processorByName_, "processor")},
            {"to", name(to, processorByName_, "processor")},
            {"latency", number(link.latency)},
            {"perByte", number(link.perByte)},
            {"path", whole(path)}},
           {"from", "to"});
    if (error())
      return;
    if (from == to)
      return wrong(place, "leads from '" + graph_.processors[from].name + "' to itself");
    if (path >= count * count)
      return wrong(place, "path " + std::to_string(path) + ", expected at most " +
                              std::to_string(count * count - 1));
    if (value.contains("path"))
      link.path = static_cast<int>(path);
    graph_.links.resize(count, std::vector<Link>(count));
    Link &entry = graph_.links[from][to];
    if (!linked_.emplace(from * count + to, true).second)
      return wrong(place, "'" + graph_.processors[from].name + "' to '" +
                              graph_.processors[to].name + "' is there already");
    entry = link;
  }

  using Names = std::unordered_map<std::string, size_t>;
  Field name(size_t &into, const Names &names, const char *what) {
    return [this, &into, &names, what](const Json &value, const std::string &place) {
      std::string named;
      text(named)(value, place);
      if (error())
        return;
      auto found = names.find(named);
      if (found == names.end())
        return wrong(place, std::string("there is no ") + what + " '" + named + "'");
      into = found->second;
    };
  }

  Field whole(size_t &into) {
    return [this, &into](const Json &value, const std::string &place) {
      constexpr uint64_t kMost = 1'000'000'000;
      if (!value.is_number_unsigned() || value.get<uint64_t>() > kMost)
        return wrong(place, "expected a whole number, 0 or more");
      into = static_cast<size_t>(value.get<uint64_t>());
    };
  }

  TaskGraph graph_;
  Names processorByName_, taskByName_;
  std::unordered_map<size_t, bool> linked_;
};

OrderedJson numbers(const std::vector<double> &values) {
  OrderedJson list = OrderedJson::array();
  for (double value : values)
    list.push_back(value == kCannotRun ? OrderedJson() : OrderedJson(value));
  return list;
}

OrderedJson processorJson(const PlanProcessor &processor) {
  if (processor.dispatch == 0)
    return processor.name;
  return {{"name", processor.name}, {"dispatch", processor.dispatch}};
}

OrderedJson edgeJson(const TaskGraph &graph, const TaskEdge &edge) {
  OrderedJson json = {{"from", graph.tasks[edge.from].name}, {"to", graph.tasks[edge.to].name}};
  if (edge.cost > 0)
    json["cost"] = edge.cost;
  if (edge.bytes > 0)
    json["bytes"] = edge.bytes;
  if (edge.distance > 0)
    json["distance"] = edge.distance;
  return json;
}

OrderedJson linksJson(const TaskGraph &graph) {
  OrderedJson list = OrderedJson::array();
  for (size_t from = 0; from < graph.links.size(); ++from)
    for (size_t to = 0; to < graph.links.size(); ++to) {
      if (from == to)
        continue;
      const Link &link = graph.links[from][to];
      OrderedJson json = {{"from", graph.processors[from].name},
                          {"to", graph.processors[to].name},
                          {"latency", link.latency},
                          {"perByte", link.perByte}};
      if (link.path >= 0)
        json["path"] = link.path;
      list.push_back(std::move(json));
    }
  return list;
}

/// `list` with an entry a line.
std::string lines(const OrderedJson &list) {
  std::string text = "[";
  for (size_t i = 0; i < list.size(); ++i)
    text += (i == 0 ? "\n    " : ",\n    ") +
            list[i].dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  return text + (list.empty() ? "]" : "\n  ]");
}

} // namespace

Result<TaskGraph> parseTaskGraph(std::string_view path, std::string_view text) {
  TANDEM_ASSIGN_OR_RETURN(Json json, parseJsonFile(path, text));
  GraphReader reader{std::string(path)};
  TaskGraph graph = reader.read(json);
  if (reader.error())
    return *reader.error();
  if (Status status = checkTaskGraph(graph, path); !status.ok())
    return Error(Code::kCorruptData, path, status.error().message);
  return graph;
}

std::string taskGraphText(const TaskGraph &graph) {
  OrderedJson processors = OrderedJson::array(), tasks = processors, edges = processors;
  for (const PlanProcessor &processor : graph.processors)
    processors.push_back(processorJson(processor));
  for (const Task &task : graph.tasks) {
    OrderedJson json = {{"name", task.name}, {"cost", numbers(task.cost)}};
    if (!task.memoryShare.empty())
      json["memoryShare"] = numbers(task.memoryShare);
    tasks.push_back(std::move(json));
  }
  for (const TaskEdge &edge : graph.edges)
    edges.push_back(edgeJson(graph, edge));
  std::string text = "{\n  \"processors\": " + lines(processors) +
                     ",\n  \"tasks\": " + lines(tasks) + ",\n  \"edges\": " + lines(edges);
  if (!graph.links.empty())
    text += ",\n  \"links\": " + lines(linksJson(graph));
  if (graph.arrivalPeriod > 0)
    text += ",\n  \"arrivalPeriod\": " + OrderedJson(graph.arrivalPeriod).dump();
  if (graph.frameBytes > 0)
    text += ",\n  \"frameBytes\": " + OrderedJson(graph.frameBytes).dump();
  return text + "\n}\n";
}

} // namespace tandem
