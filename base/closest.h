#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tandem {

/// The known name that `word` is a slip of the pen for: the one that the fewest letters left out,
/// put in, changed or swapped with a neighbour make of it, one for every four letters; "": none.
std::string closest(std::string_view word, std::span<const std::string> known);
/// " (did you mean 'NAME'?)" of that one, for behind the word in a message; "": none.
std::string didYouMean(std::string_view word, std::span<const std::string> known);

} // namespace tandem
