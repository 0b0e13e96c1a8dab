#include "backends/reference/run/op.h"

namespace tandem::reference {

Error Op::wrongShape() const {
  std::string text;
  for (const Tensor *tensor : operands)
    text += (text.empty() ? "" : ", ") + shapeText(tensor->shape);
  return error("shapes ", text, " to ", shapeText(output->shape), " do not go together");
}

const abi::Attribute *Op::find(std::string_view attribute) const {
  for (const abi::Attribute *entry : *attributes)
    if (entry->name()->string_view() == attribute)
      return entry;
  return nullptr;
}

std::vector<int64_t> Op::integersOf(std::string_view attribute) const {
  const abi::Attribute *entry = find(attribute);
  if (!entry || !entry->ints())
    return {};
  return {entry->ints()->begin(), entry->ints()->end()};
}

Result<std::vector<int64_t>> Op::integers(std::string_view attribute, size_t count, int64_t low,
                                          int64_t high) const {
  std::vector<int64_t> values = integersOf(attribute);
  if (values.size() != count)
    return error("attribute '", attribute, "' has ", values.size(), " integers, expected ", count);
  for (int64_t value : values)
    if (value < low || value > high)
      return error("attribute '", attribute, "' has ", value, ", expected ", low, " to ", high);
  return values;
}

Result<int64_t> Op::integer(std::string_view attribute, int64_t low, int64_t high,
                            std::optional<int64_t> absent) const {
  if (absent && !find(attribute))
    return *absent;
  TANDEM_ASSIGN_OR_RETURN(std::vector<int64_t> values, integers(attribute, 1, low, high));
  return values[0];
}

Result<Op::Pair> Op::pair(std::string_view attribute, int64_t low,
                          std::optional<int64_t> absent) const {
  if (absent && !find(attribute))
    return Pair{*absent, *absent};
  TANDEM_ASSIGN_OR_RETURN(std::vector<int64_t> values, integers(attribute, 2, low, INT32_MAX));
  return Pair{values[0], values[1]};
}

Result<float> Op::real(std::string_view attribute, std::optional<float> absent) const {
  const abi::Attribute *entry = find(attribute);
  if (absent && !entry)
    return *absent;
  if (!entry || !entry->reals() || entry->reals()->size() != 1)
    return error("attribute '", attribute, "' is not one real number");
  return entry->reals()->Get(0);
}

bool Op::flag(std::string_view attribute) const {
  std::vector<int64_t> values = integersOf(attribute);
  return values.size() == 1 && values[0] != 0;
}

std::string_view Op::keyword(std::string_view attribute, std::string_view absent) const {
  const abi::Attribute *entry = find(attribute);
  return entry && entry->keyword() ? entry->keyword()->string_view() : absent;
}

Result<RealRange> Op::activation() const {
  std::string_view keyword = this->keyword("activation", "none");
  if (keyword == "none")
    return RealRange();
  if (keyword == "relu")
    return RealRange{.low = 0};
  if (keyword == "relu6")
    return RealRange{0, 6};
  if (keyword == "relu_n1_to_1")
    return RealRange{-1, 1};
  return error("activation '", keyword, "' is unknown");
}

Prepare KernelTable::find(std::string_view op) const {
  for (const Entry &entry : entries_)
    if (entry.op == op)
      return entry.prepare;
  return nullptr;
}

} // namespace tandem::reference
