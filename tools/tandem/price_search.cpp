#include "tools/tandem/price_search.h"

#include <algorithm>
#include <vector>

namespace tandem {
namespace {

/// Of a microsecond of the accelerator, beside one of the CPU.
constexpr double kPrices[] = {1.5, 2.5, 4, 7, 12};
/// Part of the interval that a price has to save: regions that are cut call the accelerator as
/// often and copy more, and what was measured in little time is not exact.
constexpr double kWorthwhile = 0.97;

/// By device: the part of the time that it works.
std::vector<double> loadsOf(const PlannedApp &planned) {
  const Plan &plan = planned.plan;
  std::vector<double> loads(planned.devices.size());
  double time = plan.interval * static_cast<double>(plan.frames);
  for (const PlannedTask &task : plan.tasks)
    loads[task.processor] += time > 0 ? (task.finish - task.start) / time : 0;
  return loads;
}

} // namespace

bool acceleratorLimits(const PlannedApp &planned) {
  constexpr double kBusy = 0.9, kTimeLeft = 0.2;
  if (planned.plan.objective != Objective::kThroughput)
    return false;
  std::vector<double> loads = loadsOf(planned);
  double accelerator = 0, core = 1;
  for (size_t i = 0; i < loads.size(); ++i)
    if (planned.devices[i].runsSteps)
      core = std::min(core, loads[i]);
    else
      accelerator = std::max(accelerator, loads[i]);
  return accelerator > kBusy && core < accelerator - kTimeLeft;
}

Result<PricedPlan> planAtBestPrice(const OpenedApp &app, const PlanOf &plan) {
  TANDEM_ASSIGN_OR_RETURN(PlannedApp whole, plan(app, /*quickly=*/false));
  if (!app.atPrice || !acceleratorLimits(whole))
    return PricedPlan{std::move(whole)};
  double least = whole.plan.interval, best = 1;
  for (double price : kPrices) {
    Result<OpenedApp> other = app.atPrice(price);
    Result<PlannedApp> planned = other.ok() ? plan(*other, /*quickly=*/true) : other.error();
    if (!planned.ok())
      break;
    if (planned->plan.interval < least * kWorthwhile) {
      least = planned->plan.interval;
      best = price;
    }
    if (!acceleratorLimits(*planned)) // a higher price leaves it with less to do
      break;
  }
  if (best == 1)
    return PricedPlan{std::move(whole)};
  Result<OpenedApp> other = app.atPrice(best);
  Result<PlannedApp> planned = other.ok() ? plan(*other, /*quickly=*/false) : other.error();
  if (!planned.ok() || planned->plan.interval >= whole.plan.interval * kWorthwhile)
    return PricedPlan{std::move(whole)};
  planned->acceleratorPrice = best;
  planned->wholeIntervalUs = whole.plan.interval;
  return PricedPlan{*std::move(planned), *std::move(other)};
}

} // namespace tandem
