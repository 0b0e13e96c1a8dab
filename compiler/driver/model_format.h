#pragma once

#include <string>

namespace tandem {

/// The format of the model in a file or folder, as the importer that would take it is called; "":
/// it is none that is known, or cannot be read.
std::string modelFormatOf(const std::string &path);

} // namespace tandem
