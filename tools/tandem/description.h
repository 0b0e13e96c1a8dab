#pragma once

#include "base/result.h"
#include "compiler/driver/fixed_inputs.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// Whether the file is there and starts as a bundle does.
bool isBundleFile(const std::string &path);

/// What a model or a bundle holds, for a program; docs/command-line.md has the keys. `inputs` are
/// for a model. Errors: those of opening or importing it.
Result<nlohmann::ordered_json> describeFile(const std::string &path, const FixedInputs &inputs);

} // namespace tandem
