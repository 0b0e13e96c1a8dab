#include "tests/conformance/text.h"

namespace tandem::test {
namespace {

OpCase concat(const std::string &type, int64_t axis, bool rescale) {
  ModuleText text;
  Shape first = {1, 3, 4, 5}, second = first, out = first;
  second[static_cast<size_t>(axis)] = 7;
  out[static_cast<size_t>(axis)] += 7;
  Element result = elementOf(type);
  Element other = rescale ? elementOf(type, 0.021f, -9) : result;
  std::string a = text.argument(first, result), b = text.argument(second, other);
  return {"concat", type, "axis" + std::to_string(axis) + (rescale ? "_rescaled" : ""),
          text.finish(text.apply("concat", {a, b}, "axis " + std::to_string(axis),
                                 tensorText(out, result)))};
}

} // namespace

void addDataMovementCases(std::vector<OpCase> &cases) {
  for (const std::string type : {"f32", "i8", "u8"}) {
    for (int64_t axis : {1, 2, 3})
      cases.push_back(concat(type, axis, false));
    if (type != "f32")
      for (int64_t axis : {1, 3})
        cases.push_back(concat(type, axis, true));
    cases.push_back(moved("reshape", type, {1, 4, 3, 5}, {1, 60}, "shape [1, 60]", "flatten"));
    cases.push_back(moved("transpose", type, {1, 3, 6, 5}, {1, 6, 5, 3}, "permutation [0, 2, 3, 1]",
                          "nchw_to_nhwc"));
    cases.push_back(
        moved("transpose", type, {4, 5, 6}, {6, 5, 4}, "permutation [2, 1, 0]", "reversed"));
    cases.push_back(moved("pad", type, {1, 4, 5, 3}, {1, 7, 6, 5},
                          "low [0, 1, 0, 2] high [0, 2, 1, 0]", "zero"));
    cases.push_back(moved("slice", type, {1, 8, 9, 10}, {1, 3, 4, 5},
                          "begin [0, 1, 0, 2] size [1, 3, 4, 5] strides [1, 2, 2, 1]", "strided"));
    cases.push_back(moved("space_to_depth", type, {1, 4, 6, 3}, {1, 2, 3, 12}, "block 2", "2"));
    cases.push_back(moved("depth_to_space", type, {1, 2, 3, 12}, {1, 4, 6, 3}, "block 2", "2"));
    for (const std::string op : {"resize_bilinear", "resize_nearest"}) {
      cases.push_back(moved(op, type, {1, 4, 5, 7}, {1, 9, 8, 7}, "size [9, 8]", "plain"));
      cases.push_back(moved(op, type, {1, 8, 8, 3}, {1, 4, 4, 3}, "size [4, 4] half_pixel_centers",
                            "half_pixel"));
      cases.push_back(moved(op, type, {1, 3, 3, 5}, {1, 7, 5, 5}, "size [7, 5] align_corners",
                            "align_corners"));
      cases.push_back(moved(op, type, {2, 3, 2, 4}, {2, 11, 7, 4},
                            "size [11, 7] half_pixel_centers", "half_pixel_up"));
      cases.push_back(moved(op, type, {1, 1, 3, 2}, {1, 4, 1, 2}, "size [4, 1] align_corners",
                            "align_corners_of_one"));
    }
  }
  cases.push_back(moved("pad", "f32", {1, 2, 2, 1}, {1, 3, 3, 1},
                        "low [0, 1, 1, 0] high [0, 0, 0, 0] value -2.5", "minus_2_5"));
}

std::vector<OpCase> allCases() {
  std::vector<OpCase> cases;
  addConvolutionCases(cases);
  addElementwiseCases(cases);
  addPoolingCases(cases);
  addDataMovementCases(cases);
  addComparisonCases(cases);
  addSelectionCases(cases);
  addRearrangementCases(cases);
  return cases;
}

} // namespace tandem::test
