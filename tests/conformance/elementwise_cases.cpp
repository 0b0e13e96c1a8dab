#include "tests/conformance/text.h"

namespace tandem::test {
namespace {

OpCase binary(const std::string &op, const std::string &type, const Shape &lhs, const Shape &rhs,
              const Shape &out, const std::string &variant, const std::string &attributes = "",
              bool constantRhs = false) {
  ModuleText text;
  std::string a = text.argument(lhs, elementOf(type, 0.031f, 4));
  Element second = elementOf(type, 0.017f, -7);
  std::string b = constantRhs ? text.constant(rhs, second) : text.argument(rhs, second);
  float scale = op == "mul" || op == "squared_difference" ? 0.09f : 0.043f;
  return {
      op, type, variant,
      text.finish(text.apply(op, {a, b}, attributes, tensorText(out, elementOf(type, scale, 2))))};
}

OpCase unary(const std::string &op, const std::string &type, const Shape &shape,
             const Element &result, const std::string &variant,
             const std::string &attributes = "") {
  ModuleText text;
  std::string input = text.argument(shape, elementOf(type, 0.06f, 9));
  return {op, type, variant,
          text.finish(text.apply(op, {input}, attributes, tensorText(shape, result)))};
}

void addBinary(std::vector<OpCase> &cases) {
  const Shape image = {1, 5, 7, 19}, channel = {19}, row = {1, 1, 1, 19}, one = {1};
  for (const std::string op :
       {"add", "sub", "mul", "div", "maximum", "minimum", "pow", "squared_difference"}) {
    std::vector<std::string> types = {"f32"};
    if (op == "add" || op == "sub" || op == "mul" || op == "maximum" || op == "minimum")
      types = {"f32", "i8", "u8"};
    for (const std::string &type : types) {
      cases.push_back(binary(op, type, image, image, image, "same"));
      cases.push_back(binary(op, type, image, channel, image, "channel"));
      cases.push_back(binary(op, type, image, row, image, "row_constant", "", true));
      cases.push_back(binary(op, type, image, one, image, "scalar"));
      cases.push_back(binary(op, type, {1, 5, 7, 1}, image, image, "pixels"));
    }
  }
  for (const std::string op : {"add", "mul"})
    for (const std::string type : {"f32", "i8", "u8"})
      cases.push_back(binary(op, type, image, image, image, "relu6", "activation relu6"));
  // Of one scale, which TFLite demands of these two.
  for (const std::string op : {"maximum", "minimum"})
    for (const std::string type : {"i8", "u8"}) {
      ModuleText text;
      Element element = elementOf(type);
      std::string a = text.argument(image, element), b = text.argument(image, element);
      cases.push_back({op, type, "same_scale",
                       text.finish(text.apply(op, {a, b}, "", tensorText(image, element)))});
    }
  for (const std::string op : {"add", "sub", "mul", "maximum", "minimum"})
    for (const char *type : {"i32", "i64"})
      cases.push_back(binary(op, type, image, channel, image, "channel"));
  for (const std::string op : {"add", "sub", "mul"})
    cases.push_back(binary(op, "i32", image, one, image, "relu6", "activation relu6"));
  for (const std::string type : {"f32", "i8", "u8"}) {
    cases.push_back(binary("prelu", type, image, {1, 1, 19}, image, "channel", "", true));
    cases.push_back(binary("prelu", type, {1, 12}, {12}, {1, 12}, "vector", "", true));
  }
}

void addUnary(std::vector<OpCase> &cases) {
  const Shape image = {1, 5, 7, 19};
  for (const std::string op :
       {"relu", "relu6", "relu_n1_to_1", "sigmoid", "tanh", "hard_swish", "hard_sigmoid",
        "leaky_relu", "elu", "gelu", "exp", "log", "sqrt", "rsqrt", "abs", "neg", "floor"})
    for (const std::string type : {"f32", "i8", "u8"}) {
      std::string attributes = op == "leaky_relu" ? "alpha 0.1" : op == "elu" ? "alpha 1.3" : "";
      Element result = fixedResult(op, type);
      cases.push_back(unary(op, type, image, result, "image", attributes));
      cases.push_back(unary(op, type, {1, 3}, result, "short", attributes));
    }
  for (const std::string type : {"f32", "i8", "u8"}) {
    Element result = fixedResult("softmax", type);
    cases.push_back(unary("softmax", type, {1, 1001}, result, "classes", "axis 1"));
    cases.push_back(unary("softmax", type, {2, 7}, result, "rows_beta", "axis 1 beta 0.5"));
    cases.push_back(unary("softmax", type, {1, 1}, result, "one", "axis 1"));
    cases.push_back(unary("softmax", type, {1, 5000}, result, "flat", "axis 1 beta 0.001"));
    cases.push_back(unary("softmax", type, {1, 4, 5, 6}, result, "middle_axis", "axis 2"));
  }
  cases.push_back(unary("log_softmax", "f32", {2, 13}, {"f32"}, "rows", "axis 1"));
}

void addConversions(std::vector<OpCase> &cases) {
  const Shape image = {1, 3, 5, 7};
  for (const std::string type : {"i8", "u8"}) {
    ModuleText to;
    cases.push_back({"quantize", type, "from_f32",
                     to.finish(to.apply("quantize", {to.argument(image, {"f32"})}, "",
                                        tensorText(image, elementOf(type, 0.013f, -3))))});
    ModuleText from;
    cases.push_back({"dequantize", type, "to_f32",
                     from.finish(from.apply("dequantize", {from.argument(image, elementOf(type))},
                                            "", tensorText(image, {"f32"})))});
    for (const std::string other : {"i8", "u8"}) {
      ModuleText text;
      cases.push_back({"quantize", type, "from_" + other,
                       text.finish(text.apply("quantize", {text.argument(image, elementOf(other))},
                                              "", tensorText(image, elementOf(type, 0.08f, 11))))});
    }
  }
  ModuleText same; // what PTQ models do at their border: u8 to i8 of one scale
  cases.push_back({"quantize", "i8", "shift_by_128",
                   same.finish(same.apply("quantize", {same.argument(image, {"u8", 0.05f, 128})},
                                          "", tensorText(image, {"i8", 0.05f, 0})))});
  for (const std::string type : {"q16", "q32"}) {
    Element codes = {type, 0.0021f, type == "q16" ? -700 : 123456};
    ModuleText to, from;
    cases.push_back({"quantize", type, "from_f32",
                     to.finish(to.apply("quantize", {to.argument(image, {"f32"})}, "",
                                        tensorText(image, codes)))});
    cases.push_back({"dequantize", type, "to_f32",
                     from.finish(from.apply("dequantize", {from.argument(image, codes)}, "",
                                            tensorText(image, {"f32"})))});
  }
  ModuleText symmetric; // as the NPU takes it
  Element codes16 = {"q16", 0.0021f, 0};
  std::string codes = symmetric.apply("quantize", {symmetric.argument(image, {"f32"})}, "",
                                      tensorText(image, codes16));
  cases.push_back(
      {"quantize", "q16", "symmetric_and_back",
       symmetric.finish(symmetric.apply("dequantize", {codes}, "", tensorText(image, {"f32"})))});
  for (int axis : {0, 3}) {
    ModuleText text;
    std::string codes = text.argument({5, 3, 2, 7}, elementOf("i8"), axis);
    cases.push_back(
        {"dequantize", "i8", "perchannel_" + std::to_string(axis),
         text.finish(text.apply("dequantize", {codes}, "", tensorText({5, 3, 2, 7}, {"f32"})))});
  }
}

OpCase cast(const std::string &from, const std::string &to) {
  const Shape image = {1, 3, 5, 7};
  ModuleText text;
  std::string x = text.argument(image, {from});
  return {"cast", from, "to_" + to,
          text.finish(text.apply("cast", {x}, "", tensorText(image, {to})))};
}

/// What is rounded in between stays so, whether or not it is stored.
OpCase castThroughHalf(const std::string &from, const std::string &half) {
  const Shape image = {1, 3, 5, 7};
  ModuleText text;
  std::string narrow =
      text.apply("cast", {text.argument(image, {from})}, "", tensorText(image, {half}));
  return {"cast", from, half + (from == "f32" ? "_and_back" : "_to_f32"),
          text.finish(text.apply("cast", {narrow}, "", tensorText(image, {"f32"})))};
}

void addCasts(std::vector<OpCase> &cases) {
  for (const char *to : {"i32", "i64", "ui8", "i1"}) {
    cases.push_back(cast("f32", to));
    cases.push_back(cast(to, "f32"));
  }
  cases.push_back(cast("i64", "i32"));
  cases.push_back(cast("i32", "i64"));
  cases.push_back(cast("i32", "ui8"));
  cases.push_back(cast("ui8", "i64"));
  cases.push_back(cast("i32", "i1"));
  for (const char *half : {"f16", "bf16"})
    for (const char *from : {"f32", "i16", "i32", "i64"}) // of i32 most are infinite in f16
      cases.push_back(castThroughHalf(from, half));
}

void addBatchNorm(std::vector<OpCase> &cases) {
  ModuleText text;
  std::string x = text.argument({1, 4, 4, 17}, {"f32"});
  std::string scale = text.constant({17}, {"f32"}), offset = text.constant({17}, {"f32"});
  std::string mean = text.constant({17}, {"f32"});
  // variance: the square of random numbers, by an op that folding leaves alone or not
  std::string root = text.constant({17}, {"f32"});
  std::string variance = text.apply("mul", {root, root}, "", tensorText({17}, {"f32"}));
  cases.push_back({"batch_norm", "f32", "image",
                   text.finish(text.apply("batch_norm", {x, scale, offset, mean, variance},
                                          "epsilon 0.001", tensorText({1, 4, 4, 17}, {"f32"})))});
  ModuleText run;
  std::vector<std::string> operands = {run.argument({2, 3, 5}, {"f32"})};
  for (int i = 0; i < 3; ++i)
    operands.push_back(run.argument({5}, {"f32"}));
  std::string deviation = run.argument({5}, {"f32"});
  operands.push_back(run.apply("mul", {deviation, deviation}, "", tensorText({5}, {"f32"})));
  cases.push_back({"batch_norm", "f32", "parameters_at_run_time",
                   run.finish(run.apply("batch_norm", operands, "epsilon 0.001",
                                        tensorText({2, 3, 5}, {"f32"})))});
}

} // namespace

void addElementwiseCases(std::vector<OpCase> &cases) {
  addBinary(cases);
  addUnary(cases);
  addConversions(cases);
  addCasts(cases);
  addBatchNorm(cases);
}

} // namespace tandem::test
