#pragma once

#include "base/result.h"

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// "bash", "zsh", "fish".
std::vector<std::string> completionShells();

/// A script by which that shell completes the commands of a program and their options, from what
/// the program itself knows of them; all else are files. Errors: kInvalidArgument, another shell.
Result<std::string> completionScript(const CLI::App &program, std::string_view shell);

} // namespace tandem
