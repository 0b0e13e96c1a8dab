#pragma once

#include "compiler/importers/common/importer.h"

#include <string>

namespace tandem::tflite::test {

/// The ops that a model becomes, a line each with single blanks; or "error: " and the message.
std::string importText(std::string_view bytes, const ImportOptions &options = {});

} // namespace tandem::tflite::test
