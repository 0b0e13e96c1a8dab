#include "compiler/importers/common/json.h"

#include <cmath>

namespace tandem {

static constexpr int kMaxDepth = 64;
/// A model of ten thousand nodes has a tenth of them or less. Each takes some fifty bytes.
static constexpr size_t kMaxValues = 4'000'000;

/// Before anything is built of the text: a few bytes that unpack to many must not fill the memory.
/// (The parser's own callback would do, but takes quadratic time where an array has many objects.)
static llvm::Error checkExtent(std::string_view text, llvm::StringRef what) {
  int depth = 0;
  size_t values = 1;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      i += c == '\\'; // the next one is no quote
      inString = c != '"';
      continue;
    }
    inString = c == '"';
    bool opens = c == '[' || c == '{', closes = c == ']' || c == '}';
    values += opens || c == ',';
    depth += opens - closes;
    if (depth > kMaxDepth)
      return llvm::createStringError(what + " is nested deeper than " + llvm::Twine(kMaxDepth) +
                                     " levels");
    if (values > kMaxValues)
      return llvm::createStringError(what + " has more than " + llvm::Twine(kMaxValues) +
                                     " values, which no model needs");
  }
  return llvm::Error::success();
}

llvm::Expected<Json> parseJson(std::string_view text, llvm::StringRef what) {
  if (llvm::Error error = checkExtent(text, what))
    return std::move(error);
  Json result = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (result.is_discarded())
    return llvm::createStringError(what + " is not valid JSON");
  return result;
}

const Json *member(const Json &object, llvm::StringRef key) {
  if (!object.is_object())
    return nullptr;
  auto found = object.find(key.str());
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<int64_t> asInt(const Json &value) {
  if (value.is_number_unsigned()) {
    auto number = value.get<uint64_t>();
    return number <= INT64_MAX ? std::optional<int64_t>(number) : std::nullopt;
  }
  if (value.is_number_integer())
    return value.get<int64_t>();
  constexpr double kExact = 9007199254740992.0; // up to 2^53 a double is an integer exactly
  if (value.is_number_float()) {
    auto number = value.get<double>();
    if (std::trunc(number) == number && std::fabs(number) <= kExact)
      return static_cast<int64_t>(number);
  }
  return std::nullopt;
}

std::optional<double> asNumber(const Json &value) {
  if (!value.is_number())
    return std::nullopt;
  return value.get<double>();
}

std::optional<bool> asBool(const Json &value) {
  if (!value.is_boolean())
    return std::nullopt;
  return value.get<bool>();
}

std::optional<llvm::StringRef> asString(const Json &value) {
  if (!value.is_string())
    return std::nullopt;
  return llvm::StringRef(value.get_ref<const std::string &>());
}

std::optional<llvm::SmallVector<int64_t>> asInts(const Json &value) {
  if (!value.is_array())
    return std::nullopt;
  llvm::SmallVector<int64_t> result;
  for (const Json &element : value) {
    std::optional<int64_t> number = asInt(element);
    if (!number)
      return std::nullopt;
    result.push_back(*number);
  }
  return result;
}

llvm::StringRef stringMember(const Json &object, llvm::StringRef key) {
  const Json *value = member(object, key);
  return value ? asString(*value).value_or("") : "";
}

} // namespace tandem
