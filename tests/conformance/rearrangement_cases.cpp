#include "tests/conformance/text.h"

namespace tandem::test {
namespace {

OpCase reduced(const std::string &op, const std::string &type, const std::string &attributes,
               const Shape &out, const Element &result, const std::string &variant) {
  ModuleText text;
  std::string input = text.argument({4, 6, 5}, elementOf(type == "bool" ? "i1" : type));
  return {op, type, variant,
          text.finish(text.apply(op, {input}, attributes, tensorText(out, result)))};
}

OpCase divided(const std::string &op, const std::string &type, const std::vector<int32_t> &by) {
  ModuleText text;
  const Shape shape = {6, static_cast<int64_t>(by.size())};
  std::string a = text.argument(shape, {type});
  std::string b = type == "i32" ? text.integers({shape[1]}, by) : text.argument(shape, {type});
  return {op, type, type == "i32" ? "by_constants" : "same",
          text.finish(text.apply(op, {a, b}, "", tensorText(shape, {type})))};
}

void addReductions(std::vector<OpCase> &cases) {
  const Element i32 = {"i32"}, f32 = {"f32"}, truth = {"i1"};
  cases.push_back(reduced("reduce_prod", "f32", "axes [0]", {6, 5}, f32, "first"));
  cases.push_back(reduced("reduce_prod", "i32", "axes [1, 2] keep_dims", {4, 1, 1}, i32, "last"));
  cases.push_back(reduced("sum", "i32", "axes [1]", {4, 5}, i32, "middle"));
  for (const std::string op : {"reduce_any", "reduce_all"}) {
    cases.push_back(reduced(op, "bool", "axes [2]", {4, 6}, truth, "last"));
    cases.push_back(reduced(op, "bool", "axes [0, 1] keep_dims", {1, 1, 5}, truth, "kept"));
  }
  for (const std::string type : {"f32", "i32", "i8", "u8"}) {
    cases.push_back(reduced("arg_min", type, "axis 1", {4, 5}, i32, "middle"));
    cases.push_back(reduced("arg_min", type, "axis 2 keep_dims", {4, 6, 1}, i32, "kept"));
    if (type != "f32")
      cases.push_back(reduced("arg_max", type, "axis 1", {4, 5}, i32, "middle"));
  }
}

} // namespace

void addRearrangementCases(std::vector<OpCase> &cases) {
  for (const std::string type : {"f32", "i32", "i8", "u8"}) {
    cases.push_back(moved("tile", type, {1, 3, 5}, {2, 9, 10}, "multiples [2, 3, 2]", "all"));
    cases.push_back(moved("mirror_pad", type, {1, 4, 5, 3}, {1, 7, 9, 5},
                          "low [0, 3, 1, 2] high [0, 0, 3, 0]", "reflect"));
    cases.push_back(moved("mirror_pad", type, {4, 5}, {8, 11}, "low [4, 1] high [0, 5] symmetric",
                          "symmetric"));
    cases.push_back(moved("space_to_batch", type, {2, 4, 6, 3}, {8, 2, 3, 3}, "block [2, 2]", "2"));
    cases.push_back(moved("space_to_batch", type, {1, 5, 4, 2}, {6, 4, 2, 2},
                          "block [2, 3] pad_low [2, 1] pad_high [1, 1]", "padded"));
    cases.push_back(moved("batch_to_space", type, {8, 2, 3, 3}, {2, 4, 6, 3}, "block [2, 2]", "2"));
    cases.push_back(moved("batch_to_space", type, {6, 4, 2, 2}, {1, 5, 4, 2},
                          "block [2, 3] crop_low [2, 1] crop_high [1, 1]", "cropped"));
  }
  addReductions(cases);
  for (const std::string op : {"div", "floor_div", "floor_mod"})
    cases.push_back(divided(op, "i32", {1, -1, 2, -3, 1000003, 0, -2147483647 - 1}));
  for (const std::string op : {"floor_div", "floor_mod"})
    cases.push_back(divided(op, "f32", {0, 0, 0, 0, 0}));
  for (const std::string op : {"ceil", "round", "sin", "cos", "atan", "erf"})
    cases.push_back(moved(op, "f32", {3, 41}, {3, 41}, "", "rows"));
  for (const std::string op :
       {"bitwise_and", "bitwise_or", "bitwise_xor", "shift_left", "shift_right"})
    for (const std::string type : {"ui8", "i16", "i32", "i64"}) {
      ModuleText text;
      std::string a = text.argument({3, 41}, {type}), b = text.argument({41}, {type});
      cases.push_back(
          {op, type, "rows", text.finish(text.apply(op, {a, b}, "", tensorText({3, 41}, {type})))});
    }
  for (const std::string op : {"abs", "neg"})
    cases.push_back(moved(op, "i32", {3, 41}, {3, 41}, "", "rows"));
  for (const std::string op : {"add", "sub", "mul", "maximum", "minimum"}) {
    ModuleText text;
    std::string a = text.argument({3, 41}, {"i32"}), b = text.argument({41}, {"i32"});
    cases.push_back(
        {op, "i32", "rows", text.finish(text.apply(op, {a, b}, "", tensorText({3, 41}, {"i32"})))});
  }
  cases.push_back(moved("l2_pool_2d", "f32", {1, 7, 9, 5}, {1, 4, 3, 5},
                        "window [3, 2] stride [2, 3] pad_low [1, 0] pad_high [1, 0]", "7x9"));
}

} // namespace tandem::test
