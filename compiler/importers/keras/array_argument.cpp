#include "compiler/importers/keras/array_argument.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

namespace tandem::keras {

/// Adds what is below; `depth` dimensions are above it. False where lists of one depth differ in
/// length, or there is something else than numbers.
static bool collect(const Json &value, size_t depth, ArrayArgument &array) {
  if (!value.is_array()) {
    std::optional<double> number = asNumber(value);
    if (!number || depth != array.shape.size())
      return false;
    array.values.push_back(*number);
    return true;
  }
  if (depth == array.shape.size() && array.values.empty())
    array.shape.push_back(static_cast<int64_t>(value.size()));
  if (depth >= array.shape.size() || array.shape[depth] != static_cast<int64_t>(value.size()))
    return false;
  return llvm::all_of(value,
                      [&](const Json &element) { return collect(element, depth + 1, array); });
}

bool ArrayArgument::isWhole() const {
  return llvm::all_of(values, [](double value) { return std::trunc(value) == value; });
}

std::optional<ArrayArgument> arrayArgument(const Json &value) {
  ArrayArgument array;
  const Json *list = &value;
  llvm::StringRef className = stringMember(value, "class_name");
  if (className == "__numpy__" || className == "__tensor__") {
    const Json *config = member(value, "config");
    list = config ? member(*config, "value") : nullptr;
    array.dtype = config ? stringMember(*config, "dtype").str() : "";
  }
  if (!list || !list->is_array() || !collect(*list, 0, array) || array.values.empty())
    return std::nullopt;
  return array;
}

} // namespace tandem::keras
