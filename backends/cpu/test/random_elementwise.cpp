// Ops on one element at a time: of one tensor, of two and three that broadcast, and conversions.

#include "backends/cpu/test/random_ops.h"

namespace tandem::test {
namespace {

struct Typed {
  std::string op, type;
};
std::vector<Typed> typed(std::initializer_list<const char *> ops,
                         std::initializer_list<const char *> types) {
  std::vector<Typed> all;
  for (const char *op : ops)
    for (const char *type : types)
      all.push_back({op, type});
  return all;
}
std::vector<Typed> operator+(std::vector<Typed> a, const std::vector<Typed> &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const std::vector<Typed> kUnary =
    typed({"relu", "relu6", "relu_n1_to_1", "sigmoid", "tanh", "hard_swish", "hard_sigmoid",
           "leaky_relu", "elu", "gelu", "exp", "log", "sqrt", "rsqrt", "abs", "neg", "floor"},
          {"f32", "i8", "u8"}) +
    typed({"ceil", "round", "sin", "cos", "atan", "erf"}, {"f32"}) +
    typed({"abs", "neg"}, {"i32", "i64"});

const std::vector<Typed> kBinary =
    typed({"add", "sub", "mul", "maximum", "minimum"}, {"f32", "i8", "u8", "i32", "i64"}) +
    typed({"div", "floor_div", "floor_mod"}, {"f32", "i32", "i64"}) +
    typed({"pow", "squared_difference"}, {"f32"}) + typed({"prelu"}, {"f32", "i8", "u8"}) +
    typed({"bitwise_and", "bitwise_or", "bitwise_xor", "shift_left", "shift_right"},
          {"ui8", "i16", "i32", "i64"});

const std::vector<Typed> kComparisons =
    typed({"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"},
          {"f32", "i8", "u8", "i32", "i64"}) +
    typed({"equal", "not_equal", "logical_and", "logical_or"}, {"i1"});

/// From, and to.
const std::vector<Typed> kCasts =
    typed({"f32"}, {"i32", "i64", "ui8", "i1"}) + typed({"i32"}, {"f32", "i64", "ui8", "i1"}) +
    typed({"i64"}, {"f32", "i32"}) + typed({"ui8"}, {"f32", "i64"}) + typed({"i1"}, {"f32"});

bool isReal(const std::string &type) {
  return type == "f32";
}

std::string unary(RandomModule &m) {
  auto [op, type] = m.inTurn(kUnary);
  Shape shape = m.shape(0, 5);
  bool needsPositive = op == "log" || op == "sqrt" || op == "rsqrt";
  std::string input =
      isReal(type) && needsPositive ? m.positive(shape) : m.operand(shape, m.element(type));
  std::string attributes = op == "leaky_relu" ? "alpha 0.1" : op == "elu" ? "alpha 1.3" : "";
  bool isFixed = op == "sigmoid" || op == "tanh" || op == "exp";
  return m.finish(op, {input}, attributes, shape,
                  isFixed ? fixedResult(op, type) : m.element(type));
}

/// A shape that broadcasts to this one: some dimensions 1, the first ones left out.
Shape broadcasting(RandomModule &m, const Shape &to) {
  Shape shape = to;
  if (m.once(3))
    return shape;
  int64_t kind = m.number(0, 3);
  for (size_t d = 0; d < shape.size(); ++d)
    if (kind == 0 ? d + 1 != shape.size() : kind == 1 ? d + 1 == shape.size() : m.once(2))
      shape[d] = 1;
  while (!shape.empty() && shape.front() == 1 && m.once(2))
    shape.erase(shape.begin());
  return shape;
}
Shape broadcasted(const Shape &a, const Shape &b) {
  Shape out = a.size() < b.size() ? b : a;
  for (const Shape *shape : {&a, &b})
    for (size_t d = 0; d < shape->size(); ++d)
      if ((*shape)[d] != 1)
        out[out.size() - shape->size() + d] = (*shape)[d];
  return out;
}

/// Of codes what the result needs not to be clamped nearly everywhere.
Element resultOf(RandomModule &m, const std::string &op, const std::string &type) {
  Element out = m.element(type);
  out.scale = op == "mul" ? 0.09f : 0.06f;
  return out;
}

std::string binary(RandomModule &m) {
  auto [op, type] = m.inTurn(kBinary);
  Shape whole = m.shape(0, 5), lhs = whole, rhs = broadcasting(m, whole);
  bool isArithmetic = op == "add" || op == "sub" || op == "mul" || op == "div";
  bool isPrelu = op == "prelu", mayClamp = isArithmetic && type != "i64";
  if (m.once(3) && !isPrelu)
    lhs = broadcasting(m, whole);
  if (m.once(2) && !isPrelu)
    std::swap(lhs, rhs);
  std::string a = op == "pow" ? m.positive(lhs) : m.operand(lhs, m.element(type)), b;
  if (isReal(type) && op == "div")
    b = m.positive(rhs);
  else if (isPrelu || ((isReal(type) || type == "i8" || type == "u8") && m.once(3)))
    b = m.text.constant(rhs, m.element(type));
  else if (type == "i32" && op.starts_with("shift")) // mostly by less than there are bits
    b = m.text.apply("bitwise_and", {m.operand(rhs, {"i32"}), m.text.integers({}, {35})}, "",
                     tensorText(rhs, {"i32"}));
  else
    b = m.operand(rhs, m.element(type));
  Shape out = broadcasted(lhs, rhs);
  return m.finish(op, {a, b}, mayClamp && m.once(2) ? m.activation() : "", out,
                  resultOf(m, op, type));
}

/// What is stored in 16 bits between products.
std::string sumOrRelu(RandomModule &m) {
  Shape shape = m.shape(4, 4);
  std::string a = m.operand(shape, {"f32"});
  if (m.once(3))
    return m.finish(m.any({"relu", "relu6", "relu_n1_to_1"}), {a}, "", shape, {"f32"});
  Shape other = broadcasting(m, shape);
  if (m.once(3))
    return m.finish("prelu", {a, m.text.constant(other, {"f32"})}, "", shape, {"f32"});
  return m.finish("add", {a, m.operand(other, {"f32"})}, m.activation(), shape, {"f32"});
}

/// Half the time with the larger of both, so that many are equal.
std::string comparison(RandomModule &m) {
  auto [op, type] = m.inTurn(kComparisons);
  Shape whole = m.shape(0, 4), other = broadcasting(m, whole);
  Element element = m.element(type);
  std::vector<std::string> operands = {m.operand(whole, element),
                                       m.operand(other, m.element(type))};
  if (type != "i1" && m.once(2))
    operands[1] = m.text.apply("maximum", operands, "", tensorText(whole, element));
  if (m.once(2))
    std::swap(operands[0], operands[1]);
  return m.finish(op, operands, "", whole, {"i1"});
}

std::string logicalNot(RandomModule &m) {
  Shape shape = m.shape(0, 4);
  return m.finish("logical_not", {m.operand(shape, {"i1"})}, "", shape, {"i1"});
}

std::string select(RandomModule &m) {
  Shape whole = m.shape(1, 4);
  Element element = m.element(m.any({"f32", "i8", "u8", "i32", "i64", "i1"}));
  std::vector<Shape> shapes = {whole, broadcasting(m, whole), broadcasting(m, whole)};
  std::swap(shapes[0], shapes[static_cast<size_t>(m.number(0, 2))]);
  return m.finish(
      "select",
      {m.operand(shapes[0], {"i1"}), m.operand(shapes[1], element), m.operand(shapes[2], element)},
      "", whole, element);
}

std::string cast(RandomModule &m) {
  auto [from, to] = m.inTurn(kCasts);
  Shape shape = m.shape(0, 4);
  return m.finish("cast", {m.operand(shape, {from})}, "", shape, {to});
}

Element wideCodes(RandomModule &m, const std::string &type) {
  Element element = m.element(type);
  if (type[0] == 'q')
    element.scale = 0.0021f;
  return element;
}
std::string quantize(RandomModule &m) {
  std::string from = m.any({"f32", "f32", "i8", "u8"});
  std::string to = from == "f32" ? m.any({"i8", "u8", "q16", "q32"}) : m.any({"i8", "u8"});
  Shape shape = m.shape(0, 4);
  return m.finish("quantize", {m.operand(shape, m.element(from))}, "", shape, wideCodes(m, to));
}
std::string dequantize(RandomModule &m) {
  Shape shape = m.shape(0, 4);
  std::string type = m.any({"i8", "u8", "q16", "q32"});
  return m.finish("dequantize", {m.operand(shape, wideCodes(m, type))}, "", shape, {"f32"});
}

std::string batchNorm(RandomModule &m) {
  Shape shape = m.shape(1, 4), parameters = {shape.back()};
  std::vector<std::string> operands = {m.operand(shape, {"f32"})};
  bool areConstant = m.once(2);
  for (int i = 0; i < 3; ++i)
    operands.push_back(areConstant ? m.text.constant(parameters, {"f32"})
                                   : m.text.argument(parameters, {"f32"}));
  operands.push_back(m.positive(parameters));
  return m.finish("batch_norm", operands, "epsilon 0.001", shape, {"f32"});
}

} // namespace

void addRandomElementwise(std::vector<RandomOp> &ops) {
  auto once = [](const std::vector<Typed> &each, uint32_t times) {
    return static_cast<uint32_t>(each.size()) * times;
  };
  ops.push_back({.name = "unary", .text = unary, .seeds = once(kUnary, 1)});
  ops.push_back({.name = "binary", .text = binary, .seeds = once(kBinary, 2)});
  ops.push_back({.name = "sum_or_relu", .text = sumOrRelu, .seeds = 16, .isIn16Bits = true});
  ops.push_back({.name = "comparison", .text = comparison, .seeds = once(kComparisons, 2)});
  ops.push_back({.name = "logical_not", .text = logicalNot, .seeds = 4});
  ops.push_back({.name = "select", .text = select, .seeds = 20});
  ops.push_back({.name = "cast", .text = cast, .seeds = once(kCasts, 1)});
  ops.push_back({.name = "quantize", .text = quantize, .seeds = 16});
  ops.push_back({.name = "dequantize", .text = dequantize});
  ops.push_back({.name = "batch_norm", .text = batchNorm});
}

} // namespace tandem::test
