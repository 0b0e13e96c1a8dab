#pragma once

#include "runtime/session.h"

#include <span>
#include <string>

namespace tandem {

/// Every output as FOLDER/NAME.npy, all of them or none. A slash in a name becomes '_'; of names
/// that would be one file then, later ones get "-2", "-3". Errors: kInvalidArgument (one of
/// `inputFiles` would be replaced), kIo.
Status saveOutputs(const Session &session, const std::string &folder,
                   std::span<const std::string> inputFiles);

} // namespace tandem
