#include "pipeline/executor/app_tasks.h"

#include <algorithm>

namespace tandem {
namespace {

/// Collects tasks step by step.
class Collector {
public:
  Collector(const Application &app, const std::vector<std::unique_ptr<ModelRunner>> &runners,
            const ValueSizes *sizes)
      : app_(app), runners_(runners), sizes_(sizes) {}

  AppTasks collect() {
    for (size_t step = 0; step < app_.steps.size(); ++step)
      addStep(step);
    return std::move(result_);
  }

private:
  const ModelRunner *runnerOf(const AppStep &step) const {
    return step.model < 0 ? nullptr : runners_[static_cast<size_t>(step.model)].get();
  }

  void addStep(size_t index) {
    const AppStep &step = app_.steps[index];
    const ModelRunner *runner = runnerOf(step);
    size_t parts = runner ? runner->regionCount() : 1, each = step.forEach ? parts : 1;
    size_t first = result_.tasks.size();
    for (size_t part = 0; part < parts; part += each) {
      AppTask task{step.name, index, part, part + each, regionsOf(runner, part, part + each)};
      if (parts > each)
        task.name += " (" + std::to_string(part + 1) + " of " + std::to_string(parts) + ")";
      if (part > 0)
        connect(result_.tasks.size() - 1, result_.tasks.size(), bytesBehind(*runner, part - 1));
      result_.tasks.push_back(std::move(task));
    }
    last_.push_back(result_.tasks.size() - 1);
    std::vector<AppReference> needs;
    for (const std::optional<AppReference> &input : step.inputs)
      if (input)
        needs.push_back(*input);
    if (step.when)
      needs.push_back(step.when->number);
    if (step.forEach)
      needs.push_back(*step.forEach);
    for (auto at = needs.begin(); at != needs.end(); ++at)
      if (std::none_of(needs.begin(), at, [&](const AppReference &other) { // each value once
            return other.step == at->step && other.output == at->output;
          }))
        need(*at, first);
  }

  static std::vector<AppTask::Region> regionsOf(const ModelRunner *runner, size_t first,
                                                size_t last) {
    std::vector<AppTask::Region> regions;
    if (!runner || runner->regions().empty())
      return regions;
    for (size_t i = first; i < last; ++i)
      regions.push_back(
          {std::string(runner->regions()[i].backend), std::string(runner->regions()[i].fallback)});
    return regions;
  }

  void need(const AppReference &reference, size_t task) {
    if (reference.step == AppReference::kFrame)
      return; // there before anything runs
    auto step = static_cast<size_t>(reference.step);
    connect(last_[step], task,
            sizes_ ? sizes_->outputs[step][static_cast<size_t>(reference.output)] : 0);
  }

  /// Of what a region gives to those behind it.
  double bytesBehind(const ModelRunner &runner, size_t region) const {
    return sizes_ ? runner.borderOf(region).bytesOut : 0;
  }

  /// Two values that come from one task are one edge.
  void connect(size_t from, size_t to, double bytes) {
    auto same = std::ranges::find_if(
        result_.edges, [&](const TaskEdge &edge) { return edge.from == from && edge.to == to; });
    if (same == result_.edges.end())
      result_.edges.push_back({.from = from, .to = to, .bytes = bytes});
    else
      same->bytes += bytes;
  }

  const Application &app_;
  const std::vector<std::unique_ptr<ModelRunner>> &runners_;
  const ValueSizes *sizes_;
  AppTasks result_;
  std::vector<size_t> last_; ///< beside the steps: the task that gives their values
};

bool has(const PipelineDevice &device, const std::string &backend) {
  return std::ranges::find(device.backends, backend) != device.backends.end();
}

} // namespace

AppTasks tasksOf(const Application &app, const std::vector<std::unique_ptr<ModelRunner>> &runners,
                 const ValueSizes *sizes) {
  return Collector(app, runners, sizes).collect();
}

bool canRunOn(const AppTask &task, const PipelineDevice &device) {
  auto own = [&](const AppTask::Region &region) { return has(device, region.backend); };
  if (!device.runsSteps)
    return std::ranges::any_of(task.regions, own);
  return std::ranges::all_of(task.regions, [&](const AppTask::Region &region) {
    return own(region) || (!region.fallback.empty() && has(device, region.fallback));
  });
}

} // namespace tandem
