#include "tests/conformance/text.h"

namespace tandem::test {
namespace {

struct Geometry {
  int64_t height, width, channels, filters, kernel, stride = 1, dilation = 1;
  int64_t padLow = 0, padHigh = 0;
  int64_t groups = 1;
  bool bias = true;
  std::string activation = "none";
  int64_t batches = 1;

  std::string name() const {
    std::string text = std::to_string(height) + "x" + std::to_string(width) + "_c" +
                       std::to_string(channels) + "_o" + std::to_string(filters) + "_k" +
                       std::to_string(kernel);
    if (stride != 1)
      text += "_s" + std::to_string(stride);
    if (dilation != 1)
      text += "_d" + std::to_string(dilation);
    if (padLow || padHigh)
      text += "_p" + std::to_string(padLow) + std::to_string(padHigh);
    if (groups != 1)
      text += "_g" + std::to_string(groups);
    if (batches != 1)
      text += "_b" + std::to_string(batches);
    return text + (bias ? "" : "_nobias") + (activation == "none" ? "" : "_" + activation);
  }
  Geometry with(const char *fused) const {
    Geometry copy = *this;
    copy.activation = fused;
    return copy;
  }
  Geometry inBatches(int64_t count) const {
    Geometry copy = *this;
    copy.batches = count;
    return copy;
  }
  Geometry withoutBias() const {
    Geometry copy = *this;
    copy.bias = false;
    return copy;
  }
  int64_t out(int64_t in) const {
    return (in + padLow + padHigh - (kernel - 1) * dilation - 1) / stride + 1;
  }
  std::string window() const {
    auto pair = [](int64_t value) {
      return " [" + std::to_string(value) + ", " + std::to_string(value) + "]";
    };
    return "stride" + pair(stride) + " dilation" + pair(dilation) + " pad_low" + pair(padLow) +
           " pad_high" + pair(padHigh);
  }
};

const std::vector<Geometry> kConvolutions = {
    {1, 1, 1, 1, 1},
    {1, 1, 17, 33, 1},
    {5, 7, 3, 16, 1},
    Geometry{7, 7, 24, 40, 1}.with("relu6"),
    Geometry{13, 13, 64, 24, 1}.withoutBias(),
    Geometry{9, 5, 16, 96, 1}.with("relu"),
    {8, 8, 32, 65, 1, 2},
    Geometry{6, 6, 3, 8, 3, 1, 1, 1, 1}.with("relu"),
    Geometry{11, 9, 3, 32, 3, 2, 1, 0, 1}.with("relu6"),
    {10, 10, 17, 19, 3, 2, 1, 1, 1},
    {7, 7, 16, 16, 3, 1, 1, 1, 1},
    Geometry{14, 14, 32, 33, 3, 1, 1, 1, 1}.withoutBias(),
    {9, 9, 8, 12, 3, 1, 2, 2, 2},
    {12, 20, 5, 24, 5, 2, 1, 1, 2},
    {12, 12, 1, 8, 3},
    {2, 2, 6, 7, 3, 1, 1, 1, 1},
    {1, 1, 16, 16, 3, 1, 1, 1, 1},
    {16, 16, 3, 64, 7, 2, 1, 3, 3},
    {6, 6, 8, 12, 3, 1, 1, 1, 1, 2},
    {4, 4, 6, 6, 1, 1, 1, 0, 0, 3},
    Geometry{7, 5, 10, 40, 3, 2, 1, 1, 1, 2}.with("relu6").inBatches(2),
    {6, 6, 4, 4, 3, 1, 2, 2, 2, 4},
    Geometry{3, 30, 4, 20, 3, 1, 3, 3, 3}.with("relu_n1_to_1"),
    Geometry{3, 3, 19, 10, 1}.inBatches(3),
    Geometry{5, 4, 10, 18, 3, 2, 1, 1, 1}.inBatches(2),
    Geometry{70, 65, 2, 3, 1}.inBatches(2),
};

const std::vector<Geometry> kDepthwise = {
    {1, 1, 1, 1, 1},
    {8, 8, 3, 3, 3, 1, 1, 1, 1},
    Geometry{7, 7, 16, 16, 3, 1, 1, 1, 1}.with("relu6"),
    {9, 11, 17, 17, 3, 2, 1, 0, 1},
    Geometry{14, 14, 24, 24, 5, 1, 1, 2, 2}.with("relu"),
    Geometry{13, 13, 130, 130, 3, 2, 1, 1, 1}.withoutBias(),
    {10, 10, 8, 8, 5, 2, 1, 1, 2},
    {6, 6, 32, 32, 3},
    {9, 9, 20, 20, 3, 1, 2, 2, 2},
    {2, 1, 12, 12, 3, 1, 1, 1, 1},
    {5, 5, 6, 12, 3, 1, 1, 1, 1},
    {5, 5, 1, 8, 3, 2, 1, 1, 1},
    Geometry{6, 7, 5, 20, 3, 1, 2, 2, 2}.with("relu6").inBatches(2),
    {28, 28, 64, 64, 3, 1, 1, 1, 1},
    Geometry{5, 6, 21, 21, 3, 1, 1, 1, 1}.inBatches(3),
};

/// "sums" is of a plain input of 8 bits.
Element filterElement(const std::string &type) {
  if (type == "u8")
    return {"u8", 0.02f, 121};
  return {type == "hybrid" || type == "sums" ? "i8" : type, 0.02f};
}

/// The result scale keeps most codes inside the range, and some clamped.
Element resultElement(const std::string &type, int64_t products) {
  if (type == "sums")
    return {"i32"};
  float scale = 0.05f * 0.02f * 40 * (products > 100 ? 30.0f : 8.0f);
  return type == "hybrid" ? Element{"f32"} : elementOf(type, scale, -5);
}
Element inputElement(const std::string &type) {
  if (type == "sums")
    return {"ui8"};
  return type == "hybrid" ? Element{"f32"} : elementOf(type, 0.05f, 3);
}

OpCase convolution(const Geometry &g, const std::string &type, bool perChannel) {
  ModuleText text;
  std::string input = text.argument({g.batches, g.height, g.width, g.channels}, inputElement(type));
  std::vector<std::string> operands = {
      input, text.filter({g.filters, g.kernel, g.kernel, g.channels / g.groups},
                         filterElement(type), perChannel ? 0 : -1)};
  if (g.bias)
    operands.push_back(text.bias(g.filters, type));
  std::string result =
      text.apply("conv_2d", operands,
                 g.window() + " groups " + std::to_string(g.groups) + " activation " + g.activation,
                 tensorText({g.batches, g.out(g.height), g.out(g.width), g.filters},
                            resultElement(type, g.kernel * g.kernel * g.channels)));
  return {"conv_2d", type, g.name() + (perChannel ? "_perchannel" : ""), text.finish(result)};
}

OpCase depthwise(const Geometry &g, const std::string &type, bool perChannel) {
  ModuleText text;
  std::string input = text.argument({g.batches, g.height, g.width, g.channels}, inputElement(type));
  std::vector<std::string> operands = {
      input,
      text.filter({1, g.kernel, g.kernel, g.filters}, filterElement(type), perChannel ? 3 : -1)};
  if (g.bias)
    operands.push_back(text.bias(g.filters, type));
  std::string result = text.apply(
      "depthwise_conv_2d", operands, g.window() + " activation " + g.activation,
      tensorText({g.batches, g.out(g.height), g.out(g.width), g.filters}, resultElement(type, 9)));
  return {"depthwise_conv_2d", type, g.name() + (perChannel ? "_perchannel" : ""),
          text.finish(result)};
}

OpCase fullyConnected(int64_t rows, int64_t inner, int64_t columns, const std::string &type,
                      bool perChannel = false) {
  ModuleText text;
  std::string input = text.argument({rows, inner}, inputElement(type));
  Element filter = perChannel ? Element{"i8", 0.02f} : filterElement(type);
  std::string result = text.apply(
      "fully_connected",
      {input, text.filter({columns, inner}, filter, perChannel ? 0 : -1), text.bias(columns, type)},
      type == "sums" ? "" : "activation relu",
      tensorText({rows, columns}, resultElement(type, inner)));
  return {"fully_connected", type,
          std::to_string(rows) + "x" + std::to_string(inner) + "x" + std::to_string(columns) +
              (perChannel ? "_perchannel" : ""),
          text.finish(result)};
}

struct Upsampling {
  int64_t height, width, channels, filters, kernel, stride, padLow = 0, padHigh = 0;
  bool bias = false;
  std::string activation = "none";

  int64_t out(int64_t in) const { return (in - 1) * stride + kernel - padLow - padHigh; }
};
const std::vector<Upsampling> kUpsamplings = {
    {5, 5, 3, 4, 3, 2, 1, 1},
    {4, 4, 17, 5, 3, 1},
    {3, 6, 8, 33, 2, 2, 0, 0, true, "relu"},
    {4, 3, 6, 7, 4, 2, 1, 1, true},
    {2, 3, 5, 3, 2, 3, 0, 0, true},           // columns that no tap reaches
    {6, 5, 4, 19, 5, 3, 2, 1, true, "relu6"}, // as many phases as taps differ in number
    {5, 5, 3, 4, 3, 1, 3, 1},                 // the result begins inside the input
    {1, 1, 16, 16, 3, 2, 0, 1},
};

OpCase transposeConvolution(const Upsampling &u, const std::string &type, bool perChannel) {
  ModuleText text;
  std::string input = text.argument({1, u.height, u.width, u.channels}, inputElement(type));
  auto pair = [](const char *name, int64_t value) {
    std::string text = std::to_string(value);
    return " " + std::string(name) + " [" + text + ", " + text + "]";
  };
  std::vector<std::string> operands = {input,
                                       text.filter({u.filters, u.kernel, u.kernel, u.channels},
                                                   filterElement(type), perChannel ? 0 : -1)};
  if (u.bias)
    operands.push_back(text.bias(u.filters, type));
  std::string result = text.apply("transpose_conv_2d", operands,
                                  pair("stride", u.stride) + pair("pad_low", u.padLow) +
                                      pair("pad_high", u.padHigh) + " activation " + u.activation,
                                  tensorText({1, u.out(u.height), u.out(u.width), u.filters},
                                             resultElement(type, 9 * u.channels)));
  std::string variant = std::to_string(u.height) + "x" + std::to_string(u.width) + "_c" +
                        std::to_string(u.channels) + "_o" + std::to_string(u.filters) + "_k" +
                        std::to_string(u.kernel) + "_s" + std::to_string(u.stride) + "_p" +
                        std::to_string(u.padLow) + std::to_string(u.padHigh);
  return {"transpose_conv_2d", type, variant + (perChannel ? "_perchannel" : ""),
          text.finish(result)};
}

OpCase batchMatmul(int64_t batches, int64_t rows, int64_t inner, int64_t columns, bool turnLhs,
                   bool turnRhs) {
  ModuleText text;
  std::string lhs =
      text.argument(turnLhs ? Shape{batches, inner, rows} : Shape{batches, rows, inner}, {"f32"});
  std::string rhs = text.argument(
      turnRhs ? Shape{batches, columns, inner} : Shape{batches, inner, columns}, {"f32"});
  std::string result =
      text.apply("batch_matmul", {lhs, rhs},
                 std::string(turnLhs ? "transpose_lhs" : "") + (turnRhs ? " transpose_rhs" : ""),
                 tensorText({batches, rows, columns}, {"f32"}));
  return {"batch_matmul", "f32",
          std::to_string(batches) + "_" + std::to_string(rows) + "x" + std::to_string(inner) + "x" +
              std::to_string(columns) + (turnLhs ? "_lhs" : "") + (turnRhs ? "_rhs" : ""),
          text.finish(result)};
}

/// Sums less what a zero point known at run time only adds to them, as reals; it is computed before
/// the product, or behind it.
OpCase sumsLessZeroPoint(bool isBefore) {
  ModuleText text;
  const Shape rows = {5, 70}, result = {5, 37};
  std::string input = text.argument(rows, {"ui8"}), given = text.argument({}, {"i32"}),
              scale = text.argument({}, {"f32"});
  std::string filter = text.filter({37, 70}, filterElement("sums"), -1), added;
  auto addOfZeroPoint = [&] {
    std::string byte = text.apply("cast", {given}, "", tensorText({}, {"ui8"}));
    std::string zero = text.apply("cast", {byte}, "", tensorText({}, {"i32"}));
    added = text.apply("mul", {zero, text.bias(37, "sums")}, "", tensorText({37}, {"i32"}));
  };
  if (isBefore)
    addOfZeroPoint();
  std::string sums =
      text.apply("fully_connected", {input, filter}, "", tensorText(result, {"i32"}));
  if (!isBefore)
    addOfZeroPoint();
  std::string less = text.apply("sub", {sums, added}, "", tensorText(result, {"i32"}));
  std::string reals = text.apply("cast", {less}, "", tensorText(result, {"f32"}));
  return {"fully_connected", "sums", isBefore ? "zero_point_before" : "zero_point_behind",
          text.finish(text.apply("mul", {reals, scale}, "", tensorText(result, {"f32"})))};
}

/// A product whose filter the model computes.
OpCase computedFilter(const std::string &op, const Shape &in, const Shape &filter,
                      const Shape &out) {
  ModuleText text;
  std::string input = text.argument(in, {"f32"}), weights = text.argument(filter, {"f32"});
  return {op, "f32", "computed_filter",
          text.finish(text.apply(op, {input, weights, text.bias(out.back(), "f32")}, "",
                                 tensorText(out, {"f32"})))};
}

} // namespace

void addConvolutionCases(std::vector<OpCase> &cases) {
  for (const Geometry &geometry : kConvolutions) {
    for (const char *type : {"f32", "i8", "u8"})
      cases.push_back(convolution(geometry, type, false));
    cases.push_back(convolution(geometry, "i8", true));
    for (bool perChannel : {false, true})
      cases.push_back(convolution(geometry, "hybrid", perChannel));
    if (geometry.activation == "none")
      cases.push_back(convolution(geometry, "sums", false));
  }
  for (const Geometry &geometry : kDepthwise) {
    for (const char *type : {"f32", "i8", "u8"})
      cases.push_back(depthwise(geometry, type, false));
    cases.push_back(depthwise(geometry, "i8", true));
    for (bool perChannel : {false, true})
      cases.push_back(depthwise(geometry, "hybrid", perChannel));
  }
  for (const char *type : {"f32", "i8", "u8", "hybrid", "sums"}) {
    cases.push_back(fullyConnected(1, 1, 1, type));
    cases.push_back(fullyConnected(1, 640, 128, type));
    cases.push_back(fullyConnected(3, 37, 19, type));
    cases.push_back(fullyConnected(20, 16, 33, type));
  }
  cases.push_back(fullyConnected(3, 37, 19, "hybrid", true));
  for (const char *type : {"i8", "u8"}) // i8 filters, as ONNX has them
    cases.push_back(fullyConnected(3, 37, 19, type, true));
  for (bool isBefore : {false, true})
    cases.push_back(sumsLessZeroPoint(isBefore));
  cases.push_back(computedFilter("fully_connected", {3, 37}, {19, 37}, {3, 19}));
  cases.push_back(computedFilter("conv_2d", {1, 6, 5, 7}, {18, 3, 3, 7}, {1, 4, 3, 18}));
  for (const Upsampling &upsampling : kUpsamplings) {
    for (const char *type : {"f32", "i8", "u8"})
      cases.push_back(transposeConvolution(upsampling, type, false));
    cases.push_back(transposeConvolution(upsampling, "i8", true));
  }
  for (bool turnLhs : {false, true})
    for (bool turnRhs : {false, true}) {
      cases.push_back(batchMatmul(2, 5, 7, 9, turnLhs, turnRhs));
      cases.push_back(batchMatmul(1, 33, 20, 48, turnLhs, turnRhs));
      cases.push_back(batchMatmul(3, 1, 1, 1, turnLhs, turnRhs));
    }
}

} // namespace tandem::test
