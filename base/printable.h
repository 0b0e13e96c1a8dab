#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem {

/// `text` as one line that is safe to show: control characters, which a terminal would obey, and
/// bytes that are no UTF-8 become \xNN. For what comes out of files of strangers, such as names.
std::string printable(std::string_view text);
/// printable(), and what is longer than `most` bytes without its middle, since of a name's parts
/// the last ones say most: "Stateful...model/conv1/BiasAdd". For people; `most`, at least 4, leaves
/// a line of text room for something else.
std::string shortened(std::string_view text, size_t most = 72);

} // namespace tandem
