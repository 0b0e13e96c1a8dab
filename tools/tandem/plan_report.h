#pragma once

#include "pipeline/schedulers/plan.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tandem {

/// Tasks in the order of their starts, a Gantt chart as wide as the terminal, and what the plan
/// comes to beside its bound. `unit`: of its times, "us" or none; long ones are told in ms.
std::string planAsText(const TaskGraph &graph, const Plan &plan, const std::string &unit = "");
/// The same for a program, in the plan's own unit; docs/schedulers.md has the keys.
nlohmann::ordered_json planAsJson(const TaskGraph &graph, const Plan &plan);

} // namespace tandem
