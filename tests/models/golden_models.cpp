#include "tests/models/golden_models.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace tandem::test {
namespace {

/// A function: test suites are instantiated before other files' globals are there.
std::filesystem::path root() {
  return TANDEM_SOURCE_DIR;
}

GoldenModel::Tensor readTensor(const nlohmann::json &entry) {
  return {entry.at("name"), entry.value("layout", ""), entry.at("shape").get<Shape>()};
}

GoldenModel readModel(const nlohmann::json &entry) {
  GoldenModel model;
  model.name = entry.at("name");
  model.file = entry.at("file");
  if (entry.contains("range") && entry["range"].is_array()) {
    model.low = entry["range"][0];
    model.high = entry["range"][1];
  }
  for (const auto &input : entry.at("inputs"))
    model.inputs.push_back(readTensor(input));
  for (const auto &output : entry.at("outputs"))
    model.outputs.push_back(readTensor(output));
  for (const auto &golden : entry.at("goldens"))
    model.goldens.push_back({golden.at("seed"), golden.at("outputs")});
  model.relativeToLargest = entry.at("tolerance").value("relative_to_largest", 0.0);
  model.steps = entry.at("tolerance").value("steps", 0.0);
  return model;
}

uint32_t pattern(uint32_t seed, uint32_t y, uint32_t x, uint32_t c) {
  uint32_t slope = (x * (5 + seed) + y * 3 + c * 40) & 511;
  uint32_t gradient = slope < 256 ? slope : 511 - slope;
  uint32_t h = (x * 73856093u) ^ (y * 19349663u) ^ (c * 83492791u) ^ (seed * 2654435761u);
  h = (h ^ (h >> 13)) * 0x5bd1e995u;
  uint32_t texture = (h ^ (h >> 15)) & 63;
  return (gradient * 3 + texture * 4) >> 2;
}

/// Row, column and channel sizes and what an element's place means in them.
struct Geometry {
  int64_t height = 1, width = 1, channels = 1;
  bool channelsFirst = false;
};

Geometry geometryOf(const GoldenModel::Tensor &tensor) {
  if (tensor.layout == "NHWC")
    return {tensor.shape[1], tensor.shape[2], tensor.shape[3], false};
  if (tensor.layout == "NCHW")
    return {tensor.shape[2], tensor.shape[3], tensor.shape[1], true};
  return {1, *elementCount(tensor.shape), 1, false};
}

} // namespace

const std::vector<GoldenModel> &goldenModels() {
  static const std::vector<GoldenModel> kModels = [] {
    std::ifstream file(goldenFolder() + "/models.json");
    const nlohmann::json document =
        nlohmann::json::parse(file); // outlives the loop over a part of it
    std::vector<GoldenModel> list;
    for (const auto &entry : document.at("models"))
      list.push_back(readModel(entry));
    return list;
  }();
  return kModels;
}

std::string goldenFolder() {
  return (root() / "tests" / "models").string();
}

std::optional<std::string> locate(const GoldenModel &model) {
  size_t colon = model.file.find(':');
  std::string prefix = model.file.substr(0, colon), rest = model.file.substr(colon + 1);
  std::filesystem::path path =
      prefix == "shared" ? root().parent_path() / "shared" / "models" / rest : root() / rest;
  if (!std::filesystem::exists(path))
    return std::nullopt;
  return path.string();
}

void fillPattern(uint32_t seed, const GoldenModel &model, const GoldenModel::Tensor &tensor,
                 ElementType type, std::span<std::byte> data) {
  Geometry size = geometryOf(tensor);
  for (int64_t y = 0; y < size.height; ++y)
    for (int64_t x = 0; x < size.width; ++x)
      for (int64_t c = 0; c < size.channels; ++c) {
        int64_t at = size.channelsFirst ? (c * size.height + y) * size.width + x
                                        : (y * size.width + x) * size.channels + c;
        uint32_t v = pattern(seed, static_cast<uint32_t>(y), static_cast<uint32_t>(x),
                             static_cast<uint32_t>(c));
        if (type == ElementType::kF32) {
          float product = (model.high - model.low) * static_cast<float>(v);
          float value = model.low + product / 255.0f;
          std::memcpy(data.data() + at * 4, &value, sizeof value);
        } else {
          data[static_cast<size_t>(at)] =
              static_cast<std::byte>(type == ElementType::kI8 ? v - 128 : v);
        }
      }
}

} // namespace tandem::test
