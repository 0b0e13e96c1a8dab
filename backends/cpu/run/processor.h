#pragma once

#include <string_view>

namespace tandem::cpu {

/// What this program's code is for, as a bundle's variants say it: "x86-64", "aarch64".
std::string_view architectureHere();

/// Whether this processor (and its system) has a feature: on x86-64 by the name that
/// __builtin_cpu_supports gives it, on aarch64 by that of /proc/cpuinfo. A name that this build
/// does not know is a feature that is not there.
bool processorHas(std::string_view feature);

} // namespace tandem::cpu
