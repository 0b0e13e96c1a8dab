// Operators that few networks have, and numpy's beyond arithmetic: the shape of each result, and
// what is refused. What they compute is compared with MXNet by tests/models/check_mxnet.py.
#include "compiler/importers/mxnet/test/import_symbol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::mxnet::test {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char *op, *attributes;
  std::vector<Shape> inputs;
  const char *result; ///< "1x2xf32"
};
void PrintTo(const Case &each, std::ostream *out) {
  *out << each.op << " " << each.attributes;
}
class RareOps : public ::testing::TestWithParam<Case> {};

TEST_P(RareOps, HaveTheShapeThatMxnetGives) {
  const Case &each = GetParam();
  EXPECT_THAT(importNode(each.op, each.attributes, each.inputs),
              HasSubstr("-> (tensor<" + std::string(each.result) + "> {graph.name = "));
}

INSTANTIATE_TEST_SUITE_P(
    MxnetOps, RareOps,
    ::testing::Values(
        Case{"diag", R"j({"k": "-1"})j", {{4}}, "5x5xf32"},
        Case{"diag", R"j({"k": "1", "axis1": "2", "axis2": "0"})j", {{3, 2, 4}}, "2x2xf32"},
        Case{"_np_diagflat", R"j({"k": "2"})j", {{2, 2}}, "6x6xf32"},
        Case{"_np_trace", R"j({"offset": "1"})j", {{3, 4, 2}}, "2xf32"},
        Case{"im2col", R"j({"kernel": "(2, 3)", "pad": "(1, 0)"})j", {{1, 2, 4, 5}}, "1x12x15xf32"},
        Case{"col2im",
             R"j({"kernel": "(2, 3)", "pad": "(1, 0)", "output_size": "(4, 5)"})j",
             {{1, 12, 15}},
             "1x2x4x5xf32"},
        Case{"_contrib_index_array", R"j({"axes": "(1,)"})j", {{2, 3}}, "2x3x1xi64"},
        Case{"_ravel_multi_index", R"j({"shape": "(4, 7)"})j", {{2, 5}}, "5xf32"},
        Case{"_unravel_index", R"j({"shape": "(-1, 7)"})j", {{5}}, "2x5xf32"},
        Case{"choose_element_0index", "{}", {{2, 3}, {2}}, "2xf32"},
        Case{"nansum", R"j({"axis": "1"})j", {{2, 3}}, "2xf32"},
        Case{"_npi_isnan", "{}", {{2, 3}}, "2x3xi1"},
        Case{"_npi_arctan2_scalar", R"j({"scalar": "0.5"})j", {{2, 3}}, "2x3xf32"},
        Case{"_np_atleast_3d", "{}", {{4}}, "1x4x1xf32"},
        Case{"_npi_column_stack", "{}", {{4}, {4, 2}}, "4x3xf32"},
        Case{"_npi_diff", R"j({"n": "2", "axis": "0"})j", {{5, 2}}, "3x2xf32"},
        Case{"_npi_ediff1d", R"j({"to_begin_scalar": "1"})j", {{2, 3}}, "6xf32"},
        Case{"_npi_rot90", R"j({"k": "3"})j", {{2, 3, 4}}, "3x2x4xf32"},
        Case{"_npi_polyval", "{}", {{3}, {2, 2}}, "2x2xf32"},
        Case{"_npi_average", R"j({"axis": "(1,)"})j", {{2, 3}, {3}}, "2xf32"},
        Case{"_npi_full_like", R"j({"fill_value": "2", "dtype": "int32"})j", {{2, 3}}, "2x3xi32"}),
    [](const auto &info) {
      std::string name = std::string(info.param.op) + "_" + std::to_string(info.index);
      name.erase(0, name.find_first_not_of('_'));
      return name;
    });

TEST(MxnetWindows, AreKnownNumbers) {
  EXPECT_THAT(importNode("_npi_hanning", R"j({"M": "3"})j", {}),
              HasSubstr("[0.000000e+00, 1.000000e+00, 0.000000e+00]"));
  EXPECT_THAT(importNode("_eye", R"j({"N": "2", "k": "1"})j", {}),
              HasSubstr("[[0.000000e+00, 1.000000e+00], [0.000000e+00, 0.000000e+00]]"));
  EXPECT_THAT(importNode("_npi_linspace", R"j({"start": "0", "stop": "3", "num": "3",
                                               "endpoint": "False"})j",
                         {}),
              HasSubstr("[0.000000e+00, 1.000000e+00, 2.000000e+00]"));
}

TEST(MxnetRareOps, SayWhatDoesNotFit) {
  EXPECT_THAT(importNode("diag", R"j({"k": "9"})j", {{3, 4}}), HasSubstr("no diagonal 9 of 3x4"));
  EXPECT_THAT(
      importNode("col2im", R"j({"kernel": "(2, 2)", "output_size": "(4, 4)"})j", {{1, 4, 5}}),
      HasSubstr("expected 4 rows for each channel and 9 columns"));
  EXPECT_THAT(importNode("_eye", R"j({"N": "100000"})j", {}),
              HasSubstr("a matrix of 100000x100000"));
  EXPECT_THAT(
      importNode("_npi_linspace", R"j({"start": "0", "stop": "1", "num": "99999999"})j", {}),
      HasSubstr("99999999 numbers, expected 1 to 1048576"));
  EXPECT_THAT(importNode("im2col", R"j({"kernel": "(9, 9)"})j", {{1, 1, 4, 4}}),
              HasSubstr("a window larger than an image of 4x4"));
}

} // namespace
} // namespace tandem::mxnet::test
