#pragma once

#include "pipeline/app/step_kind.h"

namespace tandem {

/// Makers of OptionKind, one a type. `otherwise`: what it is when not given; none: must be given.

OptionKind boolOption(std::string name, bool otherwise);
OptionKind integerOption(std::string name, std::optional<int64_t> otherwise, int64_t least,
                         int64_t most);
OptionKind numberOption(std::string name, std::optional<double> otherwise, double least,
                        double most);
OptionKind wordOption(std::string name, std::string otherwise, std::vector<std::string> words);
/// Any word.
OptionKind textOption(std::string name, std::string otherwise);
/// A list of `leastCount` to `mostCount` numbers.
OptionKind numbersOption(std::string name, std::optional<std::vector<double>> otherwise,
                         double least, double most, size_t leastCount, size_t mostCount);
/// The same, all of them whole.
OptionKind integersOption(std::string name, std::optional<std::vector<double>> otherwise,
                          double least, double most, size_t leastCount, size_t mostCount);

} // namespace tandem
