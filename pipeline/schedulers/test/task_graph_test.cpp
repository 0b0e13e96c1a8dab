#include "pipeline/schedulers/random_graph.h"
#include "pipeline/schedulers/task_graph.h"
#include "pipeline/schedulers/test/odd_graphs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace tandem::test {
namespace {

std::string errorOf(const std::string &text) {
  Result<TaskGraph> graph = parseTaskGraph("g.json", text);
  if (graph.ok())
    return "taken";
  EXPECT_EQ(graph.error().code, Code::kCorruptData);
  EXPECT_EQ(graph.error().subject, "g.json");
  return graph.error().message;
}

/// A graph of P1, P2, A and B, with more keys behind.
std::string graphWith(const std::string &more) {
  return R"({"processors": ["P1", "P2"], "tasks": [{"name": "A", "cost": [1, 2]},
             {"name": "B", "cost": [null, 4]}])" +
         more + "}";
}

TEST(TaskGraphJson, ReadsTheFormOfTheLiterature) {
  Result<TaskGraph> graph =
      parseTaskGraph("g.json", graphWith(R"(, "edges": [{"from": "A", "to": "B", "cost": 18}])"));
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  EXPECT_EQ(graph->processors[1].name, "P2");
  EXPECT_EQ(graph->duration(0, 1), 2);
  EXPECT_FALSE(graph->canRun(1, 0));
  EXPECT_EQ(graph->transfer(graph->edges[0], 0, 1), 18);
  EXPECT_EQ(graph->transfer(graph->edges[0], 1, 1), 0);
}

TEST(TaskGraphJson, ReadsEverythingElse) {
  Result<TaskGraph> graph = parseTaskGraph("g.json", R"({
    "processors": ["P1", {"name": "NPU", "dispatch": 20}],
    "tasks": [{"name": "A", "cost": [1, 2], "memoryShare": 0.25},
              {"name": "B", "cost": [null, 4], "memoryShare": [null, 0.5]}],
    "edges": [{"from": "A", "to": "B", "bytes": 1000}, {"from": "B", "to": "B", "distance": 1}],
    "links": [{"from": "P1", "to": "NPU", "latency": 5, "perByte": 0.01, "path": 0}],
    "arrivalPeriod": 33333, "frameBytes": 4096})");
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  EXPECT_EQ(graph->duration(1, 1), 24);
  EXPECT_EQ(graph->transfer(graph->edges[0], 0, 1), 15);
  EXPECT_EQ(graph->path(0, 1), 0);
  EXPECT_EQ(graph->path(1, 0), -1);
  EXPECT_EQ(graph->memoryShare(0, 1), 0.25);
  EXPECT_EQ(graph->memoryShare(1, 0), 0);
  EXPECT_EQ(graph->memoryShare(1, 1), 0.5);
  EXPECT_EQ(graph->edges[1].distance, 1U);
  EXPECT_EQ(graph->arrivalPeriod, 33333);
  EXPECT_EQ(graph->frameBytes, 4096);
}

TEST(TaskGraphJson, WritesWhatItReads) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    OddTraits traits;
    traits.links = traits.paths = seed % 2;
    traits.contention = seed % 3 == 0;
    traits.dispatch = traits.carried = seed % 5 == 0;
    TaskGraph graph = oddGraph(1 + seed % 7, 1 + seed % 4, traits, seed);
    graph.arrivalPeriod = static_cast<double>(seed % 2) * 0.1;
    std::string text = taskGraphText(graph);
    Result<TaskGraph> again = parseTaskGraph("again.json", text);
    ASSERT_TRUE(again.ok()) << again.error().text() << text;
    EXPECT_EQ(taskGraphText(*again), text);
    ASSERT_EQ(again->edges.size(), graph.edges.size());
    for (size_t i = 0; i < graph.edges.size(); ++i)
      EXPECT_EQ(again->edges[i].cost, graph.edges[i].cost);
    for (size_t t = 0; t < graph.tasks.size(); ++t)
      EXPECT_EQ(again->tasks[t].cost, graph.tasks[t].cost);
    EXPECT_EQ(again->arrivalPeriod, graph.arrivalPeriod);
  }
}

TEST(TaskGraphJson, RefusesWhatIsNoGraph) {
  EXPECT_EQ(errorOf(""), "not a JSON file: wrong at line 1, column 1");
  EXPECT_EQ(errorOf("{\n\n  \"processors\": [\"P\"],\n}"),
            "not a JSON file: wrong at line 4, column 1");
  EXPECT_EQ(errorOf("[]"), "expected an object");
  EXPECT_EQ(errorOf("{}"), "'processors' is missing");
  EXPECT_EQ(errorOf(R"({"processors": ["P"]})"), "'tasks' is missing");
  EXPECT_EQ(errorOf(R"({"processors": [], "tasks": []})"), "processors: there is none");
  EXPECT_EQ(errorOf(R"({"processors": ["P"], "tasks": []})"), "tasks: there is none");
  EXPECT_EQ(errorOf(graphWith(R"(, "edge": [])")), "unknown key 'edge'");
  EXPECT_EQ(errorOf(graphWith(R"(, "edges": [{"from": "A", "to": "B", "costs": 1}])")),
            "edges[0]: unknown key 'costs'");
}

TEST(TaskGraphJson, RefusesWrongCosts) {
  auto withCost = [](const std::string &cost) {
    return R"({"processors": ["P1", "P2"], "tasks": [{"name": "A", "cost": )" + cost + "}]}";
  };
  EXPECT_EQ(errorOf(withCost("[1]")), "tasks[0] ('A'): has 1 cost for 2 processors");
  EXPECT_EQ(errorOf(withCost("[1, -2]")),
            "tasks[0].cost[1]: expected a number that is not negative");
  EXPECT_EQ(errorOf(withCost("[1, \"2\"]")),
            "tasks[0].cost[1]: expected a number that is not negative");
  EXPECT_EQ(errorOf(withCost("[1, 1e999]")),
            "not a JSON file: wrong at line 1, column 70"); // beyond every double
  EXPECT_EQ(errorOf(withCost("[NaN, 1]")), "not a JSON file: wrong at line 1, column 63");
  EXPECT_EQ(errorOf(withCost("[null, null]")), "tasks[0] ('A'): no processor can run it");
  EXPECT_EQ(errorOf(withCost("[1, 2], \"memoryShare\": 2")),
            "tasks[0] ('A'): memory share 2, expected 0 to 1");
  EXPECT_EQ(errorOf(withCost("[1, 2], \"memoryShare\": [0.5]")),
            "tasks[0] ('A'): has 1 memory share for 2 processors");
}

TEST(TaskGraphJson, RefusesNamesThatAreNotUnique) {
  EXPECT_EQ(errorOf(R"({"processors": ["P", "P"], "tasks": [{"name": "A", "cost": [1, 1]}]})"),
            "processors[1]: 'P' is there already");
  EXPECT_EQ(errorOf(R"({"processors": ["P"], "tasks": [{"name": "A", "cost": [1]},
                                                        {"name": "A", "cost": [1]}]})"),
            "tasks[1]: 'A' is there already");
  EXPECT_EQ(errorOf(R"({"processors": [""], "tasks": [{"name": "A", "cost": [1]}]})"),
            "processors[0]: the name is empty");
}

TEST(TaskGraphJson, RefusesWrongEdges) {
  auto withEdges = [](const std::string &edges) {
    return errorOf(graphWith(", \"edges\": [" + edges + "]"));
  };
  EXPECT_EQ(withEdges(R"({"from": "A", "to": "C"})"), "edges[0].to: there is no task 'C'");
  EXPECT_EQ(withEdges(R"({"from": "A"})"), "edges[0]: 'to' is missing");
  EXPECT_EQ(withEdges(R"({"from": "A", "to": "A"})"), "edges: they form a cycle: A to A");
  EXPECT_EQ(withEdges(R"({"from": "A", "to": "B"}, {"from": "B", "to": "A"})"),
            "edges: they form a cycle: A to B to A");
  EXPECT_EQ(withEdges(R"({"from": "A", "to": "B"}, {"from": "A", "to": "B"})"),
            "edges[1] (A to B): is there already");
  EXPECT_EQ(withEdges(R"({"from": "A", "to": "B", "distance": -1})"),
            "edges[0].distance: expected a whole number, 0 or more");
  EXPECT_EQ(withEdges(R"({"from": "B", "to": "A", "distance": 2000})"),
            "edges[0] (B to A): distance 2000, expected at most 1000");
}

TEST(TaskGraphJson, RefusesWrongLinks) {
  auto withLinks = [](const std::string &links) {
    return errorOf(graphWith(", \"links\": [" + links + "]"));
  };
  EXPECT_EQ(withLinks(R"({"from": "P1", "to": "P3"})"), "links[0].to: there is no processor 'P3'");
  EXPECT_EQ(withLinks(R"({"from": "P1", "to": "P1"})"), "links[0]: leads from 'P1' to itself");
  EXPECT_EQ(withLinks(R"({"from": "P1", "to": "P2", "path": 4})"),
            "links[0]: path 4, expected at most 3");
  EXPECT_EQ(withLinks(R"({"from": "P1", "to": "P2"}, {"from": "P1", "to": "P2"})"),
            "links[1]: 'P1' to 'P2' is there already");
}

TEST(RandomGraph, IsTheSameForTheSameSeedOnly) {
  RandomGraphKind kind;
  EXPECT_EQ(taskGraphText(randomGraph(kind, 7)), taskGraphText(randomGraph(kind, 7)));
  EXPECT_NE(taskGraphText(randomGraph(kind, 7)), taskGraphText(randomGraph(kind, 8)));
}

TEST(RandomGraph, OfEveryKindIsAsAskedFor) {
  std::vector<RandomGraphKind> kinds = randomGraphKinds(3);
  ASSERT_EQ(kinds.size(), 2250U);
  for (size_t i = 0; i < kinds.size(); i += 7) {
    TaskGraph graph = randomGraph(kinds[i], i);
    ASSERT_TRUE(checkTaskGraph(graph, "").ok());
    ASSERT_EQ(graph.tasks.size(), kinds[i].tasks);
    std::vector<size_t> degree(graph.tasks.size());
    std::vector<char> isFed(graph.tasks.size());
    double transfers = 0, durations = 0;
    for (const TaskEdge &edge : graph.edges) {
      ++degree[edge.from];
      isFed[edge.to] = 1;
      transfers += edge.cost / static_cast<double>(graph.edges.size());
    }
    for (const Task &task : graph.tasks) {
      durations += task.cost[0] / static_cast<double>(graph.tasks.size());
      double least = *std::min_element(task.cost.begin(), task.cost.end());
      double most = *std::max_element(task.cost.begin(), task.cost.end());
      EXPECT_LE(most * (2 - kinds[i].heterogeneity), least * (2 + kinds[i].heterogeneity) + 1e-9);
    }
    EXPECT_NEAR(std::log(transfers / durations / kinds[i].ccr), 0, 1.2);
  }
}

} // namespace
} // namespace tandem::test
