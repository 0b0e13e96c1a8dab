#include "tests/conformance/text.h"

namespace tandem::test {
namespace {

OpCase selected(const std::string &type, const Shape &condition, const Shape &onTrue,
                const Shape &onFalse, const Shape &out, const std::string &variant) {
  ModuleText text;
  std::string c = text.argument(condition, {"i1"});
  std::string a = text.argument(onTrue, elementOf(type));
  std::string b = text.argument(onFalse, elementOf(type));
  return {"select", type, variant,
          text.finish(text.apply("select", {c, a, b}, "", tensorText(out, elementOf(type))))};
}

/// The indices are constant, or arrive as any i32: those outside are taken as the nearest.
OpCase gathered(const std::string &type, const Shape &from, const std::string &axis,
                const Shape &indices, const std::vector<int32_t> &values, const Shape &out,
                const std::string &variant) {
  ModuleText text;
  std::string x = text.argument(from, elementOf(type));
  std::string i = values.empty() ? text.argument(indices, {"i32"}) : text.integers(indices, values);
  return {
      "gather", type, variant,
      text.finish(text.apply("gather", {x, i}, "axis " + axis, tensorText(out, elementOf(type))))};
}

/// Rows of constant indices, some of which are outside and some met twice.
OpCase scattered(const std::string &type, const std::string &reduction, const Shape &into,
                 const Shape &indices, const std::vector<int32_t> &values, const Shape &updates,
                 const std::string &variant) {
  ModuleText text;
  Element element = elementOf(type);
  std::string x = text.argument(into, element), i = text.integers(indices, values);
  std::string u = text.argument(updates, element);
  std::string attributes = reduction == "none" ? "" : "reduction " + reduction;
  return {"scatter", type, reduction + "_" + variant,
          text.finish(text.apply("scatter", {x, i, u}, attributes, tensorText(into, element)))};
}

void addScatterCases(std::vector<OpCase> &cases) {
  for (const std::string type : {"f32", "i32", "i8", "u8", "i1"})
    for (const std::string reduction : {"none", "add", "mul", "min", "max"}) {
      if (reduction != "none" && type != "f32" && type != "i32")
        continue;
      cases.push_back(scattered(type, reduction, {9, 37}, {4, 1}, {8, 0, 9, 8}, {4, 37}, "rows"));
      cases.push_back(scattered(type, reduction, {3, 5}, {2, 2, 2}, {2, 4, 0, -1, 1, 1, 1, 1},
                                {2, 2}, "places"));
    }
}

OpCase top(const std::string &op, const std::string &type, const Shape &from, int64_t k) {
  ModuleText text;
  std::string x = text.argument(from, elementOf(type));
  Shape out = from;
  out.back() = k;
  Element result = op == "top_k_indices" ? Element{"i32"} : elementOf(type);
  return {op, type, "rank" + std::to_string(from.size()) + "_k" + std::to_string(k),
          text.finish(text.apply(op, {x}, "k " + std::to_string(k), tensorText(out, result)))};
}

OpCase normalized(const std::string &op, const std::string &type, const Shape &shape,
                  const std::string &attributes, const std::string &variant) {
  ModuleText text;
  std::string x = text.argument(shape, elementOf(type));
  return {op, type, variant,
          text.finish(text.apply(op, {x}, attributes, tensorText(shape, fixedResult(op, type))))};
}

} // namespace

void addSelectionCases(std::vector<OpCase> &cases) {
  addScatterCases(cases);
  const Shape image = {1, 5, 7, 19};
  for (const std::string type : {"f32", "i32", "i8", "u8"}) {
    cases.push_back(selected(type, image, image, image, image, "same"));
    cases.push_back(selected(type, {7, 1}, {19}, image, image, "broadcast"));
    cases.push_back(gathered(type, {3, 17, 5}, "1", {4}, {16, 0, 3, 3}, {3, 4, 5}, "rows"));
    cases.push_back(gathered(type, {11}, "0", {2, 3}, {}, {2, 3}, "anywhere"));
    for (const std::string op : {"top_k_values", "top_k_indices"}) {
      cases.push_back(top(op, type, {3, 300}, 7)); // of 300 codes some are equal
      cases.push_back(top(op, type, {13}, 13));
    }
  }
  for (const std::string type : {"f32", "i8", "u8"}) {
    cases.push_back(normalized("l2_normalization", type, {3, 33}, "axis 1", "rows"));
    cases.push_back(normalized("l2_normalization", type, {1, 5, 7, 19}, "axis 2", "middle_axis"));
  }
  cases.push_back(normalized("local_response_norm", "f32", {1, 3, 3, 19},
                             "radius 2 bias 1.0 alpha 0.1 beta 0.75", "radius_2"));
}

} // namespace tandem::test
