#pragma once

#include <cstdint>

namespace tandem {

/// So many rounds of a loop, and no more, are put in place, since each stands in the graph.
inline constexpr int64_t kMostRounds = 1024;

} // namespace tandem
