#pragma once

// Writes modules of the graph dialect as text.

#include "base/element_type.h"
#include "tests/conformance/cases.h"

#include <string>
#include <vector>

namespace tandem::test {

/// "i8" or "u8" with quantization parameters that differ per use, so that mistakes show; "q16" or
/// "q32", codes of so many bits; or a plain type: "f32", "i32", "i1", "ui8".
struct Element {
  std::string kind = "f32";
  float scale = 0.05f;
  int zeroPoint = 3;
};
Element elementOf(const std::string &kind, float scale = 0.05f, int zeroPoint = 3);
/// The result of an op of one operand: TFLite fixes the scale of some, 1/256 from the lowest code
/// or 1/128 around the middle.
Element fixedResult(const std::string &op, const std::string &type);

/// "tensor<1x2x3xf32>", "tensor<1x2x3x!quant.uniform<i8:f32, 0.05:3>>".
std::string tensorText(const Shape &shape, const Element &element);

/// Builds `func.func @main(%0: ..., ...) -> result`, one op after another.
class ModuleText {
public:
  /// A function argument; gives its name. With `axis` >= 0 its type is a filter's.
  std::string argument(const Shape &shape, const Element &element, int axis = -1);
  /// A constant of pseudo-random values; f32 in -1..1, codes over the whole range.
  std::string constant(const Shape &shape, const Element &element);
  /// A constant of one f32, without dimensions.
  std::string number(float value);
  /// A constant of these i32 values.
  std::string integers(const Shape &shape, const std::vector<int32_t> &values);
  /// A filter: like constant, but i8 is symmetric and, with `axis` >= 0, has a scale per slice.
  std::string filter(const Shape &shape, const Element &element, int axis);
  /// An i32 bias of small numbers for quantized inputs, else f32.
  std::string bias(int64_t count, const std::string &kind);
  /// `op` with operands and attribute text; the types are filled in.
  std::string apply(const std::string &op, const std::vector<std::string> &operands,
                    const std::string &attributes, const std::string &resultType);
  /// The module, returning `value`.
  std::string finish(const std::string &value) const { return finish(std::vector{value}); }
  std::string finish(const std::vector<std::string> &values) const;
  const std::string &typeOf(const std::string &value) const;

private:
  std::string define(const std::string &text, const std::string &type);
  uint32_t random();

  std::vector<std::pair<std::string, std::string>> arguments_;
  std::vector<std::pair<std::string, std::string>> values_; ///< name, type
  std::string body_;
  uint32_t state_ = 2463534242u;
};

/// One op on one argument, whose result has the argument's element type.
OpCase moved(const std::string &op, const std::string &type, const Shape &from, const Shape &to,
             const std::string &attributes, const std::string &variant);

} // namespace tandem::test
