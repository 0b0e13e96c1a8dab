#include "tools/tandem/split_search.h"

#include "base/file.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tandem {
namespace {

constexpr int kTries = 5; ///< each compiles a model again
/// Part of the interval that a split has to save: it calls the accelerator as often and copies
/// more, and what was measured in little time is not exact.
constexpr double kWorthwhile = 0.93;

/// Parts of the time that devices work.
struct Loads {
  double accelerator = 0; ///< of the busiest
  double leastCore = 1, meanCore = 0;
};

Loads loadsOf(const PlannedApp &planned) {
  const Plan &plan = planned.plan;
  double time = plan.interval * static_cast<double>(plan.frames), cores = 0;
  std::vector<double> busy(planned.devices.size());
  for (const PlannedTask &task : plan.tasks)
    busy[task.processor] += time > 0 ? (task.finish - task.start) / time : 0;
  Loads loads;
  for (size_t i = 0; i < busy.size(); ++i)
    if (planned.devices[i].runsSteps) {
      loads.leastCore = std::min(loads.leastCore, busy[i]);
      loads.meanCore += busy[i];
      ++cores;
    } else {
      loads.accelerator = std::max(loads.accelerator, busy[i]);
    }
  loads.meanCore /= std::max(1.0, cores);
  return loads;
}

/// The model that keeps accelerators longest of those that cores can run too, outside of for_each,
/// where it is one task whole; "": there is none.
std::string longestOnAccelerators(const Application &app, const PlannedApp &planned) {
  std::vector<double> us(app.models.size());
  auto runsOnCores = [&](size_t task) {
    return std::ranges::any_of(planned.devices, [&](const PipelineDevice &device) {
      return device.runsSteps && canRunOn(planned.tasks.tasks[task], device);
    });
  };
  for (const PlannedTask &task : planned.plan.tasks) {
    if (planned.devices[task.processor].runsSteps || !runsOnCores(task.task))
      continue;
    const AppStep &step = app.steps[planned.tasks.tasks[task.task].step];
    if (step.model >= 0 && !step.forEach)
      us[static_cast<size_t>(step.model)] += task.finish - task.start;
  }
  auto most = std::ranges::max_element(us);
  return most == us.end() || *most <= 0 ? ""
                                        : app.models[static_cast<size_t>(most - us.begin())].name;
}

/// What a search found, so that the next one opens nothing in vain.
struct Found {
  ModelSplit split; ///< its part 1: none is worth it
  double wholeUs = 0;
};

std::optional<Found> foundBefore(const std::string &place) {
  std::ifstream file(place);
  Found found;
  file >> found.split.part.part >> found.split.part.isLast >> found.wholeUs;
  return file >> std::ws && std::getline(file, found.split.model) ? std::optional(found)
                                                                  : std::nullopt;
}

/// Not kept where it cannot be: the next run searches again.
void keep(const std::string &place, const Found &found) {
  std::ostringstream text;
  text << found.split.part.part << " " << found.split.part.isLast << " " << found.wholeUs << " "
       << found.split.model << "\n";
  (void)writeFileAtomically(place, text.str()).ok();
}

/// Tries splits of one model, by costs that are measured quickly.
class Search {
public:
  Search(const OpenedApp &app, const PlanOf &plan, const std::string &model, double wholeUs)
      : app_(app), plan_(plan), best_{{model, {}}, wholeUs}, leastUs_(wholeUs * kWorthwhile) {}

  /// False: one could not be tried.
  bool run() {
    constexpr double kMiddle = 0.5;
    std::optional<double> front = attempt({kMiddle, false});
    Loads loads = loads_;
    std::optional<double> back = attempt({kMiddle, true});
    if (!front || !back)
      return false;
    bool isLast = *back < *front;
    if (isLast)
      loads = loads_;
    double low = 0, high = 1, part = kMiddle;
    for (int i = 2; i < kTries; ++i) {
      (loads.accelerator > loads.meanCore ? high : low) = part;
      part = (low + high) / 2;
      if (!attempt({part, isLast}))
        return false;
      loads = loads_;
    }
    return true;
  }
  const Found &best() const { return best_; }
  std::optional<OpenedApp> takeApp() { return std::move(bestApp_); }

private:
  /// The interval that it gives.
  std::optional<double> attempt(const AcceleratorPart &part) {
    ModelSplit split{best_.split.model, part};
    if (app_.report)
      app_.report(app_.parts.app.path,
                  "trying to leave the CPU a part of model '" + split.model + "', " +
                      std::to_string(++tries_) + " of " + std::to_string(kTries) +
                      ": once, the cache keeps what is found",
                  0);
    Result<OpenedApp> other = app_.splitAt(split);
    Result<PlannedApp> planned = other.ok() ? plan_(*other, /*quickly=*/true) : other.error();
    if (!planned.ok())
      return std::nullopt;
    loads_ = loadsOf(*planned);
    if (planned->plan.interval < leastUs_) {
      leastUs_ = planned->plan.interval;
      best_.split = split;
      bestApp_ = *std::move(other);
    }
    return planned->plan.interval;
  }

  const OpenedApp &app_;
  const PlanOf &plan_;
  Found best_;
  std::optional<OpenedApp> bestApp_;
  double leastUs_;
  Loads loads_; ///< of the last attempt
  int tries_ = 0;
};

/// The plan with that split, where it is worth it; nothing: it is not, or there is none.
std::optional<SplitPlan> planSplit(const Found &found, std::optional<OpenedApp> app,
                                   const PlanOf &plan) {
  if (!app)
    return std::nullopt;
  Result<PlannedApp> planned = plan(*app, /*quickly=*/false);
  if (!planned.ok() || planned->plan.interval >= found.wholeUs * kWorthwhile)
    return std::nullopt;
  planned->split = found.split;
  planned->wholeIntervalUs = found.wholeUs;
  return SplitPlan{*std::move(planned), std::move(app)};
}

} // namespace

bool acceleratorLimits(const PlannedApp &planned) {
  constexpr double kBusy = 0.9, kTimeLeft = 0.2, kUsed = 0.5, kUneven = 0.05;
  constexpr double kLeastUs = 1000; // less is not worth handing on, nor trying for seconds
  if (planned.plan.objective != Objective::kThroughput || planned.plan.interval < kLeastUs)
    return false;
  Loads loads = loadsOf(planned);
  bool coresWait = loads.accelerator > kBusy && loads.leastCore < loads.accelerator - kTimeLeft;
  return coresWait || (loads.accelerator > kUsed && planned.plan.gap() > kUneven);
}

Result<SplitPlan> planWithBestSplit(const OpenedApp &app, const PlanOf &plan,
                                    const std::string &place) {
  std::optional<Found> found = foundBefore(place);
  if (found && found->split.part.part < 1 && app.splitAt)
    if (Result<OpenedApp> other = app.splitAt(found->split); other.ok())
      if (auto split = planSplit(*found, *std::move(other), plan))
        return *std::move(split);
  TANDEM_ASSIGN_OR_RETURN(PlannedApp whole, plan(app, /*quickly=*/false));
  std::string model = longestOnAccelerators(app.parts.app, whole);
  if (found || !app.splitAt || model.empty() || !acceleratorLimits(whole))
    return SplitPlan{std::move(whole)};
  Search search(app, plan, model, whole.plan.interval);
  bool triedAll = search.run();
  std::optional<SplitPlan> split = planSplit(search.best(), search.takeApp(), plan);
  if (triedAll)
    keep(place, split ? search.best() : Found{{model, {}}, whole.plan.interval});
  return split ? *std::move(split) : SplitPlan{std::move(whole)};
}

} // namespace tandem
