#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem {

/// What flows between steps. Known before anything runs, so that a wrong connection is an error of
/// the application's file, with its line.
enum class ValueType : uint8_t {
  kImage,      ///< a picture, RGB
  kTensor,     ///< what goes into a model and comes out of one
  kDetections, ///< boxes with score and label; the only type that for_each goes over
  kDetection,  ///< one of them: what a kDetections is to a step inside the for_each over it
  kLabel,      ///< a class by name
  kScores,     ///< one score per class
  kNumber,     ///< the only type that `when` can look at
};
/// "image", "tensor", ...
std::string_view valueTypeName(ValueType type);

/// A named place where a step takes or gives a value.
struct Port {
  std::string name;
  ValueType type = ValueType::kTensor;
  bool optional = false;
  bool hasClasses = false; ///< scores of classes, which the labels of their model name
};

using OptionValue = std::variant<bool, int64_t, double, std::string, std::vector<double>>;

enum class OptionType : uint8_t {
  kBool,
  kInteger,
  kNumber,
  kWord, ///< one of a few
  kText, ///< any word
  kNumbers
};

/// A setting of a step, and what it may be. The loader of applications checks all of this, so a
/// step reads its options without looking back.
struct OptionKind {
  std::string name;
  OptionType type = OptionType::kNumber;
  /// What it is when the application does not say; without one the application must.
  std::optional<OptionValue> otherwise;
  /// kInteger, kNumber, and each entry of kNumbers.
  double least = -1e30, most = 1e30;
  /// kNumbers: how many entries. kWord: see `words`.
  size_t leastCount = 0, mostCount = SIZE_MAX;
  bool whole = false;             ///< kNumbers: entries are integers
  std::vector<std::string> words; ///< kWord: the values it can have
};

/// A kind of step as plain data: all that an application's file can be checked against.
struct StepKind {
  std::string name;
  std::string summary; ///< for docs and help, one clause
  std::vector<Port> inputs, outputs;
  std::vector<OptionKind> options;
};

} // namespace tandem
