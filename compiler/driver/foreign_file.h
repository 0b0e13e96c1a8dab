#pragma once

#include <string>
#include <string_view>

namespace tandem {

/// What a file is that no importer takes, and what to do about it, as far as a message about it
/// goes: "is a GGUF file, ...: ..."; empty: nothing is known of it.

/// Of what its first bytes say for sure, whatever it is called.
std::string foreignByContent(std::string_view bytes);
/// Of its name, which may be any. A folder has no bytes.
std::string foreignByName(const std::string &path, std::string_view bytes);

} // namespace tandem
