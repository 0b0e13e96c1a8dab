#pragma once

#include "tests/conformance/text.h"

#include <random>

namespace tandem::test {

/// One of f32, i8 and u8 with a filter that is bytes less its zero point, and legacy, u8 with one
/// that is not.
struct Types {
  Element input, filter, result;
};
inline Types typesOf(const std::string &name, int64_t products) {
  float scale = 0.05f * 0.02f * 40 * (products > 100 ? 30.0f : 8.0f);
  if (name == "f32")
    return {{"f32"}, {"f32", 0.02f}, {"f32"}};
  if (name == "i8")
    return {{"i8", 0.05f, 3}, {"i8", 0.02f}, {"i8", scale, -5}};
  return {{"u8", 0.05f, 131}, {"u8", 0.02f, name == "u8" ? 128 : 113}, {"u8", scale, 123}};
}

/// The text of a convolution, depthwise one or matrix product of random sizes, strides, pads and
/// activation, of a random type or of the one that is asked for.
class RandomCase {
public:
  explicit RandomCase(uint32_t seed) : random_(seed) {}

  std::string text() { return text(any<std::string>({"f32", "i8", "u8", "legacy"})); }
  std::string text(const std::string &type) {
    switch (number(0, 4)) {
    case 0:
      return fullyConnected(type);
    case 1:
    case 2:
      return depthwise(type);
    default:
      return convolution(type);
    }
  }

private:
  int64_t number(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  template <typename T> T any(std::initializer_list<T> values) {
    return values.begin()[number(0, static_cast<int64_t>(values.size()) - 1)];
  }
  std::string activation() {
    return " activation " + any<std::string>({"none", "relu", "relu6", "relu_n1_to_1"});
  }
  int64_t channels() {
    return any<int64_t>({1, 3, 4, 8, 13, 16, 24, 32, 40, 64, 72, 96, 130, 144});
  }

  /// Height and width: window attributes, input and output.
  struct Window {
    std::string text;
    int64_t in[2], kernel[2], out[2];
  };
  Window window() {
    Window w;
    int64_t stride[2], dilation[2], low[2], high[2];
    for (int axis : {0, 1}) {
      w.kernel[axis] = any<int64_t>({1, 2, 3, 3, 3, 4, 5});
      stride[axis] = any<int64_t>({1, 1, 2, 3});
      dilation[axis] = any<int64_t>({1, 1, 1, 2});
      int64_t reach = (w.kernel[axis] - 1) * dilation[axis];
      low[axis] = number(0, reach);
      high[axis] = number(0, reach);
      w.in[axis] = std::max(number(1, 21), reach + 1 - low[axis] - high[axis]);
      w.out[axis] = (w.in[axis] + low[axis] + high[axis] - reach - 1) / stride[axis] + 1;
    }
    auto pair = [](const char *name, const int64_t (&values)[2]) {
      return std::string(name) + " [" + std::to_string(values[0]) + ", " +
             std::to_string(values[1]) + "] ";
    };
    w.text = pair("stride", stride) + pair("dilation", dilation) + pair("pad_low", low) +
             pair("pad_high", high);
    return w;
  }

  std::string convolution(const std::string &type) {
    Window w = window();
    int64_t in = channels(), out = channels(), batch = any<int64_t>({1, 1, 2});
    Types types = typesOf(type, w.kernel[0] * w.kernel[1] * in);
    ModuleText text;
    std::string input = text.argument({batch, w.in[0], w.in[1], in}, types.input);
    std::string filter =
        text.filter({out, w.kernel[0], w.kernel[1], in}, types.filter, perChannel(type, 0));
    return text.finish(text.apply("conv_2d", {input, filter, text.bias(out, biasOf(type))},
                                  w.text + "groups 1" + activation(),
                                  tensorText({batch, w.out[0], w.out[1], out}, types.result)));
  }

  std::string depthwise(const std::string &type) {
    Window w = window();
    int64_t count = channels(), batch = any<int64_t>({1, 1, 2});
    Types types = typesOf(type, 9);
    ModuleText text;
    std::string input = text.argument({batch, w.in[0], w.in[1], count}, types.input);
    std::string filter =
        text.filter({1, w.kernel[0], w.kernel[1], count}, types.filter, perChannel(type, 3));
    return text.finish(text.apply(
        "depthwise_conv_2d", {input, filter, text.bias(count, biasOf(type))}, w.text + activation(),
        tensorText({batch, w.out[0], w.out[1], count}, types.result)));
  }

  std::string fullyConnected(const std::string &type) {
    int64_t rows = any<int64_t>({1, 1, 7, 20}), in = channels(), out = channels();
    Types types = typesOf(type, in);
    ModuleText text;
    std::string input = text.argument({rows, in}, types.input);
    std::string filter = text.filter({out, in}, types.filter, perChannel(type, 0));
    return text.finish(text.apply("fully_connected", {input, filter, text.bias(out, biasOf(type))},
                                  activation(), tensorText({rows, out}, types.result)));
  }

  int perChannel(const std::string &type, int axis) {
    return type == "i8" && number(0, 1) == 0 ? axis : -1;
  }
  static std::string biasOf(const std::string &type) { return type == "legacy" ? "u8" : type; }

  std::mt19937 random_;
};

} // namespace tandem::test
