#pragma once

#include "pipeline/app/step_kind.h"

namespace tandem {

/// Kinds of steps enough to try the loader with: every type of port and of option.
inline std::vector<StepKind> exampleKinds() {
  auto option = [](std::string name, OptionType type, std::optional<OptionValue> otherwise) {
    OptionKind kind;
    kind.name = std::move(name);
    kind.type = type;
    kind.otherwise = std::move(otherwise);
    return kind;
  };
  StepKind crop;
  crop.name = "crop";
  crop.inputs = {{"image", ValueType::kImage, false}, {"box", ValueType::kDetection, true}};
  crop.outputs = {{"", ValueType::kTensor, false}};
  OptionKind size = option("size", OptionType::kNumbers, std::nullopt);
  size.leastCount = size.mostCount = 2;
  size.whole = true;
  size.least = 1;
  size.most = 4096;
  OptionKind channels = option("channels", OptionType::kWord, "rgb");
  channels.words = {"rgb", "bgr", "grey"};
  crop.options = {size, channels, option("mirror", OptionType::kBool, false)};

  StepKind detect;
  detect.name = "detect";
  detect.inputs = {{"tensor", ValueType::kTensor, false}};
  detect.outputs = {{"", ValueType::kDetections, false}};
  OptionKind threshold = option("threshold", OptionType::kNumber, 0.5);
  threshold.least = 0;
  threshold.most = 1;
  OptionKind most = option("most", OptionType::kInteger, int64_t{100});
  most.least = 1;
  most.most = 1000;
  detect.options = {threshold, most};

  StepKind classify;
  classify.name = "classify";
  classify.inputs = {{"scores", ValueType::kTensor, /*optional=*/false, /*hasClasses=*/true}};
  classify.outputs = {{"label", ValueType::kLabel, false},
                      {"scores", ValueType::kScores, false},
                      {"score", ValueType::kNumber, false}};
  return {crop, detect, classify};
}

} // namespace tandem
