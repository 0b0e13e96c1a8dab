#include "tests/cli/json_schema.h"

#include <algorithm>
#include <functional>
#include <map>

namespace tandem::test {
namespace {

using nlohmann::json;

bool isOfType(const json &value, const std::string &type) {
  static const std::map<std::string, std::function<bool(const json &)>> kTypes = {
      {"object", [](const json &v) { return v.is_object(); }},
      {"array", [](const json &v) { return v.is_array(); }},
      {"string", [](const json &v) { return v.is_string(); }},
      {"boolean", [](const json &v) { return v.is_boolean(); }},
      {"null", [](const json &v) { return v.is_null(); }},
      {"number", [](const json &v) { return v.is_number(); }},
      {"integer", [](const json &v) { return v.is_number_integer(); }},
  };
  auto known = kTypes.find(type);
  return known != kTypes.end() && known->second(value);
}

/// One schema of the document after another, with the place that the value has in its own.
class Validator {
public:
  explicit Validator(const json &root) : root_(root) {}

  void check(const json &schema, const json &value, const std::string &place) {
    for (const auto &[keyword, rule] : schema.items())
      checkKeyword(keyword, rule, schema, value, place);
  }

  std::vector<std::string> violations;

private:
  void add(const std::string &place, const std::string &what) {
    violations.push_back(place + ": " + what);
  }

  void checkKeyword(const std::string &keyword, const json &rule, const json &schema,
                    const json &value, const std::string &place) {
    if (keyword == "$ref")
      check(root_.at(json::json_pointer(rule.get<std::string>().substr(1))), value,
            place); // "#/..."
    else if (keyword == "type")
      checkType(rule, value, place);
    else if (keyword == "enum")
      std::ranges::find(rule, value) != rule.end() ? void() : add(place, "is " + value.dump());
    else if (keyword == "minimum" || keyword == "maximum")
      checkLimit(keyword, rule, value, place);
    else if (keyword == "required")
      checkRequired(rule, value, place);
    else if (keyword == "properties" || keyword == "additionalProperties")
      checkMembers(keyword, rule, schema, value, place);
    else if (keyword == "items")
      checkItems(rule, value, place);
    else if (keyword != "$schema" && keyword != "$defs" && keyword != "title" &&
             keyword != "description")
      add(place, "the schema has the keyword '" + keyword + "', which this does not know");
  }

  void checkType(const json &rule, const json &value, const std::string &place) {
    json types = rule.is_array() ? rule : json::array({rule});
    if (std::ranges::none_of(types, [&](const json &type) { return isOfType(value, type); }))
      add(place, "is " + value.dump() + ", expected " + rule.dump());
  }

  void checkLimit(const std::string &keyword, const json &limit, const json &value,
                  const std::string &place) {
    if (value.is_number() && (keyword == "minimum" ? value < limit : value > limit))
      add(place, "is " + value.dump() + ", the " + keyword + " is " + limit.dump());
  }

  void checkRequired(const json &keys, const json &value, const std::string &place) {
    for (const json &key : keys)
      if (value.is_object() && !value.contains(key))
        add(place, "lacks " + key.dump());
  }

  /// "additionalProperties" is about the members that "properties" does not name.
  void checkMembers(const std::string &keyword, const json &rule, const json &schema,
                    const json &value, const std::string &place) {
    if (!value.is_object())
      return;
    const json named = schema.value("properties", json::object());
    for (const auto &[key, member] : value.items()) {
      bool isNamed = named.contains(key);
      if (keyword == "properties" && isNamed)
        check(rule[key], member, place + "." + key);
      else if (keyword == "additionalProperties" && !isNamed && rule.is_object())
        check(rule, member, place + "." + key);
      else if (keyword == "additionalProperties" && !isNamed && rule == false)
        add(place, "has \"" + key + "\", which the schema does not name");
    }
  }

  void checkItems(const json &rule, const json &value, const std::string &place) {
    for (size_t i = 0; value.is_array() && i < value.size(); ++i)
      check(rule, value[i], place + "[" + std::to_string(i) + "]");
  }

  const json &root_;
};

} // namespace

std::vector<std::string> violationsOf(const json &schema, const json &value) {
  Validator validator(schema);
  validator.check(schema, value, "$");
  return validator.violations;
}

} // namespace tandem::test
