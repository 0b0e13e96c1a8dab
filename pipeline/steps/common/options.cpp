#include "pipeline/steps/common/options.h"

namespace tandem {
namespace {

OptionKind rangeOption(std::string name, OptionType type, double least, double most) {
  OptionKind kind;
  kind.name = std::move(name);
  kind.type = type;
  kind.least = least;
  kind.most = most;
  return kind;
}

} // namespace

OptionKind boolOption(std::string name, bool otherwise) {
  OptionKind kind;
  kind.name = std::move(name);
  kind.type = OptionType::kBool;
  kind.otherwise = otherwise;
  return kind;
}

OptionKind integerOption(std::string name, std::optional<int64_t> otherwise, int64_t least,
                         int64_t most) {
  OptionKind kind = rangeOption(std::move(name), OptionType::kInteger, static_cast<double>(least),
                                static_cast<double>(most));
  if (otherwise)
    kind.otherwise = *otherwise;
  return kind;
}

OptionKind numberOption(std::string name, std::optional<double> otherwise, double least,
                        double most) {
  OptionKind kind = rangeOption(std::move(name), OptionType::kNumber, least, most);
  if (otherwise)
    kind.otherwise = *otherwise;
  return kind;
}

OptionKind wordOption(std::string name, std::string otherwise, std::vector<std::string> words) {
  OptionKind kind;
  kind.name = std::move(name);
  kind.type = OptionType::kWord;
  kind.otherwise = std::move(otherwise);
  kind.words = std::move(words);
  return kind;
}

OptionKind textOption(std::string name, std::string otherwise) {
  OptionKind kind;
  kind.name = std::move(name);
  kind.type = OptionType::kText;
  kind.otherwise = std::move(otherwise);
  return kind;
}

OptionKind numbersOption(std::string name, std::optional<std::vector<double>> otherwise,
                         double least, double most, size_t leastCount, size_t mostCount) {
  OptionKind kind = rangeOption(std::move(name), OptionType::kNumbers, least, most);
  kind.leastCount = leastCount;
  kind.mostCount = mostCount;
  if (otherwise)
    kind.otherwise = std::move(*otherwise);
  return kind;
}

OptionKind integersOption(std::string name, std::optional<std::vector<double>> otherwise,
                          double least, double most, size_t leastCount, size_t mostCount) {
  OptionKind kind =
      numbersOption(std::move(name), std::move(otherwise), least, most, leastCount, mostCount);
  kind.whole = true;
  return kind;
}

} // namespace tandem
