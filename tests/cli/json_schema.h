#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace tandem::test {

/// Every way in which `value` does not keep to a JSON schema (draft 2020-12), with its place:
/// "$.ops[0].macs: is -1, the minimum is 0". Knows the keywords that docs/report.schema.json uses;
/// any other keyword of the schema is reported too, so that none is passed over.
std::vector<std::string> violationsOf(const nlohmann::json &schema, const nlohmann::json &value);

} // namespace tandem::test
