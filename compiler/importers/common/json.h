#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem {

using Json = nlohmann::json;

/// Parses the JSON that a model file carries. `what` names it in messages ("the attribute
/// 'model_config'"). Deeper nesting than any framework writes is refused, so that recursive readers
/// of the result are safe.
llvm::Expected<Json> parseJson(std::string_view text, llvm::StringRef what);

/// The member of that name; null when `object` is no object, or has none, or has null there.
const Json *member(const Json &object, llvm::StringRef key);

// Each gives nothing when the value is of another kind. `asInt` also takes an integral float that
// fits, as frameworks write those in places.
std::optional<int64_t> asInt(const Json &value);
std::optional<double> asNumber(const Json &value);
std::optional<bool> asBool(const Json &value);
std::optional<llvm::StringRef> asString(const Json &value); ///< lives as long as `value`
std::optional<llvm::SmallVector<int64_t>> asInts(const Json &value);

/// The string member of that name, or "".
llvm::StringRef stringMember(const Json &object, llvm::StringRef key);

} // namespace tandem
