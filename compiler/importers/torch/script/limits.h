#pragma once

#include <cstddef>

namespace tandem::torch::script {

// What code may make and go through on import. A bad file of a few lines could otherwise ask for
// memory and time without an end.

/// Of one list, tuple or dictionary.
inline constexpr size_t kMostItems = 1 << 16;
/// Characters of a string that the code puts together.
inline constexpr size_t kMostText = 1024;
/// Of all lists together: nothing is ever given back.
inline constexpr size_t kMostItemsInAll = 4 << 20, kMostLooksInAll = 8 << 20;

} // namespace tandem::torch::script
