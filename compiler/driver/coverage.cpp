#include "compiler/driver/compiler.h"

#include <regex>

namespace tandem {

Result<CoverageRequirement> parseCoverage(const std::string &text) {
  static const std::regex kForm(R"(([A-Za-z_][A-Za-z0-9_]*)(:macs)?>=([0-9]+(\.[0-9]+)?)%)");
  std::smatch parts;
  if (!std::regex_match(text, parts, kForm) || std::stod(parts[3]) > 100)
    return Error(Code::kInvalidArgument, "", "--require ", text,
                 ": write BACKEND>=PERCENT% or BACKEND:macs>=PERCENT%, as in neuron>=90%");
  return CoverageRequirement{
      .backend = parts[1], .percent = std::stod(parts[3]), .ofMacs = parts[2].matched};
}

} // namespace tandem
