#pragma once

#include "base/element_type.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tandem {

/// A picture: 8-bit RGB, rows from the top, 3 * width bytes each, without gaps.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;

  const uint8_t *row(int y) const { return rgb.data() + size_t{3} * width * y; }
};

/// A rectangle in pixels of the picture; x to the right, y down. (0, 0) is the outer corner of the
/// first pixel, (width, height) that of the last. May reach beyond the picture.
struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  double width() const { return x1 - x0; }
  double height() const { return y1 - y0; }
};

/// Names of a model's classes, shared by all values that speak of them; may be null.
using Labels = std::shared_ptr<const std::vector<std::string>>;

/// "cat", or "17" where there is no name.
std::string labelText(const Labels &labels, int index);

/// What is known of a tensor before anything runs.
struct TensorSpec {
  ElementType type = ElementType::kF32;
  Shape shape;
  Quantization quantization; ///< of u8 and i8; per tensor

  bool operator==(const TensorSpec &other) const;
};
/// "f32 1x128x128x3", "u8 1x224x224x3 (scale 0.0078125, zero point 128)".
std::string specText(const TensorSpec &spec);

/// What goes into a model or comes out of one. Out of one it is always f32.
struct Tensor {
  TensorSpec spec;
  std::vector<std::byte> bytes;
  /// The part of the picture that it was made from, by a step before it; in pixels.
  Box region;
  Labels labels; ///< of the model that it came out of

  const float *floats() const { return reinterpret_cast<const float *>(bytes.data()); }
  float *floats() { return reinterpret_cast<float *>(bytes.data()); }
  size_t floatCount() const { return bytes.size() / sizeof(float); }
};

struct Detection {
  Box box;
  double score = 0;
  int label = -1; ///< index of the class; -1: the model knows only one
};

struct Detections {
  std::vector<Detection> items;
  Labels labels;
};

struct Label {
  int index = 0;
  Labels labels;
};

struct Scores {
  std::vector<float> values;
  Labels labels;
};

/// What flows between steps; ValueType in pipeline/app names the same set.
using Value = std::variant<std::monostate, Tensor, Detections, Label, Scores, double>;

/// `value` as T, made if it is something else: what a step writes into, memory of the last time
/// kept.
template <typename T> T &reuse(Value &value) {
  if (T *same = std::get_if<T>(&value))
    return *same;
  return value.emplace<T>();
}

} // namespace tandem
