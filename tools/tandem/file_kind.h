#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace tandem {

// What a file is, for a command that takes another kind.

bool isPictureFile(const std::string &path);

/// For a command that takes applications only: refuses what is a bundle or a model for sure. What
/// is wrong with any other file its reader says. Errors: kUnsupported.
Status checkIsNoModel(std::string_view command, const std::string &path);

} // namespace tandem
