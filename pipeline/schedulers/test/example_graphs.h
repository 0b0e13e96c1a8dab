#pragma once

#include "pipeline/schedulers/plan.h"

#include <string>
#include <utility>
#include <vector>

namespace tandem::test {

struct ExampleEdge {
  size_t from, to; // tasks, from 1 on
  double cost;
};

/// Tasks T1, T2, ... with these costs on P1, P2, ...
inline TaskGraph graphOf(const std::vector<std::vector<double>> &costs,
                         const std::vector<ExampleEdge> &edges) {
  TaskGraph graph;
  for (size_t p = 0; p < costs[0].size(); ++p)
    graph.processors.push_back({"P" + std::to_string(p + 1)});
  for (size_t task = 0; task < costs.size(); ++task)
    graph.tasks.push_back({"T" + std::to_string(task + 1), costs[task]});
  for (const ExampleEdge &edge : edges)
    graph.edges.push_back({edge.from - 1, edge.to - 1, edge.cost});
  return graph;
}

/// Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002, figure 3.
inline TaskGraph topcuogluGraph() {
  return graphOf({{14, 16, 9},
                  {13, 19, 18},
                  {11, 13, 19},
                  {13, 8, 17},
                  {12, 13, 10},
                  {13, 16, 9},
                  {7, 15, 11},
                  {5, 11, 14},
                  {18, 12, 20},
                  {21, 7, 16}},
                 {{1, 2, 18},
                  {1, 3, 12},
                  {1, 4, 9},
                  {1, 5, 11},
                  {1, 6, 14},
                  {2, 8, 19},
                  {2, 9, 16},
                  {3, 7, 23},
                  {4, 8, 27},
                  {4, 9, 23},
                  {5, 9, 13},
                  {6, 8, 15},
                  {7, 10, 17},
                  {8, 10, 11},
                  {9, 10, 13}});
}

/// Arabnejad, Barbosa, IEEE TPDS 25(3), 2014, figure 1.
inline TaskGraph arabnejadGraph() {
  return graphOf({{22, 21, 36},
                  {22, 18, 18},
                  {32, 27, 43},
                  {7, 10, 4},
                  {29, 27, 35},
                  {26, 17, 24},
                  {14, 25, 30},
                  {29, 23, 36},
                  {15, 21, 8},
                  {13, 16, 33}},
                 {{1, 2, 17},
                  {1, 3, 31},
                  {1, 4, 29},
                  {1, 5, 13},
                  {1, 6, 7},
                  {2, 8, 3},
                  {2, 9, 30},
                  {3, 7, 16},
                  {4, 8, 11},
                  {4, 9, 7},
                  {5, 9, 57},
                  {6, 8, 5},
                  {7, 10, 9},
                  {8, 10, 42},
                  {9, 10, 7}});
}

/// "T1 P3 0 9", a line a task.
inline std::string placesOf(const TaskGraph &graph, const Plan &plan) {
  std::string text;
  for (const PlannedTask &task : plan.tasks) {
    char line[96];
    std::snprintf(line, sizeof line, "%s %s %g %g\n", graph.tasks[task.task].name.c_str(),
                  graph.processors[task.processor].name.c_str(), task.start, task.finish);
    text += line;
  }
  return text;
}

} // namespace tandem::test
