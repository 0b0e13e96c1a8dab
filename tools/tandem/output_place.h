#pragma once

#include "base/result.h"

#include <span>
#include <string>

namespace tandem {

/// Whether a file can be made or replaced at `output`, asked before the work that it is for, by a
/// command that reads `inputs` (empty ones are none): it must not be one of them, by whatever name.
/// `what` it holds is for the message, as in "the bundle". Errors, naming `output`:
/// kInvalidArgument, kIo.
Status checkOutputPlace(const std::string &output, std::string_view what,
                        std::span<const std::string> inputs);

} // namespace tandem
