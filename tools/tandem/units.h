#pragma once

#include <cstdint>
#include <string>

namespace tandem {

/// "12.34 ms", "0.845 us": a time in the unit in which it is neither a long number nor none at all.
std::string timeText(double us);

/// "1.50 MB", "420 B": bytes in the same way, units by the thousand.
std::string sizeText(double bytes);

} // namespace tandem
