#include "pipeline/plan/task_costs.h"

#include "pipeline/plan/core_rates.h"
#include "pipeline/plan/devices.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace tandem {
namespace {

/// "faces", "net.boxes".
std::string nameOf(const Application &app, const AppReference &reference) {
  const AppStep &step = app.steps[static_cast<size_t>(reference.step)];
  const std::string &output = step.outputNames[static_cast<size_t>(reference.output)];
  return output.empty() ? step.name : step.name + "." + output;
}

/// Numbers the names of a map as they come.
class Numbering {
public:
  int of(const std::string &name) {
    auto found = std::ranges::find(names_, name);
    if (found == names_.end())
      found = names_.insert(names_.end(), name);
    return static_cast<int>(found - names_.begin());
  }
  const std::vector<std::string> &names() const { return names_; }

private:
  std::vector<std::string> names_;
};

class GraphMaker {
public:
  GraphMaker(const Application &app, const AppTasks &tasks,
             const std::vector<std::unique_ptr<ModelRunner>> &runners,
             const std::vector<PipelineDevice> &devices, const CostSources &sources)
      : app_(app), tasks_(tasks), runners_(runners), devices_(devices), sources_(sources),
        data_(sources.measured ? sources.measured : sources.elsewhere), chances_(chancesOf(app)) {}

  Result<AppGraph> make() {
    sharesCores_ = othersTakeCores();
    for (const PipelineDevice &device : devices_) {
      const Processor *own = modelOf(device);
      made_.graph.processors.push_back(
          {device.name, overheads().dispatchUs + (own ? own->dispatchUs : 0)});
    }
    for (const AppTask &task : tasks_.tasks)
      TANDEM_RETURN_IF_ERROR(addTask(task));
    addEdges();
    addLinks();
    addFeeder();
    made_.graph.arrivalPeriod = sources_.arrivalPeriodUs;
    made_.graph.frameBytes = sources_.pictureBytes + (sources_.sizes ? sources_.sizes->frame : 0);
    for (const std::string &name : detections_.names())
      made_.counts.push_back(data_->detections.at(name));
    for (const std::string &name : holds_.names())
      made_.probabilities.push_back(data_->holds.at(name));
    return std::move(made_);
  }

private:
  AppProfile::Overheads overheads() const {
    return data_ ? data_->overheads : AppProfile::Overheads();
  }

  /// Of a device that is only modelled, and that is no CPU; null for others.
  const Processor *modelOf(const PipelineDevice &device) const {
    return sources_.model && !device.runsSteps && !device.backends.empty()
               ? sources_.model->processorOf(device.backends[0])
               : nullptr;
  }

  /// Of values inside a for_each as many as an average frame has, of detections as well.
  void addEdges() {
    for (TaskEdge edge : tasks_.edges) {
      const AppStep &maker = app_.steps[tasks_.tasks[edge.from].step];
      StepChances chances = chances_[tasks_.tasks[edge.to].step];
      if (!maker.forEach) {
        bool detections =
            maker.outputTypes.size() == 1 && maker.outputTypes[0] == ValueType::kDetections;
        chances = detections ? StepChances{nameOf(app_, {.step = static_cast<int>(
                                                             tasks_.tasks[edge.from].step)}),
                                           ""}
                             : StepChances();
      }
      edge.bytes *= meanCalls(chances);
      made_.graph.edges.push_back(edge);
    }
  }

  /// Which memory a device works in: its own, or that of all cores, which is the first such
  /// device's.
  size_t memoryOf(size_t device) const {
    auto hasOwn = [&](const PipelineDevice &candidate) {
      const Processor *own = modelOf(candidate);
      return own && own->transferBytesPerUs > 0;
    };
    return hasOwn(devices_[device])
               ? device
               : static_cast<size_t>(std::ranges::find_if_not(devices_, hasOwn) - devices_.begin());
  }

  void addLinks() {
    size_t count = devices_.size();
    made_.graph.links.assign(count, std::vector<Link>(count));
    for (size_t from = 0; from < count; ++from)
      for (size_t to = 0; to < count; ++to) {
        Link &link = made_.graph.links[from][to];
        link.latency = overheads().handOffUs;
        link.perByte = overheads().usPerByte;
        for (size_t end : {from, to})
          if (const Processor *own = modelOf(devices_[end]); own && own->transferBytesPerUs > 0) {
            link.latency += own->transferUs;
            link.perByte += 1 / own->transferBytesPerUs;
          }
        if (memoryOf(from) != memoryOf(to)) { // a DMA engine between the two, for both ways
          auto [low, high] = std::minmax({memoryOf(from), memoryOf(to)});
          link.path = static_cast<int>(low * count + high);
        }
      }
  }

  /// The work of the thread that feeds the pipeline, on any core.
  void addFeeder() {
    size_t own = tasks_.tasks.size();
    if (sources_.readsFrames && overheads().readUs > 0) {
      size_t read = addFeederTask(std::string(kReadTask), overheads().readUs);
      for (size_t task = 0; task < own; ++task)
        if (readsPicture(app_.steps[tasks_.tasks[task].step]) && tasks_.tasks[task].firstPart == 0)
          made_.graph.edges.push_back({.from = read, .to = task, .bytes = sources_.pictureBytes});
      made_.graph.edges.push_back({.from = read, .to = read, .distance = 1}); // one after another
    }
    if (overheads().collectUs > 0) {
      size_t collect = addFeederTask(std::string(kCollectTask), overheads().collectUs);
      for (size_t task = 0; task < own; ++task)
        if (std::ranges::find(tasks_.edges, task, &TaskEdge::from) == tasks_.edges.end())
          made_.graph.edges.push_back({.from = task, .to = collect});
    }
  }

  size_t addFeederTask(std::string name, double us) {
    Task task{.name = std::move(name), .cost = {}};
    for (const PipelineDevice &device : devices_) {
      task.cost.push_back(device.runsSteps ? us * feederSlowdown(device) : kCannotRun);
      if (sharesCores_)
        task.memoryShare.push_back(device.runsSteps ? oneCore() : 0);
    }
    made_.graph.tasks.push_back(std::move(task));
    made_.variations.emplace_back();
    return made_.graph.tasks.size() - 1;
  }

  /// What the feeding thread took elsewhere, at this core's rate, where that is known.
  double feederSlowdown(const PipelineDevice &device) const {
    double here = rateOf(sources_.model, device, std::nullopt),
           there = strongestRate(sources_.elsewhereModel, device, std::nullopt);
    return !sources_.measured && here > 0 && there > 0 ? there / here : 1;
  }

  static bool readsPicture(const AppStep &step) {
    return std::ranges::any_of(step.inputs, [](const std::optional<AppReference> &input) {
      return input && input->step == AppReference::kFrame;
    });
  }

  Status addTask(const AppTask &task) {
    Task entry;
    entry.name = task.name;
    bool contends = false;
    for (const PipelineDevice &device : devices_) {
      TANDEM_ASSIGN_OR_RETURN(double cost, costOf(task, device));
      entry.cost.push_back(cost);
      entry.memoryShare.push_back(cost == kCannotRun ? 0 : shareOf(task, device));
      contends |= entry.memoryShare.back() > 0;
    }
    if (!contends)
      entry.memoryShare.clear();
    made_.graph.tasks.push_back(std::move(entry));
    made_.variations.push_back(variationOf(chances_[task.step]));
    return {};
  }

  Result<double> costOf(const AppTask &task, const PipelineDevice &device) {
    if (!canRunOn(task, device))
      return kCannotRun;
    if (std::optional<double> us = measured(sources_.measured, task, device.kind)) {
      const std::vector<std::string> &modelled = sources_.measured->modelled;
      if (std::ranges::find(modelled, device.kind) != modelled.end())
        made_.modelled.push_back(task.name + " on " + device.name);
      return *us;
    }
    std::optional<double> us = predicted(task, device);
    if (!us)
      us = scaled(task, device);
    if (!us)
      return Error(Code::kNotFound, app_.path, "nothing is known of what '", task.name,
                   "' takes on '", device.name, "', profile the application there");
    made_.modelled.push_back(task.name + " on " + device.name);
    return *us;
  }

  static std::optional<double> measured(const AppProfile *profile, const AppTask &task,
                                        const std::string &kind) {
    const AppProfile::TaskProfile *entry = profile ? profile->task(task.name) : nullptr;
    if (!entry)
      return std::nullopt;
    auto found = entry->us.find(kind);
    return found == entry->us.end() ? std::nullopt : std::optional(found->second);
  }

  /// By what the compiler said of each region, where all of them run on their own device; without
  /// what the graph has beside the task: the device's dispatch, and transfers.
  std::optional<double> predicted(const AppTask &task, const PipelineDevice &device) const {
    const AppStep &step = app_.steps[task.step];
    if (!sources_.model || step.model < 0 || task.regions.empty())
      return std::nullopt;
    const Processor *ownModel = modelOf(device);
    const ModelRunner &runner = *runners_[static_cast<size_t>(step.model)];
    double us = 0;
    for (size_t i = 0; i < task.regions.size(); ++i) {
      bool own =
          std::ranges::find(device.backends, task.regions[i].backend) != device.backends.end();
      const RegionProfile &region = runner.regions()[task.firstPart + i];
      if ((!own && !task.regions[i].fallback.empty()) || region.predictedUs <= 0)
        return std::nullopt;
      us += region.predictedUs;
      if (own && ownModel && ownModel->transferBytesPerUs > 0)
        us -= std::clamp(runner.borderOf(task.firstPart + i).transferUs, 0.0, us);
    }
    us *= meanCalls(chances_[task.step]);
    return ownModel ? std::max(0.0, us - ownModel->dispatchUs) : us * slowdown(task, device);
  }

  /// How many times as long a core takes as the strongest one does, by the model of both.
  double slowdown(const AppTask &task, const PipelineDevice &device) const {
    std::optional<ElementType> type = typeOf(app_.steps[task.step]);
    double own = rateOf(sources_.model, device, type),
           strongest = strongestRate(sources_.model, device, type);
    return own > 0 && strongest > 0 ? strongest / own : 1;
  }

  /// Of what a model computes with, as far as its first input says; nothing: it is no model.
  std::optional<ElementType> typeOf(const AppStep &step) const {
    if (step.model < 0)
      return std::nullopt;
    std::span<const TensorView> inputs = runners_[static_cast<size_t>(step.model)]->inputs();
    return inputs.empty() ? ElementType::kF32 : inputs[0].type;
  }

  /// What the strongest core took elsewhere, at this one's rate.
  std::optional<double> scaled(const AppTask &task, const PipelineDevice &device) const {
    std::optional<double> us = measured(sources_.elsewhere, task, kStrongestCores);
    std::optional<ElementType> type = typeOf(app_.steps[task.step]);
    double here = rateOf(sources_.model, device, type),
           there = strongestRate(sources_.elsewhereModel, device, type);
    if (!us || !device.runsSteps || here <= 0 || there <= 0)
      return std::nullopt;
    return *us * there / here;
  }

  double oneCore() const { return 1 / static_cast<double>(sources_.cores); }

  static double numberOf(const std::map<std::string, double> &byKind,
                         const PipelineDevice &device) {
    auto found = byKind.find(device.kind);
    return found == byKind.end() ? 0 : found->second;
  }

  /// Whether devices that are no cores ask for more of them than a driver does.
  bool othersTakeCores() const {
    constexpr double kDriver = 0.05; // of the time of their tasks
    double us = 0, coreUs = 0;
    for (const PipelineDevice &device : devices_)
      for (const AppProfile::TaskProfile &task : sources_.measured && !device.runsSteps
                                                     ? sources_.measured->tasks
                                                     : std::vector<AppProfile::TaskProfile>()) {
        us += numberOf(task.us, device);
        coreUs += numberOf(task.coreUs, device);
      }
    return sources_.cores > 0 && coreUs > kDriver * us;
  }

  /// The part of what all devices have in common that the task asks for: of the memory's bandwidth,
  /// so that two that ask for it each get half and take as long as was measured (plan.h: Memory);
  /// of the cores, where more threads want them than there are.
  double shareOf(const AppTask &task, const PipelineDevice &device) const {
    const AppProfile::TaskProfile *entry =
        sources_.measured ? sources_.measured->task(task.name) : nullptr;
    if (!entry)
      return 0;
    double together = numberOf(entry->together, device);
    double share = together > 1 ? together / 2 : 0;
    if (sharesCores_) {
      double us = numberOf(entry->us, device);
      double busy = device.runsSteps ? 1 : us > 0 ? numberOf(entry->coreUs, device) / us : 0;
      share = std::max(share, busy * oneCore());
    }
    return std::min(1.0, share);
  }

  const std::vector<int> *countsOf(const StepChances &chances) const {
    if (!data_ || chances.detections.empty())
      return nullptr;
    auto found = data_->detections.find(chances.detections);
    return found == data_->detections.end() || found->second.empty() ? nullptr : &found->second;
  }
  std::optional<double> probabilityOf(const StepChances &chances) const {
    if (!data_ || chances.holds.empty())
      return std::nullopt;
    auto found = data_->holds.find(chances.holds);
    return found == data_->holds.end() ? std::nullopt : std::optional(found->second);
  }

  /// In a frame; 1 where nothing was seen.
  double meanCalls(const StepChances &chances) const {
    const std::vector<int> *counts = countsOf(chances);
    double mean = counts ? std::accumulate(counts->begin(), counts->end(), 0.0) /
                               static_cast<double>(counts->size())
                         : 1;
    return mean * probabilityOf(chances).value_or(1);
  }

  TaskVariation variationOf(const StepChances &chances) {
    TaskVariation variation;
    if (countsOf(chances))
      variation.forEach = detections_.of(chances.detections);
    if (probabilityOf(chances))
      variation.when = holds_.of(chances.holds);
    return variation;
  }

  const Application &app_;
  const AppTasks &tasks_;
  const std::vector<std::unique_ptr<ModelRunner>> &runners_;
  const std::vector<PipelineDevice> &devices_;
  const CostSources &sources_;
  const AppProfile *data_; ///< what frames were like
  const std::vector<StepChances> chances_;
  Numbering detections_, holds_;
  bool sharesCores_ = false;
  AppGraph made_;
};

} // namespace

Plan planOfApplication(const Plan &plan, const TaskGraph &graph, size_t tasks) {
  Plan own = plan;
  std::erase_if(own.tasks, [&](const PlannedTask &task) { return task.task >= tasks; });
  std::erase_if(own.transfers, [&](const PlannedTransfer &transfer) {
    const TaskEdge &edge = graph.edges[transfer.edge];
    return edge.from >= tasks || edge.to >= tasks;
  });
  TaskGraph ownGraph = graph;
  ownGraph.tasks.resize(tasks);
  PlanTotals totals = totalsOf(ownGraph, own);
  own.makespan = totals.makespan;
  own.framesInFlight = std::max<size_t>(1, totals.framesInFlight);
  return own;
}

std::vector<StepChances> chancesOf(const Application &app) {
  std::vector<StepChances> chances;
  for (const AppStep &step : app.steps) {
    StepChances own;
    if (step.forEach)
      own.detections = nameOf(app, *step.forEach);
    if (step.when)
      own.holds = step.name;
    for (const std::optional<AppReference> &input : step.inputs)
      if (own.holds.empty() && input && input->step != AppReference::kFrame)
        own.holds = chances[static_cast<size_t>(input->step)].holds;
    chances.push_back(std::move(own));
  }
  return chances;
}

Result<AppGraph> taskGraphOf(const Application &app, const AppTasks &tasks,
                             const std::vector<std::unique_ptr<ModelRunner>> &runners,
                             const std::vector<PipelineDevice> &devices,
                             const CostSources &sources) {
  return GraphMaker(app, tasks, runners, devices, sources).make();
}

} // namespace tandem
