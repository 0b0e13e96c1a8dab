#pragma once

#include "devices/profile.h"
#include "pipeline/executor/app_tasks.h"

#include <optional>

namespace tandem {

/// How fast a core does what is asked of it, by its model: a network's products on numbers of that
/// type, or the elements of a step (no type); 0: not known.
double rateOf(const DeviceProfile *model, const PipelineDevice &device,
              std::optional<ElementType> type);

/// The same of the strongest core, which code is placed for and times elsewhere are of.
double strongestRate(const DeviceProfile *model, const PipelineDevice &device,
                     std::optional<ElementType> type);

} // namespace tandem
