#pragma once

#include "compiler/driver/compiler.h"

#include <string>

namespace tandem {

/// The bundle of a model file, compiled now or taken from the user's cache folder
/// ($TANDEM_CACHE, else $XDG_CACHE_HOME/tandem, else ~/.cache/tandem). The key is the content of
/// the model, the options, and this very program, so nothing stale is ever used. Gives the bundle's
/// path.
Result<std::string> cachedBundle(const CompileRequest &request);

/// A file of that cache for what belongs to `identity`, any text: "FOLDER/STEM-HASH.ENDING", whose
/// folder is there. Errors: kIo.
Result<std::string> cachePlace(const std::string &folder, const std::string &name,
                               const std::string &identity);

} // namespace tandem
