#include "tools/tandem/tensor_output.h"

#include "tools/tandem/npy.h"

#include <algorithm>

namespace tandem {

static Status save(std::string place, ResultValue &value) {
  auto *tensor = std::get_if<TensorResult>(&value);
  if (!tensor)
    return {};
  place += ".npy";
  TANDEM_RETURN_IF_ERROR(writeNpy(place, tensor->type, tensor->shape, tensor->bytes));
  tensor->saved = std::move(place);
  return {};
}

/// A name out of an application's file as a part of a file's name.
static std::string partOfName(std::string name) {
  std::ranges::replace(name, '/', '_');
  return "." + name;
}

Status saveTensors(const std::string &place, std::vector<NamedResult> &results) {
  for (NamedResult &result : results) {
    if (!result.value)
      continue;
    std::string stem = place + partOfName(result.name);
    if (auto *value = std::get_if<ResultValue>(&*result.value)) {
      TANDEM_RETURN_IF_ERROR(save(stem, *value));
      continue;
    }
    auto &items = std::get<std::vector<FoundItem>>(*result.value);
    for (size_t i = 0; i < items.size(); ++i)
      for (auto &[name, value] : items[i].fields)
        TANDEM_RETURN_IF_ERROR(save(stem + "-" + std::to_string(i + 1) + partOfName(name), value));
  }
  return {};
}

} // namespace tandem
