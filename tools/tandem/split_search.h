#pragma once

#include "tools/tandem/open_app.h"
#include "tools/tandem/pipeline_setup.h"

#include <functional>
#include <optional>

namespace tandem {

/// A plan, and the application that it is of where that is not the one that was asked about.
struct SplitPlan {
  PlannedApp planned;
  std::optional<OpenedApp> app = {};
};

/// Plans the application; `quickly`: from costs that were measured in little time.
using PlanOf = std::function<Result<PlannedApp>(const OpenedApp &app, bool quickly)>;

/// Whether it is worth trying to split a model: an accelerator works nearly all the time while
/// cores have time left, or its regions are too large to be spread evenly.
bool acceleratorLimits(const PlannedApp &planned);

/// Where an accelerator is the bottleneck, the model that keeps it longest is compiled again with
/// the front or the back of what it ran there on the CPU, at several cuts; that with the least
/// interval counts. What could not be compiled or planned with a cut is no error: the plan is that
/// of the application as it is. `place`: a file to keep in what was found, for the next time.
Result<SplitPlan> planWithBestSplit(const OpenedApp &app, const PlanOf &plan,
                                    const std::string &place);

} // namespace tandem
