#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// What a caller says of a model's inputs, by their names.
struct FixedInputs {
  std::map<std::string, std::vector<int64_t>> shapes; ///< dimensions of dynamic ones
  /// Elements that are always these, or all this one: such an input is none of the compiled
  /// model's.
  std::map<std::string, std::vector<double>> values;

  bool empty() const { return shapes.empty() && values.empty(); }
};

} // namespace tandem
