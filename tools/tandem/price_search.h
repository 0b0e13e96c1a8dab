#pragma once

#include "tools/tandem/open_app.h"
#include "tools/tandem/pipeline_setup.h"

#include <functional>
#include <optional>

namespace tandem {

/// A plan, and the application that it is of where that is not the one that was asked about.
struct PricedPlan {
  PlannedApp planned;
  std::optional<OpenedApp> app = {};
};

/// Plans the application; `quickly`: from costs that were measured in little time.
using PlanOf = std::function<Result<PlannedApp>(const OpenedApp &app, bool quickly)>;

/// Whether an accelerator works nearly all the time while cores have time left.
bool acceleratorLimits(const PlannedApp &planned);

/// Where an accelerator is the bottleneck, models are compiled again as if its time cost more, so
/// that a part of what it runs, at the front, the back or between, goes to the CPU; the price that
/// gives the least interval counts. What could not be compiled or planned at another price is no
/// error: the plan is that of the application as it is.
Result<PricedPlan> planAtBestPrice(const OpenedApp &app, const PlanOf &plan);

} // namespace tandem
