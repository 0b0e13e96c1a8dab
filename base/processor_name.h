#pragma once

#include <string>

namespace tandem {

/// The processor of this machine, as the system names it; "unknown processor" where it does not.
std::string processorName();

} // namespace tandem
