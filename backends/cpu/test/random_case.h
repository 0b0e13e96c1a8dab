#pragma once

#include "backends/cpu/test/random_choice.h"
#include "tests/conformance/text.h"

namespace tandem::test {

/// One of f32, i8 and u8 with a filter that is bytes less its zero point, legacy, u8 with one that
/// is not, and few, where few weights are not.
struct Types {
  Element input, filter, result;
};
inline Types typesOf(const std::string &name, int64_t products) {
  float scale = 0.05f * 0.02f * 40 * (products > 100 ? 30.0f : 8.0f);
  if (name == "f32")
    return {{"f32"}, {"f32", 0.02f}, {"f32"}};
  if (name == "i8")
    return {{"i8", 0.05f, 3}, {"i8", 0.02f}, {"i8", scale, -5}};
  int zeroPoint = name == "u8" ? 128 : name == "few" ? 126 : 113;
  return {{"u8", 0.05f, 131}, {"u8", 0.02f, zeroPoint}, {"u8", scale, 123}};
}

/// The text of a convolution, depthwise one or matrix product of random sizes, strides, pads and
/// activation, of a random type or of the one that is asked for.
class RandomCase : RandomChoice {
public:
  explicit RandomCase(uint32_t seed) : RandomChoice(seed) {}

  /// Or of its sum with an argument, or of one of few channels.
  std::string text() {
    mayAdd_ = true;
    if (number(0, 5) == 0)
      return narrow();
    return text(any<std::string>({"f32", "i8", "u8", "legacy", "few"}));
  }
  /// The same of reals that are quantized, and whose results are reals again.
  std::string ofReals(const std::string &type) {
    ofReals_ = true;
    return number(0, 1) == 0 ? fullyConnected(type) : convolution(type);
  }
  /// A convolution of one row, as networks of one dimension have.
  std::string ofOneRow(const std::string &type) {
    isOneRow_ = true;
    return convolution(type);
  }
  /// A depthwise convolution of so many channels.
  std::string depthwise(const std::string &type, int64_t count) {
    RandomWindow w(*this, isOneRow_);
    int64_t batch = any<int64_t>({1, 1, 2});
    Types types = typesOf(type, 9);
    ModuleText text;
    std::string input = text.argument({batch, w.in[0], w.in[1], count}, types.input);
    std::string filter =
        text.filter({1, w.kernel[0], w.kernel[1], count}, types.filter, perChannel(type, 3));
    Shape shape = {batch, w.out[0], w.out[1], count};
    std::string product =
        text.apply("depthwise_conv_2d", {input, filter, text.bias(count, biasOf(type))},
                   w.text + activation(), tensorText(shape, types.result));
    return text.finish(
        toReals_ ? text.apply("dequantize", {product}, "", tensorText(shape, {"f32"})) : product);
  }
  /// The same of codes with the reals that its results stand for.
  std::string depthwiseToReals(const std::string &type, int64_t count) {
    toReals_ = true;
    return depthwise(type, count);
  }
  std::string text(const std::string &type) {
    switch (number(0, 4)) {
    case 0:
      return fullyConnected(type);
    case 1:
    case 2:
      return depthwise(type, channels());
    default:
      return convolution(type);
    }
  }

private:
  int64_t channels() {
    return any<int64_t>({1, 3, 4, 8, 13, 16, 24, 32, 40, 64, 72, 96, 130, 144});
  }

  /// The result, or its sum with an argument.
  std::string summed(ModuleText &text, const std::string &product, const Shape &shape,
                     Element element) {
    if (!mayAdd_ || number(0, 2) != 0)
      return product;
    Element other = element, sum = element;
    other.scale *= 0.7f;
    other.zeroPoint += 4;
    sum.scale *= 1.3f;
    sum.zeroPoint -= 9;
    std::vector<std::string> operands = {product, text.argument(shape, other)};
    if (number(0, 1) == 0)
      std::swap(operands[0], operands[1]);
    // A clamp would leave of large f32 sums small results with the rounding of the large ones.
    std::string clamp = element.kind == "f32" ? " activation relu" : activation();
    return text.apply("add", operands, clamp, tensorText(shape, sum));
  }

  std::string convolution(const std::string &type) {
    RandomWindow w(*this, isOneRow_);
    int64_t in = channels(), out = channels(), batch = any<int64_t>({1, 1, 2});
    Types types = typesOf(type, w.kernel[0] * w.kernel[1] * in);
    ModuleText text;
    std::string input = argument(text, {batch, w.in[0], w.in[1], in}, types.input);
    std::string filter =
        text.filter({out, w.kernel[0], w.kernel[1], in}, types.filter, perChannel(type, 0));
    Shape shape = {batch, w.out[0], w.out[1], out};
    std::string result =
        text.apply("conv_2d", {input, filter, text.bias(out, biasOf(type))},
                   w.text + "groups 1" + activation(), tensorText(shape, types.result));
    return finish(text, result, shape, types.result);
  }

  /// Few channels, no padding, results of an even height and width.
  std::string narrow() {
    int64_t in = number(1, 9), out = number(1, 9), batch = number(1, 2);
    int64_t height = 2 * number(1, 3), width = 2 * number(1, 15);
    int64_t rows = number(1, 5), columns = number(1, 5);
    ModuleText text;
    std::string input = text.argument({batch, height + rows - 1, width + columns - 1, in}, {"f32"});
    std::string filter = text.filter({out, rows, columns, in}, {"f32", 0.02f}, -1);
    Shape shape = {batch, height, width, out};
    std::string result = text.apply("conv_2d", {input, filter, text.bias(out, "f32")},
                                    "groups 1" + activation(), tensorText(shape, {"f32"}));
    return text.finish(summed(text, result, shape, {"f32"}));
  }

  std::string fullyConnected(const std::string &type) {
    int64_t rows = any<int64_t>({1, 1, 7, 20}), in = channels(), out = channels();
    Types types = typesOf(type, in);
    ModuleText text;
    std::string input = argument(text, {rows, in}, types.input);
    std::string filter = text.filter({out, in}, types.filter, perChannel(type, 0));
    Shape shape = {rows, out};
    std::string result =
        text.apply("fully_connected", {input, filter, text.bias(out, biasOf(type))}, activation(),
                   tensorText(shape, types.result));
    return finish(text, result, shape, types.result);
  }

  std::string argument(ModuleText &text, const Shape &shape, const Element &element) {
    if (!ofReals_)
      return text.argument(shape, element);
    return text.apply("quantize", {text.argument(shape, {"f32"})}, "", tensorText(shape, element));
  }
  std::string finish(ModuleText &text, const std::string &result, const Shape &shape,
                     const Element &element) {
    if (ofReals_)
      return text.finish(text.apply("dequantize", {result}, "", tensorText(shape, {"f32"})));
    return text.finish(summed(text, result, shape, element));
  }

  int perChannel(const std::string &type, int axis) {
    return type == "i8" && number(0, 1) == 0 ? axis : -1;
  }
  static std::string biasOf(const std::string &type) {
    return type == "legacy" || type == "few" ? "u8" : type;
  }

  bool mayAdd_ = false, ofReals_ = false, toReals_ = false, isOneRow_ = false;
};

} // namespace tandem::test
