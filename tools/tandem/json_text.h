#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace tandem {

/// JSON for a program to read. Names come from files and may have bytes that are no UTF-8, which
/// would make dump() throw; those are replaced. `indent` -1: one line.
inline std::string jsonText(const nlohmann::ordered_json &json, int indent = 2) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace tandem
