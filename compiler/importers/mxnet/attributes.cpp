#include "compiler/importers/mxnet/attributes.h"

#include "llvm/ADT/STLExtras.h"

namespace tandem::mxnet {

std::optional<int64_t> parseInteger(llvm::StringRef text) {
  text = text.trim();
  text.consume_back("L"); // Python 2
  int64_t number;
  if (text.getAsInteger(10, number))
    return std::nullopt;
  return number;
}

std::optional<double> parseNumber(llvm::StringRef text) {
  double number;
  if (text.trim().getAsDouble(number))
    return std::nullopt;
  return number;
}

std::optional<bool> parseFlag(llvm::StringRef text) {
  text = text.trim();
  if (text == "True" || text == "true" || text == "1")
    return true;
  if (text == "False" || text == "false" || text == "0")
    return false;
  return std::nullopt;
}

/// The entries of a tuple or list, or one alone.
static std::optional<llvm::SmallVector<llvm::StringRef>> entriesOf(llvm::StringRef text) {
  text = text.trim();
  bool isTuple = text.consume_front("(");
  if (isTuple ? !text.consume_back(")") : text.consume_front("[") && !text.consume_back("]"))
    return std::nullopt;
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',');
  if (parts.back().trim().empty()) // "(3,)" and "()"
    parts.pop_back();
  return parts;
}

std::optional<llvm::SmallVector<std::optional<int64_t>>>
parseOptionalIntegers(llvm::StringRef text) {
  auto parts = entriesOf(text);
  if (!parts)
    return std::nullopt;
  llvm::SmallVector<std::optional<int64_t>> result;
  for (llvm::StringRef part : *parts) {
    std::optional<int64_t> number = parseInteger(part);
    if (!number && part.trim() != "None")
      return std::nullopt;
    result.push_back(number);
  }
  return result;
}

std::optional<llvm::SmallVector<double>> parseNumbers(llvm::StringRef text) {
  auto parts = entriesOf(text);
  if (!parts)
    return std::nullopt;
  llvm::SmallVector<double> result;
  for (llvm::StringRef part : *parts) {
    std::optional<double> number = parseNumber(part);
    if (!number)
      return std::nullopt;
    result.push_back(*number);
  }
  return result;
}

std::optional<llvm::SmallVector<int64_t>> parseIntegers(llvm::StringRef text) {
  auto entries = parseOptionalIntegers(text);
  if (!entries || !llvm::all_of(*entries, [](auto entry) { return entry.has_value(); }))
    return std::nullopt;
  llvm::SmallVector<int64_t> result;
  for (std::optional<int64_t> entry : *entries)
    result.push_back(*entry);
  return result;
}

std::optional<llvm::SmallVector<int64_t>> parsePairs(llvm::StringRef text) {
  text = text.trim();
  if (!text.consume_front("(") || !text.consume_back(")"))
    return std::nullopt;
  llvm::SmallVector<int64_t> result;
  while (!(text = text.trim()).empty()) {
    size_t end = text.find(')');
    if (!text.starts_with("(") || end == llvm::StringRef::npos)
      return std::nullopt;
    auto pair = parseIntegers(text.take_front(end + 1));
    if (!pair || pair->size() != 2)
      return std::nullopt;
    result.append(*pair);
    text = text.drop_front(end + 1).trim();
    if (!text.consume_front(",") && !text.empty())
      return std::nullopt;
  }
  return result;
}

} // namespace tandem::mxnet
