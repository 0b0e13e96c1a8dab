// Ops along dimensions: reductions, softmax, normalizations, the best of a row.

#include "backends/cpu/test/random_ops.h"

#include <algorithm>
#include <cmath>

namespace tandem::test {
namespace {

std::string axisText(int64_t axis) {
  return "axis " + std::to_string(axis);
}

/// What is left of a shape when these of its dimensions are reduced.
Shape reducedShape(const Shape &shape, const std::vector<int64_t> &axes, bool keepsDims) {
  Shape out;
  for (size_t d = 0; d < shape.size(); ++d) {
    bool isReduced = std::find(axes.begin(), axes.end(), static_cast<int64_t>(d)) != axes.end();
    if (!isReduced || keepsDims)
      out.push_back(isReduced ? 1 : shape[d]);
  }
  return out;
}

/// A mean or sum of n codes of the whole range spreads as the root of n.
Element resultOfCodes(RandomModule &m, const std::string &op, const Element &in, int64_t count) {
  if (op != "mean" && op != "sum")
    return in;
  Element out = m.element(in.kind);
  float spread = std::sqrt(static_cast<float>(count));
  out.scale *= op == "sum" ? spread : 1.5f / spread;
  return out;
}

std::string reduction(RandomModule &m, const std::string &op, const std::string &type) {
  Shape shape = m.shape(1, 5);
  std::vector<int64_t> axes;
  while (axes.empty())
    for (size_t d = 0; d < shape.size(); ++d)
      if (m.once(2))
        axes.push_back(static_cast<int64_t>(d));
  bool keepsDims = m.once(2);
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= shape[static_cast<size_t>(axis)];
  Element element = m.element(type);
  std::string input = m.operand(shape, element);
  if (m.isBetweenProducts()) // so that little is left of no mean
    input = m.text.apply("relu", {input}, "", tensorText(shape, element));
  return m.finish(op, {input}, "axes " + listText(axes) + (keepsDims ? " keep_dims" : ""),
                  reducedShape(shape, axes, keepsDims), resultOfCodes(m, op, element, count));
}
std::string mean(RandomModule &m) {
  return reduction(m, "mean", m.type({"f32", "i8", "u8"}));
}
std::string sum(RandomModule &m) {
  return reduction(m, "sum", m.type({"f32", "f32", "i8", "u8", "i32", "i64"}));
}
std::string extreme(RandomModule &m) {
  return reduction(m, m.any({"reduce_max", "reduce_min"}), m.type({"f32", "i8", "u8", "i32"}));
}
std::string productOfElements(RandomModule &m) {
  return reduction(m, "reduce_prod", m.type({"f32", "f32", "i32", "i64"}));
}
std::string truth(RandomModule &m) {
  return reduction(m, m.any({"reduce_any", "reduce_all"}), "i1");
}

std::string argBest(RandomModule &m) {
  Shape shape = m.shape(1, 4);
  int64_t axis = m.axisOf(shape);
  bool keepsDims = shape.size() == 1 || m.once(2); // there is always a dimension left
  return m.finish(m.any({"arg_max", "arg_min"}),
                  {m.operand(shape, m.element(m.type({"f32", "i8", "u8", "i32"})))},
                  axisText(axis) + (keepsDims ? " keep_dims" : ""),
                  reducedShape(shape, {axis}, keepsDims), {m.any({"i32", "i64"})});
}

std::string topK(RandomModule &m) {
  Shape shape = m.shape(1, 4), out = shape;
  out.back() = m.number(1, shape.back());
  Element element = m.element(m.type({"f32", "i8", "u8", "i32", "i64"}));
  bool indices = m.once(2);
  return m.finish(indices ? "top_k_indices" : "top_k_values", {m.operand(shape, element)},
                  "k " + std::to_string(out.back()), out, indices ? Element{"i32"} : element);
}

std::string softmax(RandomModule &m) {
  std::string type = m.type({"f32", "f32", "i8", "u8"});
  Shape shape = m.shape(1, 4);
  return m.finish("softmax", {m.operand(shape, m.element(type))},
                  axisText(m.axisOf(shape)) + m.any({"", " beta 0.5", " beta 2.0"}), shape,
                  fixedResult("softmax", type));
}
std::string logSoftmax(RandomModule &m) {
  Shape shape = m.shape(1, 4);
  return m.finish("log_softmax", {m.operand(shape, {"f32"})}, axisText(m.axisOf(shape)), shape,
                  {"f32"});
}

std::string l2Normalization(RandomModule &m) {
  std::string type = m.type({"f32", "i8", "u8"});
  Shape shape = m.shape(1, 4);
  return m.finish("l2_normalization", {m.operand(shape, m.element(type))},
                  axisText(m.axisOf(shape)), shape, fixedResult("l2_normalization", type));
}

std::string localResponseNorm(RandomModule &m) {
  Shape shape = m.shape(1, 4);
  return m.finish("local_response_norm", {m.operand(shape, {"f32"})},
                  "radius " + std::to_string(m.number(0, 6)) + " bias 1.0 alpha 0.1 beta " +
                      m.any({"0.75", "0.5", "1.0"}),
                  shape, {"f32"});
}

} // namespace

void addRandomRows(std::vector<RandomOp> &ops) {
  ops.push_back({.name = "mean", .text = mean, .seeds = 20, .isIn16Bits = true});
  ops.push_back({.name = "sum", .text = sum, .seeds = 20});
  ops.push_back({.name = "reduce_max_or_min", .text = extreme, .seeds = 20});
  ops.push_back({.name = "reduce_prod", .text = productOfElements, .seeds = 12});
  ops.push_back({.name = "reduce_any_or_all", .text = truth});
  ops.push_back({.name = "arg_max_or_min", .text = argBest, .seeds = 16});
  ops.push_back({.name = "top_k", .text = topK, .seeds = 16});
  ops.push_back({.name = "softmax", .text = softmax, .seeds = 18});
  ops.push_back({.name = "log_softmax", .text = logSoftmax});
  ops.push_back({.name = "l2_normalization", .text = l2Normalization, .seeds = 16});
  ops.push_back({.name = "local_response_norm", .text = localResponseNorm});
}

} // namespace tandem::test
