#include "tools/tandem/output_place.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <unistd.h>

namespace tandem {
namespace {

namespace fs = std::filesystem;

Status checkWritable(const std::string &output) {
  fs::path folder = fs::path(output).parent_path();
  std::error_code notThere;
  if (folder.empty())
    folder = ".";
  if (fs::is_directory(output, notThere))
    return Error(Code::kIo, output, "cannot write: it is a folder, name a file in it");
  if (fs::exists(output, notThere) && !fs::is_regular_file(output, notThere))
    return Error(Code::kIo, output, "cannot write: not a regular file");
  if (!fs::is_directory(folder, notThere))
    return Error(Code::kIo, output, "cannot write: there is no folder '", folder.string(), "'");
  if (access(folder.c_str(), W_OK) != 0) // files are written beside their place, then renamed
    return Error(Code::kIo, output, "cannot write: ", std::strerror(errno));
  return Status();
}

} // namespace

Status checkOutputPlace(const std::string &output, std::string_view what,
                        std::span<const std::string> inputs) {
  for (const std::string &input : inputs) {
    std::error_code notThere; // then it is not the same
    if (!input.empty() && fs::equivalent(output, input, notThere))
      return Error(Code::kInvalidArgument, output, what, " would replace '", input,
                   "', which is read, give it another name");
  }
  return checkWritable(output);
}

Status checkOutputPlaces(std::initializer_list<OutputPlace> places,
                         std::span<const std::string> inputs) {
  std::map<fs::path, std::string_view> seen;
  for (const OutputPlace &place : places) {
    if (place.path.empty())
      continue;
    TANDEM_RETURN_IF_ERROR(checkOutputPlace(place.path, place.what, inputs));
    // Through links, as far as there are files; by name for what is yet to be made.
    std::error_code unknown;
    auto file = fs::weakly_canonical(fs::absolute(place.path), unknown);
    if (auto [other, isNew] = seen.emplace(file, place.what); !isNew)
      return Error(Code::kInvalidArgument, place.path, "cannot take both ", other->second, " and ",
                   place.what);
  }
  return {};
}

Status checkOutputFolder(const std::string &folder) {
  if (folder.empty())
    return {};
  std::error_code notThere;
  fs::path there = fs::absolute(folder, notThere);
  while (!fs::exists(there, notThere) && there.has_relative_path())
    there = there.parent_path();
  if (!fs::is_directory(there, notThere))
    return Error(Code::kIo, folder, "cannot make the folder: '", there.string(), "' is a file");
  if (access(there.c_str(), W_OK | X_OK) != 0)
    return Error(Code::kIo, folder, "cannot write there: ", std::strerror(errno));
  return {};
}

} // namespace tandem
