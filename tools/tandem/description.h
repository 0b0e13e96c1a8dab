#pragma once

#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// Whether the file is there and starts as a bundle does.
bool isBundleFile(const std::string &path);

/// What a model or a bundle holds, for a program; docs/command-line.md has the keys. `shapes` are
/// for a model with dynamic inputs. Errors: those of opening or importing it.
Result<nlohmann::ordered_json>
describeFile(const std::string &path, const std::map<std::string, std::vector<int64_t>> &shapes);

} // namespace tandem
