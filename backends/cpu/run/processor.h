#pragma once

#include <string_view>

namespace tandem::cpu {

/// Whether this processor (and its system) has a feature, by the name that __builtin_cpu_supports
/// gives it. A name that this build does not know is a feature that is not there.
bool processorHas(std::string_view feature);

} // namespace tandem::cpu
