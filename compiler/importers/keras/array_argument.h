#pragma once

#include "compiler/importers/common/json.h"

#include <string>
#include <vector>

namespace tandem::keras {

/// Numbers in a call, row by row: NumPy's arrays and tensors in Keras 3, and lists of any nesting.
struct ArrayArgument {
  llvm::SmallVector<int64_t> shape;
  std::vector<double> values;
  std::string dtype; ///< "" of a list

  bool isWhole() const;
};
/// Nothing when the value is something else, a number alone or without elements.
std::optional<ArrayArgument> arrayArgument(const Json &value);

} // namespace tandem::keras
