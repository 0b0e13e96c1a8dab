#pragma once

#include "compiler/importers/common/importer.h"

#include <string>

namespace tandem::test {

/// The ops that a model becomes, a line each with single blanks; or "error: " and the message.
std::string importText(const Importer &importer, llvm::StringRef path, std::string_view bytes,
                       const ImportOptions &options = {});

} // namespace tandem::test
