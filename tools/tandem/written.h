#pragma once

#include <string>

namespace tandem {

/// Says on stderr that a file is there which the user asked for by name: "saved plan.svg". An empty
/// path, a file that nobody asked for: nothing.
void sayWritten(const std::string &path);

} // namespace tandem
