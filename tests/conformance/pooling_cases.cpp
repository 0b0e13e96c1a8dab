#include "tests/conformance/text.h"

namespace tandem::test {
namespace {

struct Pool {
  int64_t size, channels, window, stride, padLow, padHigh;
  std::string activation = "none";
};
const std::vector<Pool> kPools = {
    {8, 16, 2, 2, 0, 0}, {7, 19, 3, 2, 0, 1}, {7, 5, 7, 7, 0, 0},
    {9, 33, 3, 1, 1, 1}, {1, 8, 1, 1, 0, 0},  {12, 64, 3, 2, 1, 1, "relu6"},
};

OpCase pool(const std::string &op, const Pool &p, const std::string &type,
            const std::string &extra) {
  ModuleText text;
  auto pair = [](int64_t value) {
    return " [" + std::to_string(value) + ", " + std::to_string(value) + "]";
  };
  int64_t out = (p.size + p.padLow + p.padHigh - p.window) / p.stride + 1;
  std::string input = text.argument({1, p.size, p.size, p.channels}, elementOf(type));
  std::string attributes = "window" + pair(p.window) + " stride" + pair(p.stride) + " pad_low" +
                           pair(p.padLow) + " pad_high" + pair(p.padHigh) + extra + " activation " +
                           p.activation;
  return {op, type,
          std::to_string(p.size) + "_c" + std::to_string(p.channels) + "_w" +
              std::to_string(p.window) + "_s" + std::to_string(p.stride) +
              (extra.empty() ? "" : "_pad_counted"),
          text.finish(text.apply(op, {input}, attributes,
                                 tensorText({1, out, out, p.channels}, elementOf(type))))};
}

OpCase reduction(const std::string &op, const std::string &type, const std::string &axes,
                 bool keepDims, const Shape &out, const std::string &variant) {
  ModuleText text;
  std::string input = text.argument({1, 6, 5, 19}, elementOf(type, 0.05f, 3));
  bool rescales = op == "mean" || op == "sum";
  Element result = rescales ? elementOf(type, op == "sum" ? 0.3f : 0.04f, -2) : elementOf(type);
  return {
      op, type, variant,
      text.finish(text.apply(op, {input}, "axes [" + axes + "]" + (keepDims ? " keep_dims" : ""),
                             tensorText(out, result)))};
}

/// Of a number of elements that is a power of two: the multiplier of the mean is as long as any, so
/// accelerators can have it.
OpCase roundMean(const std::string &type, const Shape &shape, const std::string &axes,
                 const Shape &out) {
  ModuleText text;
  std::string input = text.argument(shape, elementOf(type, 0.05f, 3));
  return {"mean", type, "rescaled_rank" + std::to_string(shape.size()),
          text.finish(text.apply("mean", {input}, "axes [" + axes + "]",
                                 tensorText(out, elementOf(type, 0.031f, -2))))};
}

/// i8 and u8 have many equal elements: the first one counts. The dimension is kept when the result
/// has as many.
OpCase argMax(const std::string &type, const Shape &shape, int axis, const Shape &out,
              const std::string &result) {
  ModuleText text;
  std::string input = text.argument(shape, elementOf(type)), name = result + "_rank";
  std::string kept = out.size() == shape.size() ? " keep_dims" : "";
  name += std::to_string(shape.size()) + "_" + std::to_string(shape[axis]);
  return {"arg_max", type, name + (kept.empty() ? "" : "_kept"),
          text.finish(text.apply("arg_max", {input}, "axis " + std::to_string(axis) + kept,
                                 tensorText(out, {result})))};
}

} // namespace

void addPoolingCases(std::vector<OpCase> &cases) {
  for (const Pool &p : kPools) {
    for (const char *type : {"f32", "i8", "u8"}) {
      cases.push_back(pool("max_pool_2d", p, type, ""));
      cases.push_back(pool("average_pool_2d", p, type, ""));
    }
    if (p.padHigh)
      for (const char *type : {"f32", "i8", "u8"})
        cases.push_back(pool("average_pool_2d", p, type, " count_include_pad"));
  }
  for (const std::string op : {"mean", "sum", "reduce_max", "reduce_min"}) {
    for (const std::string type : {"f32", "i8", "u8"}) {
      cases.push_back(reduction(op, type, "1, 2", true, {1, 1, 1, 19}, "spatial_kept"));
      cases.push_back(reduction(op, type, "1, 2", false, {1, 19}, "spatial"));
      cases.push_back(reduction(op, type, "3", false, {1, 6, 5}, "channels"));
    }
  }
  for (const std::string type : {"i8", "u8"}) {
    cases.push_back(roundMean(type, {2, 4, 8, 19}, "1, 2", {2, 19}));
    cases.push_back(roundMean(type, {3, 8, 7}, "1", {3, 7}));
  }
  for (const std::string type : {"f32", "i8", "u8"}) {
    cases.push_back(argMax(type, {3, 17}, 1, {3}, "i32"));
    cases.push_back(argMax(type, {2, 9, 4, 5}, 1, {2, 4, 5}, "i64"));
    cases.push_back(argMax(type, {1, 1}, 1, {1}, "i32"));
    cases.push_back(argMax(type, {3, 17}, 1, {3, 1}, "i32"));
    cases.push_back(argMax(type, {9}, 0, {1}, "i32"));
  }
  cases.push_back(argMax("i32", {4, 300}, 1, {4}, "i32"));
}

} // namespace tandem::test
