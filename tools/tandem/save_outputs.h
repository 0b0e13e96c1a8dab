#pragma once

#include "runtime/session.h"

#include <span>
#include <string>
#include <vector>

namespace tandem {

/// Where each output goes: FOLDER/NAME.npy. A slash in a name becomes '_'; of names that would be
/// one file then, later ones get "-2", "-3". Errors: kInvalidArgument (one of `inputFiles` would be
/// replaced), kIo (there is something that is no file).
Result<std::vector<std::string>> placesForOutputs(const Session &session, const std::string &folder,
                                                  std::span<const std::string> inputFiles);

/// Every output at its place, all of them or none; the folder is made. Errors: kIo.
Status saveOutputs(const Session &session, const std::string &folder,
                   std::span<const std::string> places);

} // namespace tandem
