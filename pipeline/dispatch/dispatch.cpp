#include "pipeline/dispatch/dispatch.h"

namespace tandem {

TaskLinks::TaskLinks(size_t tasks, std::span<const TaskEdge> edges)
    : waitsFor(tasks), followers(tasks) {
  for (const TaskEdge &edge : edges) {
    if (edge.distance > 0)
      continue;
    ++waitsFor[edge.to];
    followers[edge.from].push_back(static_cast<uint32_t>(edge.to));
  }
}

Result<Dispatch> Dispatch::create(Plan plan, size_t tasks, size_t processors) {
  if (plan.frames < 1 || tasks < 1 || plan.tasks.size() != plan.frames * tasks)
    return Error(Code::kInvalidArgument, "", "the plan of '", plan.scheduler, "' has ",
                 plan.tasks.size(), " tasks in ", plan.frames, " frames, expected ", tasks,
                 " a frame");
  for (size_t i = 0; i < plan.tasks.size(); ++i) {
    const PlannedTask &planned = plan.tasks[i];
    if (planned.task != i % tasks || planned.frame != i / tasks)
      return Error(Code::kInvalidArgument, "", "the plan of '", plan.scheduler, "' has task ",
                   planned.task, " of frame ", planned.frame, " where task ", i % tasks,
                   " of frame ", i / tasks, " belongs");
    if (planned.processor >= processors)
      return Error(Code::kInvalidArgument, "", "the plan of '", plan.scheduler, "' puts task ",
                   planned.task, " on processor ", planned.processor, ", there are ", processors);
  }
  Dispatch dispatch;
  double interval = plan.interval > 0 ? plan.interval : plan.makespan;
  dispatch.period_ = interval * static_cast<double>(plan.frames);
  dispatch.plan_ = std::move(plan);
  return dispatch;
}

FrameClock::Ticket FrameClock::begin() {
  auto pattern = static_cast<double>(inPlan_ / static_cast<int64_t>(dispatch_->frames()));
  return {begun_++, inPlan_++, start_ + pattern * dispatch_->period()};
}

void FrameClock::follow(const Dispatch &dispatch) {
  auto frames = static_cast<int64_t>(dispatch_->frames());
  start_ += static_cast<double>((inPlan_ + frames - 1) / frames) * dispatch_->period();
  inPlan_ = 0;
  dispatch_ = &dispatch;
}

} // namespace tandem
