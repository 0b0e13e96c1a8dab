#pragma once

#include "base/result.h"

#include <initializer_list>
#include <span>
#include <string>

namespace tandem {

/// Whether a file can be made or replaced at `output`, asked before the work that it is for, by a
/// command that reads `inputs` (empty ones are none): it must not be one of them, by whatever name.
/// `what` it holds is for the message, as in "the bundle". Errors, naming `output`:
/// kInvalidArgument, kIo.
Status checkOutputPlace(const std::string &output, std::string_view what,
                        std::span<const std::string> inputs);

/// A file that a command writes, and what it holds.
struct OutputPlace {
  const std::string &path; ///< empty: it writes none
  std::string_view what;
};
/// The same of several, and that no two are one file. Errors:
/// kInvalidArgument, kIo.
Status checkOutputPlaces(std::initializer_list<OutputPlace> places,
                         std::span<const std::string> inputs);

/// Whether a folder is there that files can be made in, or can be made itself; empty: none is asked
/// for. Nothing is made yet. Errors: kIo, naming it.
Status checkOutputFolder(const std::string &folder);

} // namespace tandem
