#include "tools/tandem/output_place.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace tandem {

Status checkOutputPlace(const std::string &output, std::string_view what,
                        std::span<const std::string> inputs) {
  for (const std::string &input : inputs) {
    std::error_code notThere; // then it is not the same
    if (!input.empty() && std::filesystem::equivalent(output, input, notThere))
      return Error(Code::kInvalidArgument, output, what, " would replace '", input,
                   "', which is read, give it another name");
  }
  return Status();
}

Status checkWritable(const std::string &output) {
  std::filesystem::path place(output), folder = place.parent_path();
  std::error_code notThere;
  if (folder.empty())
    folder = ".";
  if (std::filesystem::is_directory(place, notThere))
    return Error(Code::kIo, output, "is a folder, expected a file");
  if (!std::filesystem::is_directory(folder, notThere))
    return Error(Code::kIo, output, "cannot be written: there is no folder '", folder.string(),
                 "'");
  if (access(folder.c_str(), W_OK) != 0) // files are written beside their place, then renamed
    return Error(Code::kIo, output, "cannot be written: ", std::strerror(errno));
  return Status();
}

} // namespace tandem
