#pragma once

#include "base/result.h"

#include <string>

namespace tandem {

/// The format of the model in a file or folder, as the importer that would take it is called; "":
/// it is none that is known, or cannot be read.
std::string modelFormatOf(const std::string &path);

/// The same. Errors: what the file is instead, and those of opening it.
Result<std::string> requireModelFormat(const std::string &path);

} // namespace tandem
