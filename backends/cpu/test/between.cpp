#include "backends/cpu/test/precision.h"
#include "tests/conformance/text.h"

namespace tandem::test {

std::string productsAround(const std::string &op) {
  ModuleText text;
  Element f32{"f32"};
  auto tensor = [&](const Shape &shape) { return tensorText(shape, f32); };
  auto product = [&](const std::string &input, int64_t size, int64_t in, int64_t out) {
    return text.apply("conv_2d",
                      {input, text.filter({out, 1, 1, in}, f32, -1), text.bias(out, "f32")}, "",
                      tensor({1, size, size, out}));
  };
  std::string input = text.argument({1, 9, 9, 20}, f32);
  std::string first = product(input, 9, 20, 24);
  std::string value = first;
  int64_t size = 9, channels = 24;
  if (op == "depthwise") {
    value = text.apply("depthwise_conv_2d", {first, text.filter({1, 3, 3, 24}, f32, -1)},
                       "pad_low [1, 1] pad_high [1, 1] activation relu6", tensor({1, 9, 9, 24}));
  } else if (op == "add") {
    value = text.apply("add", {first, product(first, 9, 24, 24)}, "", tensor({1, 9, 9, 24}));
  } else if (op == "unfused_add") {
    std::string pooled = text.apply("max_pool_2d", {first},
                                    "window [1, 1] stride [1, 1] pad_low [0, 0] pad_high [0, 0]",
                                    tensor({1, 9, 9, 24}));
    value =
        text.apply("add", {pooled, text.argument({1, 1, 1, 24}, f32)}, "", tensor({1, 9, 9, 24}));
  } else if (op == "max_pool") {
    size = 4;
    value = text.apply("max_pool_2d", {first},
                       "window [3, 3] stride [2, 2] pad_low [0, 0] pad_high [0, 0]",
                       tensor({1, 4, 4, 24}));
  } else if (op == "average_pool") {
    size = 4;
    value = text.apply("average_pool_2d", {first},
                       "window [3, 3] stride [2, 2] pad_low [0, 0] pad_high [0, 0]",
                       tensor({1, 4, 4, 24}));
  } else if (op == "concat") {
    channels = 44;
    value = text.apply("concat", {first, input}, "axis 3", tensor({1, 9, 9, 44}));
  } else if (op == "pad") {
    size = 11;
    value = text.apply("pad", {first}, "low [0, 1, 1, 0] high [0, 1, 1, 0] value 0.5",
                       tensor({1, 11, 11, 24}));
  } else if (op == "reshape") {
    value = text.apply("reshape",
                       {text.apply("reshape", {first}, "shape [1, 81, 24]", tensor({1, 81, 24}))},
                       "shape [1, 9, 9, 24]", tensor({1, 9, 9, 24}));
  } else if (op == "swish") { // in the product before it
    value = text.apply("mul", {first, text.apply("sigmoid", {first}, "", tensor({1, 9, 9, 24}))},
                       "", tensor({1, 9, 9, 24}));
  } else if (op == "gate") { // in a loop of its own
    std::string gate = text.apply("mean", {first}, "axes [1, 2] keep_dims", tensor({1, 1, 1, 24}));
    gate = text.apply("sigmoid", {gate}, "", tensor({1, 1, 1, 24}));
    value = text.apply("gelu", {text.apply("mul", {first, gate}, "", tensor({1, 9, 9, 24}))}, "",
                       tensor({1, 9, 9, 24}));
  } else if (op == "padded_add") { // a residual of fewer channels
    channels = 40;
    std::string wide = text.apply("pad", {first}, "low [0, 0, 0, 0] high [0, 0, 0, 16] value 0.0",
                                  tensor({1, 9, 9, 40}));
    value = text.apply("add", {product(first, 9, 24, 40), wide}, "", tensor({1, 9, 9, 40}));
  } else if (op == "transposed") {
    size = 18;
    value = text.apply("transpose_conv_2d", {first, text.filter({24, 3, 3, 24}, f32, -1)},
                       "stride [2, 2] pad_low [0, 0] pad_high [1, 1]", tensor({1, 18, 18, 24}));
  } else if (op == "few") { // with a zero behind three channels, and behind five
    channels = 5;
    std::string three = product(first, 9, 24, 3);
    value = text.apply("conv_2d", {three, text.filter({5, 3, 3, 3}, f32, -1)},
                       "pad_low [1, 1] pad_high [1, 1]", tensor({1, 9, 9, 5}));
  } else if (op == "grouped" || op == "grouped_by_three") {
    int64_t groups = op == "grouped" ? 4 : 8;
    value = text.apply("conv_2d", {first, text.filter({24, 3, 3, 24 / groups}, f32, -1)},
                       "pad_low [1, 1] pad_high [1, 1] groups " + std::to_string(groups),
                       tensor({1, 9, 9, 24}));
  } else if (op == "odd") {
    channels = 13;
    value = product(product(first, 9, 24, 13), 9, 13, 13);
  } else if (op == "winograd") {
    value = text.apply("conv_2d", {first, text.filter({32, 3, 3, 24}, f32, -1)},
                       "pad_low [1, 1] pad_high [1, 1]", tensor({1, 9, 9, 32}));
    channels = 32;
  }
  std::string last = product(value, size, channels, 16);
  return text.finish(text.apply("mean", {last}, "axes [1, 2]", tensor({1, 16})));
}

} // namespace tandem::test
