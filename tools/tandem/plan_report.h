#pragma once

#include "pipeline/schedulers/plan.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tandem {

/// Tasks in the order of their starts, a Gantt chart as wide as the terminal, and what the plan
/// comes to beside its bound.
std::string planAsText(const TaskGraph &graph, const Plan &plan);
/// The same for a program; docs/schedulers.md has the keys.
nlohmann::ordered_json planAsJson(const TaskGraph &graph, const Plan &plan);

} // namespace tandem
