#pragma once

#include <cstdint>

namespace tandem::neuron::host {

// How long a WHILE may run; NNAPI's numbers, the library's own are not public.
inline constexpr uint64_t kDefaultLoopTimeoutNs = 2'000'000'000;
inline constexpr uint64_t kMaximumLoopTimeoutNs = 15'000'000'000;

} // namespace tandem::neuron::host
