#include "pipeline/app/node_reader.h"

#include "pipeline/app/draft.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tandem {
namespace {

/// What stands there, for a message: a word as it is, anything else by its kind.
std::string found(const YamlNode &node) {
  constexpr size_t kLongest = 60;
  if (node.kind != YamlNode::Kind::kScalar)
    return std::string(yamlKindName(node));
  if (node.scalar.size() > kLongest)
    return "'" + node.scalar.substr(0, kLongest) + "...'";
  return "'" + node.scalar + "'";
}

std::string numberText(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

} // namespace

std::string listOfWords(const std::vector<std::string> &words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

std::optional<double> parseNumber(std::string_view text) {
  double value = 0;
  const char *begin = text.data(), *end = begin + text.size();
  auto [stop, problem] = std::from_chars(begin, end, value);
  if (problem != std::errc() || stop != end || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Status NodeReader::requireMap() const {
  if (node_.kind != YamlNode::Kind::kMap)
    return error(node_.line, what_, " is ", found(node_), ", expected a map");
  return {};
}

Status NodeReader::requireKeys(const std::vector<std::string> &keys) const {
  for (const YamlNode::Entry &entry : node_.entries)
    if (std::ranges::find(keys, entry.key) == keys.end())
      return error(entry.line, "unknown key '", entry.key, "' in ", what_, ", expected one of ",
                   listOfWords(keys));
  return {};
}

Result<const YamlNode *> NodeReader::require(const std::string &key,
                                             std::string_view expected) const {
  if (const YamlNode *value = node_.find(key))
    return value;
  return error(node_.line, what_, " has no '", key, "', expected ", expected);
}

Result<std::string> NodeReader::word(const YamlNode &value, const std::string &key) const {
  if (value.kind != YamlNode::Kind::kScalar || value.scalar.empty())
    return error(value.line, "'", key, "' of ", what_, " is ", found(value), ", expected a word");
  return value.scalar;
}

Result<std::vector<std::string>> NodeReader::words(const YamlNode &value,
                                                   const std::string &key) const {
  std::vector<std::string> list;
  if (value.kind != YamlNode::Kind::kList) {
    TANDEM_ASSIGN_OR_RETURN(std::string only, word(value, key));
    list.push_back(std::move(only));
    return list;
  }
  for (const YamlNode &item : value.items) {
    TANDEM_ASSIGN_OR_RETURN(std::string next, word(item, key));
    list.push_back(std::move(next));
  }
  return list;
}

Result<double> NodeReader::number(const YamlNode &value, const std::string &key) const {
  if (value.kind == YamlNode::Kind::kScalar && !value.quoted)
    if (std::optional<double> parsed = parseNumber(value.scalar))
      return *parsed;
  return error(value.line, "'", key, "' of ", what_, " is ", found(value), ", expected a number");
}

Result<int64_t> NodeReader::integer(const YamlNode &value, const std::string &key) const {
  constexpr double kExact = 9007199254740992.0; // 2^53
  if (value.kind == YamlNode::Kind::kScalar && !value.quoted)
    if (std::optional<double> parsed = parseNumber(value.scalar))
      if (std::trunc(*parsed) == *parsed && std::abs(*parsed) <= kExact)
        return static_cast<int64_t>(*parsed);
  return error(value.line, "'", key, "' of ", what_, " is ", found(value),
               ", expected a whole number");
}

Status NodeReader::requireRange(double value, int line, const OptionKind &kind) const {
  if (value >= kind.least && value <= kind.most)
    return {};
  return error(line, "'", kind.name, "' of ", what_, " is ", numberText(value), ", expected ",
               numberText(kind.least), " to ", numberText(kind.most));
}

Result<std::vector<double>> NodeReader::numbers(const YamlNode &value,
                                                const OptionKind &kind) const {
  if (value.kind == YamlNode::Kind::kScalar && kind.leastCount <= 1) { // a list of one, as written
    YamlNode list = value;
    list.kind = YamlNode::Kind::kList;
    list.items = {value};
    return numbers(list, kind);
  }
  if (value.kind != YamlNode::Kind::kList)
    return error(value.line, "'", kind.name, "' of ", what_, " is ", found(value),
                 ", expected a list of numbers");
  if (value.items.size() < kind.leastCount || value.items.size() > kind.mostCount)
    return error(value.line, "'", kind.name, "' of ", what_, " has ", value.items.size(),
                 " entries, expected ",
                 kind.leastCount == kind.mostCount
                     ? std::to_string(kind.leastCount)
                     : std::to_string(kind.leastCount) + " to " + std::to_string(kind.mostCount));
  std::vector<double> list;
  for (const YamlNode &item : value.items) {
    if (kind.whole) {
      TANDEM_ASSIGN_OR_RETURN(int64_t whole, integer(item, kind.name));
      list.push_back(static_cast<double>(whole));
    } else {
      TANDEM_ASSIGN_OR_RETURN(double next, number(item, kind.name));
      list.push_back(next);
    }
    TANDEM_RETURN_IF_ERROR(requireRange(list.back(), item.line, kind));
  }
  return list;
}

Result<OptionValue> NodeReader::option(const YamlNode &value, const OptionKind &kind) const {
  switch (kind.type) {
  case OptionType::kBool:
    if (value.kind == YamlNode::Kind::kScalar && !value.quoted &&
        (value.scalar == "true" || value.scalar == "false"))
      return OptionValue(value.scalar == "true");
    return error(value.line, "'", kind.name, "' of ", what_, " is ", found(value),
                 ", expected true or false");
  case OptionType::kInteger: {
    TANDEM_ASSIGN_OR_RETURN(int64_t whole, integer(value, kind.name));
    TANDEM_RETURN_IF_ERROR(requireRange(static_cast<double>(whole), value.line, kind));
    return OptionValue(whole);
  }
  case OptionType::kNumber: {
    TANDEM_ASSIGN_OR_RETURN(double real, number(value, kind.name));
    TANDEM_RETURN_IF_ERROR(requireRange(real, value.line, kind));
    return OptionValue(real);
  }
  case OptionType::kWord:
    if (value.kind == YamlNode::Kind::kScalar &&
        std::ranges::find(kind.words, value.scalar) != kind.words.end())
      return OptionValue(value.scalar);
    return error(value.line, "'", kind.name, "' of ", what_, " is ", found(value), ", expected ",
                 listOfWords(kind.words));
  case OptionType::kText: {
    TANDEM_ASSIGN_OR_RETURN(std::string text, word(value, kind.name));
    return OptionValue(std::move(text));
  }
  case OptionType::kNumbers: {
    TANDEM_ASSIGN_OR_RETURN(std::vector<double> list, numbers(value, kind));
    return OptionValue(std::move(list));
  }
  }
  return Error(Code::kInternal, path_, "option '", kind.name, "' has no type");
}

} // namespace tandem
