#pragma once

#include "base/element_type.h"

#include <algorithm>
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
  size_t labels = 0;         ///< how many the model has that it comes out of; 0: none

  /// Of what the bytes are; labels do not count.
  bool operator==(const TensorSpec &other) const;
};
/// "f32 1x128x128x3", "u8 1x224x224x3 (scale 0.0078125, zero point 128)".
std::string specText(const TensorSpec &spec);

/// The bytes of a tensor: memory of its own, or memory of somebody else that it only looks at, so
/// that a step writes straight into a model's input and reads a model's output where it is.
class TensorBytes {
public:
  TensorBytes() = default;
  /// A copy has memory of its own.
  TensorBytes(const TensorBytes &other) { assign(other.data(), other.data() + other.size()); }
  TensorBytes &operator=(const TensorBytes &other) {
    if (this != &other)
      assign(other.data(), other.data() + other.size());
    return *this;
  }
  TensorBytes(TensorBytes &&other) noexcept = default;
  TensorBytes &operator=(TensorBytes &&other) noexcept = default;

  std::byte *data() { return borrowed_ ? borrowed_ : own_.data(); }
  const std::byte *data() const { return borrowed_ ? borrowed_ : own_.data(); }
  size_t size() const { return borrowed_ ? borrowedSize_ : own_.size(); }
  std::byte &operator[](size_t i) { return data()[i]; }
  std::byte operator[](size_t i) const { return data()[i]; }

  /// Looks at memory that outlives its use here.
  void borrow(std::byte *data, size_t size) {
    borrowed_ = data;
    borrowedSize_ = size;
  }
  /// Borrowed memory of that very size stays; else its own, kept from call to call.
  void resize(size_t size) {
    if (borrowed_ && size == borrowedSize_)
      return;
    borrowed_ = nullptr;
    own_.resize(size);
  }
  void assign(const std::byte *begin, const std::byte *end) {
    resize(static_cast<size_t>(end - begin));
    std::copy(begin, end, data());
  }

private:
  std::vector<std::byte> own_;
  std::byte *borrowed_ = nullptr;
  size_t borrowedSize_ = 0;
};

/// What goes into a model or comes out of one. Out of one it is always f32.
struct Tensor {
  TensorSpec spec;
  TensorBytes bytes;
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
