#include "tools/tandem/output_place.h"

#include <filesystem>

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

} // namespace tandem
