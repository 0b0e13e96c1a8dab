#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>

namespace tandem {

/// Reads JSON that has to be as expected, without exceptions: collects the first thing that is
/// wrong, with its place in the file.
class JsonReader {
public:
  explicit JsonReader(const std::string &path) : path_(path) {}

  using Field = std::function<void(const nlohmann::json &value, const std::string &place)>;

  /// Calls the field of every member; a member without one, or a required one that is not there,
  /// is wrong.
  void object(const nlohmann::json &value, const std::string &place,
              const std::map<std::string, Field> &fields,
              std::initializer_list<const char *> required = {}) {
    if (!value.is_object())
      return wrong(place, "expected an object");
    for (const auto &[key, member] : value.items()) {
      auto field = fields.find(key);
      if (field == fields.end())
        return wrong(place, "unknown key '" + key + "'");
      field->second(member, place.empty() ? key : place + "." + key);
    }
    for (const char *key : required)
      if (!value.contains(key))
        return wrong(place, std::string("'") + key + "' is missing");
  }

  void members(const nlohmann::json &value, const std::string &place, const Field &each) {
    if (!value.is_object())
      return wrong(place, "expected an object");
    for (const auto &[key, member] : value.items())
      each(member, place + "." + key);
  }

  void list(const nlohmann::json &value, const std::string &place, const Field &each) {
    if (!value.is_array())
      return wrong(place, "expected a list");
    for (size_t i = 0; i < value.size(); ++i)
      each(value[i], place + "[" + std::to_string(i) + "]");
  }

  Field text(std::string &into) {
    return [&into, this](const nlohmann::json &value, const std::string &place) {
      if (!value.is_string())
        return wrong(place, "expected a text");
      into = value.get<std::string>();
    };
  }

  Field flag(bool &into) {
    return [&into, this](const nlohmann::json &value, const std::string &place) {
      if (!value.is_boolean())
        return wrong(place, "expected true or false");
      into = value.get<bool>();
    };
  }

  /// A finite number that is not negative, times `factor`.
  Field number(double &into, double factor = 1) {
    return [&into, factor, this](const nlohmann::json &value, const std::string &place) {
      double read = value.is_number() ? value.get<double>() : -1;
      if (!std::isfinite(read) || read < 0)
        return wrong(place, "expected a number that is not negative");
      into = read * factor;
    };
  }

  void wrong(const std::string &place, const std::string &what) {
    if (!error_)
      error_ = Error(Code::kCorruptData, path_, place.empty() ? "" : place + ": ", what);
  }
  const std::optional<Error> &error() const { return error_; }

private:
  std::string path_;
  std::optional<Error> error_;
};

} // namespace tandem
