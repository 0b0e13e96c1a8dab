#pragma once

#include <string>
#include <string_view>

namespace tandem {

/// `text` as one line that is safe to show: control characters, which a terminal would obey, and
/// bytes that are no UTF-8 become \xNN. For what comes out of files of strangers, such as names.
std::string printable(std::string_view text);

} // namespace tandem
