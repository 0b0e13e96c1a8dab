#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace tandem {

/// Takes a text's events and keeps nothing but where it is wrong: without exceptions a parser of
/// nlohmann's tells only that it is.
class FirstWrongByte : public nlohmann::json_sax<nlohmann::json> {
public:
  size_t byte() const { return byte_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t &) override { return true; }
  bool string(string_t &) override { return true; }
  bool binary(binary_t &) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t &) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string &,
                   const nlohmann::detail::exception &) override {
    byte_ = position > 0 ? position - 1 : 0; // it counts from 1
    return false;
  }

private:
  size_t byte_ = 0;
};

/// The JSON of a file of ours. Errors: kCorruptData, with line and column.
inline Result<nlohmann::json> parseJsonFile(std::string_view path, std::string_view text) {
  nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded())
    return json;
  FirstWrongByte wrong;
  (void)nlohmann::json::sax_parse(text, &wrong);
  std::string_view before = text.substr(0, std::min(wrong.byte(), text.size()));
  auto line = std::ranges::count(before, '\n') + 1;
  size_t column = before.size() - (before.rfind('\n') + 1) + 1; // npos + 1 is 0
  return Error(Code::kCorruptData, path, "not a JSON file: wrong at line ", line, ", column ",
               column);
}

} // namespace tandem
