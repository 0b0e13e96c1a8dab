#include "pipeline/schedulers/common/instance.h"

#include <algorithm>

namespace tandem {

Instance::Instance(const TaskGraph &graph)
    : graph_(graph), processors_(graph.processors.size()), order_(topologicalOrder(graph)) {
  layOutNeighbours();
  layOutCosts();
}

void Instance::layOutNeighbours() {
  inBegin_.assign(tasks() + 1, 0);
  outBegin_.assign(tasks() + 1, 0);
  for (const TaskEdge &edge : graph_.edges)
    if (edge.distance == 0)
      ++inBegin_[edge.to + 1], ++outBegin_[edge.from + 1];
  for (size_t task = 0; task < tasks(); ++task) {
    inBegin_[task + 1] += inBegin_[task];
    outBegin_[task + 1] += outBegin_[task];
  }
  in_.resize(inBegin_.back());
  out_.resize(outBegin_.back());
  std::vector<size_t> nextIn = inBegin_, nextOut = outBegin_;
  for (size_t i = 0; i < graph_.edges.size(); ++i) {
    const TaskEdge &edge = graph_.edges[i];
    if (edge.distance > 0)
      continue;
    in_[nextIn[edge.to]++] = {static_cast<uint32_t>(edge.from), static_cast<uint32_t>(i)};
    out_[nextOut[edge.from]++] = {static_cast<uint32_t>(edge.to), static_cast<uint32_t>(i)};
  }
}

void Instance::layOutCosts() {
  choiceBegin_.push_back(0);
  for (size_t task = 0; task < tasks(); ++task) {
    double sum = 0, least = kCannotRun;
    for (size_t p = 0; p < processors_; ++p) {
      double duration = graph_.duration(task, p);
      durations_.push_back(duration);
      hasContention_ |= graph_.memoryShare(task, p) > 0;
      if (duration == kCannotRun)
        continue;
      choices_.push_back(static_cast<uint32_t>(p));
      sum += duration;
      least = std::min(least, duration);
    }
    choiceBegin_.push_back(choices_.size());
    meanDuration_.push_back(sum / static_cast<double>(choices(task).size()));
    leastDuration_.push_back(least);
  }
  for (const auto &row : graph_.links)
    for (const Link &link : row) {
      latency_.push_back(link.latency);
      perByte_.push_back(link.perByte);
      paths_ = std::max(paths_, static_cast<size_t>(link.path + 1));
    }
  for (const TaskEdge &edge : graph_.edges) {
    cost_.push_back(edge.cost);
    bytes_.push_back(edge.bytes);
  }
  for (size_t i = 0; i < graph_.edges.size(); ++i)
    meanTransfer_.push_back(meanTransferOf(graph_.edges[i], i));
}

double Instance::meanTransferOf(const TaskEdge &edge, size_t index) const {
  // Without links every pair costs the same; the sum's rounding would blur ties of the literature.
  double sum = 0, pairs = 0;
  for (uint32_t from : choices(edge.from))
    for (uint32_t to : choices(edge.to))
      if (from != to)
        sum += transfer(index, from, to), ++pairs;
  if (pairs == 0)
    return 0;
  return latency_.empty() ? edge.cost : sum / pairs;
}

} // namespace tandem
