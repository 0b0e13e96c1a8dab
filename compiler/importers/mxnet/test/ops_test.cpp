// One operator at a time: what it makes, by the ops and the shape of the result. What it computes
// is compared with MXNet by tests/models/check_mxnet.py.
#include "compiler/importers/mxnet/test/import_symbol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::mxnet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  const char *op, *attributes;
  std::vector<Shape> inputs, parameters;
  const char *result; ///< "1x2xf32"
};
void PrintTo(const Case &each, std::ostream *out) {
  *out << each.op << " " << each.attributes;
}
class Results : public ::testing::TestWithParam<Case> {};

TEST_P(Results, HaveTheShapeThatMxnetGives) {
  const Case &each = GetParam();
  EXPECT_THAT(
      importNode(each.op, each.attributes, each.inputs, each.parameters),
      HasSubstr("-> (tensor<" + std::string(each.result) + "> {graph.name = \"n_output\"})"));
}

TEST(MxnetBoxNms, ComparesTheBestAndFillsUp) {
  std::string text =
      importNode("_contrib_box_nms", R"j({"topk": "4", "out_format": "center"})j", {{2, 9, 7}}, {});
  EXPECT_THAT(text, AllOf(HasSubstr("tensor<2x4x4xi1>"),
                          HasSubstr("-> (tensor<2x9x7xf32> {graph.name = \"n_output0\"})")));
}

INSTANTIATE_TEST_SUITE_P(
    MxnetOps, Results,
    ::testing::Values(
        Case{"_contrib_MultiBoxPrior",
             R"j({"sizes": "(0.3, 0.4)", "ratios": "(1, 2)"})j",
             {{1, 3, 4, 5}},
             {},
             "1x60x4xf32"},
        Case{"_contrib_MultiBoxDetection",
             R"j({"nms_topk": "4", "force_suppress": "True"})j",
             {{2, 3, 9}, {2, 36}, {1, 9, 4}},
             {},
             "2x9x6xf32"},
        Case{"_contrib_box_iou", "{}", {{2, 5, 4}, {3, 4}}, {}, "2x5x3xf32"},
        Case{"_contrib_box_decode", "{}", {{2, 5, 4}, {1, 5, 4}}, {}, "2x5x4xf32"},
        Case{"gather_nd", "{}", {{4, 6}, {2, 3}}, {}, "3xf32"},
        Case{"ROIPooling",
             R"j({"pooled_size": "(2, 3)", "spatial_scale": "0.5"})j",
             {{1, 3, 6, 7}, {4, 5}},
             {},
             "4x3x2x3xf32"},
        Case{"_contrib_ROIAlign",
             R"j({"pooled_size": "(2, 3)", "spatial_scale": "0.5", "sample_ratio": "2"})j",
             {{1, 3, 6, 7}, {4, 5}},
             {},
             "4x3x2x3xf32"},
        Case{"_contrib_DeformableConvolution",
             R"j({"kernel": "(3, 3)", "num_filter": "4", "num_deformable_group": "3"})j",
             {{1, 3, 6, 7}, {1, 54, 4, 5}},
             {{4, 3, 3, 3}, {4}},
             "1x4x4x5xf32"},
        Case{"_contrib_ModulatedDeformableConvolution",
             R"j({"kernel": "(3, 3)", "num_filter": "4", "no_bias": "True"})j",
             {{1, 3, 6, 7}, {1, 18, 4, 5}, {1, 9, 4, 5}},
             {{4, 3, 3, 3}},
             "1x4x4x5xf32"},
        Case{"BilinearSampler", "{}", {{1, 3, 6, 7}, {1, 2, 4, 5}}, {}, "1x3x4x5xf32"},
        Case{
            "Convolution",
            R"j({"kernel": "(3, 3, 1)", "num_filter": "4", "stride": "(2, 1, 2)", "pad": "(1, 0, 0)"})j",
            {{1, 3, 5, 9, 8}},
            {{4, 3, 3, 3, 1}, {4}},
            "1x4x3x7x4xf32"},
        Case{"Convolution",
             R"j({"kernel": "(2, 3, 3)", "num_filter": "6", "num_group": "3", "layout": "NDHWC"})j",
             {{1, 5, 9, 8, 3}},
             {{6, 2, 3, 3, 1}, {6}},
             "1x4x7x6x6xf32"},
        Case{
            "Deconvolution",
            R"j({"kernel": "(3, 3, 3)", "num_filter": "4", "stride": "(2, 2, 2)", "pad": "(1, 1, 1)", "adj": "(1, 0, 1)"})j",
            {{1, 3, 5, 4, 6}},
            {{3, 4, 3, 3, 3}},
            "1x4x10x7x12xf32"},
        Case{
            "Pooling",
            R"j({"kernel": "(3, 2, 2)", "stride": "(2, 2, 2)", "pooling_convention": "full", "pool_type": "avg"})j",
            {{1, 3, 6, 5, 6}},
            {},
            "1x3x3x3x3xf32"},
        Case{"Convolution",
             R"j({"kernel": "(3, 3)", "num_filter": "4", "stride": "(2, 2)"})j",
             {{1, 3, 9, 8}},
             {{4, 3, 3, 3}, {4}},
             "1x4x4x3xf32"},
        Case{"Convolution",
             R"j({"kernel": "(3, 3)", "num_filter": "4", "layout": "NHWC", "no_bias": "True"})j",
             {{1, 9, 8, 3}},
             {{4, 3, 3, 3}},
             "1x7x6x4xf32"},
        Case{"Convolution",
             R"j({"kernel": "(3,)", "num_filter": "4", "no_bias": "1"})j",
             {{1, 3, 9}},
             {{4, 3, 3}},
             "1x4x7xf32"},
        Case{
            "Deconvolution",
            R"j({"kernel": "(4, 4)", "stride": "(2, 2)", "target_shape": "(9, 8)", "num_filter": "2"})j",
            {{1, 3, 4, 4}},
            {{3, 2, 4, 4}},
            "1x2x9x8xf32"},
        Case{"FullyConnected",
             R"j({"num_hidden": "5", "no_bias": "True"})j",
             {{2, 3, 2, 2}},
             {{5, 12}},
             "2x5xf32"},
        Case{"FullyConnected",
             R"j({"num_hidden": "5", "flatten": "False", "no_bias": "True"})j",
             {{2, 3, 2}},
             {{5, 2}},
             "2x3x5xf32"},
        Case{"Pooling",
             R"j({"kernel": "(3, 3)", "stride": "(2, 2)"})j",
             {{1, 2, 10, 10}},
             {},
             "1x2x4x4xf32"},
        Case{"Pooling",
             R"j({"kernel": "(3, 3)", "stride": "(2, 2)", "pooling_convention": "full"})j",
             {{1, 2, 10, 10}},
             {},
             "1x2x5x5xf32"},
        Case{"Pooling",
             R"j({"kernel": "(1, 1)", "global_pool": "True", "pool_type": "avg"})j",
             {{1, 2, 10, 10}},
             {},
             "1x2x1x1xf32"},
        Case{"Reshape", R"j({"shape": "(0, -4, -1, 3, -3)"})j", {{2, 6, 9, 8}}, {}, "2x2x3x72xf32"},
        Case{"Reshape",
             R"j({"shape": "(-1, 2, -4, 0)", "reverse": "True"})j",
             {{4, 6}},
             {},
             "2x2x6xf32"},
        Case{"Reshape", R"j({"target_shape": "(0, 12)"})j", {{2, 3, 4}}, {}, "2x12xf32"},
        Case{"reshape_like",
             R"j({"lhs_begin": "1", "lhs_end": "3", "rhs_begin": "0", "rhs_end": "1"})j",
             {{2, 6, 9, 8}, {54, 2}},
             {},
             "2x54x8xf32"},
        Case{"slice",
             R"j({"begin": "(None, 1)", "end": "(None, -1)", "step": "(-1, 2)"})j",
             {{4, 6}},
             {},
             "4x2xf32"},
        Case{"slice_like", R"j({"axes": "(-1,)"})j", {{4, 6}, {1, 2}}, {}, "4x2xf32"},
        Case{"Crop",
             R"j({"h_w": "(2, 3)", "offset": "(1, 1)"})j",
             {{1, 1, 4, 4}},
             {},
             "1x1x2x3xf32"},
        Case{"UpSampling",
             R"j({"scale": "3", "sample_type": "nearest"})j",
             {{1, 2, 2, 3}},
             {},
             "1x2x6x9xf32"},
        Case{"_contrib_BilinearResize2D",
             R"j({"scale_height": "2.0", "scale_width": "1.5"})j",
             {{1, 2, 4, 4}},
             {},
             "1x2x8x6xf32"},
        Case{"mean", R"j({"axis": "1", "exclude": "True"})j", {{2, 3, 4}}, {}, "3xf32"},
        Case{"sum", "{}", {{2, 3}}, {}, "1xf32"},                    // MXNet has no scalars
        Case{"argmax", R"j({"axis": "1"})j", {{2, 3}}, {}, "2xf32"}, // as a real number
        Case{"squeeze", "{}", {{1, 3, 1}}, {}, "3xf32"},
        Case{"expand_dims", R"j({"axis": "-1"})j", {{2, 3}}, {}, "2x3x1xf32"},
        Case{"broadcast_axis", R"j({"axis": "0", "size": "4"})j", {{1, 3}}, {}, "4x3xf32"},
        Case{"batch_dot", R"j({"transpose_b": "True"})j", {{2, 3, 4}, {2, 5, 4}}, {}, "2x3x5xf32"},
        Case{"Cast", R"j({"dtype": "float16"})j", {{2, 3}}, {}, "2x3xf16"},
        Case{"GroupNorm", R"j({"num_groups": "2"})j", {{1, 6, 2, 2}}, {{2}, {2}}, "1x6x2x2xf32"},
        Case{"GroupNorm", R"j({"num_groups": "2"})j", {{1, 6, 2, 2}}, {{6}, {6}}, "1x6x2x2xf32"},
        Case{"transpose", "{}", {{2, 3, 4}}, {}, "4x3x2xf32"},
        Case{"where", "{}", {{2, 3}, {2, 3}, {2, 3}}, {}, "2x3xf32"},
        Case{"take", R"j({"axis": "1"})j", {{2, 5}, {3}}, {}, "2x3xf32"},
        Case{"topk", R"j({"k": "2"})j", {{2, 5}}, {}, "2x2xf32"},
        Case{"one_hot", R"j({"depth": "4"})j", {{2, 3}}, {}, "2x3x4xf32"},
        Case{"pick", "{}", {{2, 5}, {2}}, {}, "2xf32"},
        Case{"repeat", R"j({"repeats": "2", "axis": "1"})j", {{2, 3}}, {}, "2x6xf32"},
        Case{"broadcast_greater", "{}", {{2, 3}, {1, 3}}, {}, "2x3xf32"},
        Case{"_lesser_scalar", R"j({"scalar": "0.5"})j", {{2, 3}}, {}, "2x3xf32"},
        Case{"Pad", R"j({"mode": "edge", "pad_width": "(0, 0, 2, 1)"})j", {{2, 3}}, {}, "2x6xf32"},
        Case{"depth_to_space", R"j({"block_size": "2"})j", {{1, 8, 2, 3}}, {}, "1x2x4x6xf32"}));

TEST(MxnetOps, HaveTheNamesOfBefore) {
  EXPECT_EQ(importNode("_Lesser_Equal", "{}", {{2, 3}, {2, 3}}),
            importNode("_lesser_equal", "{}", {{2, 3}, {2, 3}}));
  EXPECT_EQ(importNode("_GreaterScalar", R"j({"scalar": "0.5"})j", {{2, 3}}),
            importNode("_greater_scalar", R"j({"scalar": "0.5"})j", {{2, 3}}));
  EXPECT_EQ(importNode("_Logical_Xor", "{}", {{2, 3}, {2, 3}}),
            importNode("broadcast_logical_xor", "{}", {{2, 3}, {2, 3}}));
}

TEST(MxnetOps, KeepIndicesOfPickInside) {
  EXPECT_THAT(importNode("pick", "{}", {{2, 5}, {2}}),
              AllOf(HasSubstr("graph.maximum"), HasSubstr("graph.minimum")));
  EXPECT_THAT(importNode("pick", R"j({"mode": "wrap"})j", {{2, 5}, {2}}),
              AllOf(HasSubstr("graph.floor_mod"), Not(HasSubstr("graph.maximum"))));
  EXPECT_EQ(importNode("pick", R"j({"mode": "raise"})j", {{2, 5}, {2}}),
            "error: 1 unsupported operator: pick (1: n; 'mode' 'raise', only 'clip' and 'wrap' "
            "are)");
}

TEST(MxnetOps, RoundHalvesDownInRint) {
  EXPECT_THAT(importNode("rint", "{}", {{2, 3}}),
              AllOf(HasSubstr("graph.select"), Not(HasSubstr("graph.round"))));
  EXPECT_EQ(importNode("_npi_rint", "{}", {{2, 3}}), importNode("rint", "{}", {{2, 3}}));
}

TEST(MxnetOps, HaveNoRemainderByZero) {
  for (const char *op : {"broadcast_mod", "_npi_mod"})
    EXPECT_THAT(importNode(op, "{}", {{2, 3}, {2, 3}}),
                AllOf(HasSubstr("graph.floor_mod"), HasSubstr("graph.select")));
  EXPECT_THAT(importNode("_mod_scalar", R"j({"scalar": "0"})j", {{2, 3}}),
              HasSubstr("graph.select"));
  EXPECT_THAT(importNode("_mod_scalar", R"j({"scalar": "2"})j", {{2, 3}}),
              Not(HasSubstr("graph.select")));
}

TEST(MxnetOps, CombineTruthWithANumber) {
  EXPECT_THAT(importNode("_logical_and_scalar", R"j({"scalar": "2"})j", {{2, 3}}),
              AllOf(HasSubstr("graph.logical_and"), HasSubstr("dense<true>")));
  EXPECT_THAT(importNode("_LogicalOrScalar", R"j({"scalar": "0"})j", {{2, 3}}),
              AllOf(HasSubstr("graph.logical_or"), HasSubstr("dense<false>")));
  EXPECT_THAT(importNode("_logical_xor_scalar", R"j({"scalar": "1"})j", {{2, 3}}),
              HasSubstr("graph.cast"));
}

TEST(MxnetOps, PutDepthwiseWeightsIntoTheGraphsOrder) {
  EXPECT_THAT(
      importNode(
          "Convolution",
          R"j({"kernel": "(1, 2)", "num_filter": "2", "num_group": "2", "no_bias": "True"})j",
          {{1, 2, 4, 4}}, {{2, 1, 1, 2}}),
      AllOf(HasSubstr("graph.depthwise_conv_2d"),
            HasSubstr("dense<[[[[0.000000e+00, 2.000000e+00], "
                      "[1.000000e+00, 3.000000e+00]]]]> : tensor<1x1x2x2xf32>")));
}

TEST(MxnetOps, SplitGroupsOfDeconvolution) {
  std::string text =
      importNode("Deconvolution", R"j({"kernel": "(2, 2)", "num_filter": "6", "num_group": "3"})j",
                 {{1, 3, 4, 4}}, {{3, 2, 2, 2}});
  size_t count = 0;
  for (size_t at = text.find("graph.transpose_conv_2d"); at != std::string::npos;
       at = text.find("graph.transpose_conv_2d", at + 1))
    ++count;
  EXPECT_EQ(count, 3u) << text;
}

TEST(MxnetOps, TakeAFixedGammaForOne) {
  std::vector<Shape> parameters(4, Shape{2});
  std::string fixed = importNode("BatchNorm", "{}", {{1, 2, 3, 3}}, parameters);
  EXPECT_THAT(fixed, HasSubstr("dense<1.000000e+00> : tensor<2xf32>"));
  EXPECT_THAT(importNode("BatchNorm", R"j({"fix_gamma": "False"})j", {{1, 2, 3, 3}}, parameters),
              Not(HasSubstr("dense<1.000000e+00>")));
}

TEST(MxnetOps, CountPaddingButNotWhatIsPastIt) {
  std::string attributes = R"j({"kernel": "(3, 3)", "stride": "(2, 2)", "pad": "(1, 1)",
                               "pool_type": "avg", "pooling_convention": "full")j";
  EXPECT_THAT(importNode("Pooling", attributes + "}", {{1, 1, 4, 4}}),
              AllOf(HasSubstr("graph.pad"), Not(HasSubstr("count_include_pad"))));
  EXPECT_THAT(
      importNode("Pooling", attributes + R"j(, "count_include_pad": "False"})j", {{1, 1, 4, 4}}),
      Not(HasSubstr("graph.pad")));
}

struct Refusal {
  const char *op, *attributes;
  std::vector<Shape> inputs, parameters;
  const char *message;
};
void PrintTo(const Refusal &each, std::ostream *out) {
  *out << each.op << " " << each.attributes;
}
class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, SayWhatDoesNotFit) {
  const Refusal &each = GetParam();
  EXPECT_EQ(importNode(each.op, each.attributes, each.inputs, each.parameters),
            std::string("error: ") + each.message);
}

INSTANTIATE_TEST_SUITE_P(
    MxnetOps, Refusals,
    ::testing::Values(
        Refusal{"Convolution",
                R"j({"kernel": "(3, 3)", "num_filter": "4"})j",
                {{1, 3, 9, 9}},
                {{4, 3, 5, 5}, {4}},
                "node 'n' (Convolution): its weight has shape 4x3x5x5, expected 4x3x3x3"},
        Refusal{"Convolution",
                R"j({"num_filter": "4"})j",
                {{1, 3, 9, 9}},
                {{4, 3, 3, 3}, {4}},
                "node 'n' (Convolution): 'kernel' is missing"},
        Refusal{"Convolution",
                R"j({"kernel": "(3, 3, 3, 3)", "num_filter": "4"})j",
                {{1, 3, 9, 9, 9, 9}},
                {{4, 3, 3, 3, 3, 3}, {4}},
                "1 unsupported operator: Convolution (1: n; an input of shape 1x3x9x9x9x9, only "
                "sequences (rank 3), images (rank 4) and volumes (rank 5) are)"},
        Refusal{"Convolution",
                R"j({"kernel": "(3, 3)", "num_filter": "4", "num_group": "2"})j",
                {{1, 3, 9, 9}},
                {{4, 1, 3, 3}, {4}},
                "node 'n' (Convolution): 'num_group' is 2, expected a divisor of 3 input and 4 "
                "output channels"},
        Refusal{"Convolution",
                R"j({"kernel": "three", "num_filter": "4"})j",
                {{1, 3, 9, 9}},
                {{4, 3, 3, 3}, {4}},
                "node 'n' (Convolution): 'kernel' is 'three', expected integers"},
        Refusal{"Deconvolution",
                R"j({"kernel": "(2, 2)", "num_filter": "2", "adj": "(1, 1)", "stride": "(2, 2)"})j",
                {{1, 3, 4, 4}},
                {{3, 2, 2, 2}},
                "1 unsupported operator: Deconvolution (1: n; 'adj' 1x1, more than 'pad')"},
        Refusal{"Pooling",
                R"j({"kernel": "(1, 1)", "stride": "(2, 2)", "pooling_convention": "full"})j",
                {{1, 1, 4, 4}},
                {},
                "1 unsupported operator: Pooling (1: n; a last window outside of the image)"},
        Refusal{"Reshape",
                R"j({"shape": "(5, -1)"})j",
                {{2, 3}},
                {},
                "node 'n' (Reshape): 'shape' is (5, -1) for an input of shape 2x3"},
        Refusal{"Reshape",
                R"j({"shape": "(-4, 2)"})j",
                {{2, 3}},
                {},
                "node 'n' (Reshape): 'shape' is (-4, 2) for an input of shape 2x3"},
        Refusal{"transpose",
                R"j({"axes": "(0, 0)"})j",
                {{2, 3}},
                {},
                "node 'n' (transpose): 'axes' is (0, 0) for an input of shape 2x3"},
        Refusal{"mean",
                R"j({"axis": "(1, -1)"})j",
                {{2, 3}},
                {},
                "node 'n' (mean): 'axis' names a dimension twice"},
        Refusal{"slice",
                R"j({"begin": "(3,)", "end": "(3,)"})j",
                {{4, 6}},
                {},
                "node 'n' (slice): it takes nothing of an input of shape 4x6"},
        Refusal{"Pad",
                R"j({"mode": "frost", "pad_width": "(0, 0, 1, 1)"})j",
                {{2, 3}},
                {},
                "node 'n' (Pad): 'mode' is 'frost'"},
        Refusal{"_npi_pad",
                R"j({"mode": "symmetric", "pad_width": "((0, 0), (1, 1))"})j",
                {{2, 3}},
                {},
                "1 unsupported operator: _npi_pad (1: n; 'mode' 'symmetric', only constant, edge "
                "and reflect are)"},
        Refusal{"_npi_norm",
                R"j({"axis": "None", "flag": "2", "ord": "2"})j",
                {{2, 3}},
                {},
                "1 unsupported operator: _npi_norm (1: n; a norm of matrices other than the root "
                "of the sum of squares)"},
        Refusal{"softmax",
                R"j({"axis": "2"})j",
                {{2, 3}},
                {},
                "node 'n' (softmax): 'axis' is 2, outside a tensor of 2 dimensions"},
        Refusal{"_plus_scalar",
                "{}",
                {{2, 3}},
                {},
                "node 'n' (_plus_scalar): 'scalar' is absent, expected a number"},
        Refusal{"_contrib_box_nms",
                "{}",
                {{600, 6}},
                {},
                "1 unsupported operator: _contrib_box_nms (1: n; 'topk' lets 600 boxes be "
                "compared, at most 512 can be)"},
        Refusal{"_contrib_box_nms",
                R"j({"coord_start": "3"})j",
                {{4, 6}},
                {},
                "node 'n' (_contrib_box_nms): 'coord_start', 'score_index' or 'id_index' is "
                "outside of 6 numbers"},
        Refusal{"_contrib_MultiBoxDetection",
                "{}",
                {{1, 3, 600}, {1, 2400}, {1, 600, 4}},
                {},
                "1 unsupported operator: _contrib_MultiBoxDetection (1: n; 'nms_topk' lets 600 "
                "boxes be compared, at most 512 can be)"},
        Refusal{"_contrib_MultiBoxDetection",
                R"j({"nms_threshold": "0"})j",
                {{1, 3, 6}, {1, 24}, {1, 6, 4}},
                {},
                "1 unsupported operator: _contrib_MultiBoxDetection (1: n; an 'nms_threshold' that "
                "is not between 0 and 1)"},
        Refusal{"_contrib_MultiBoxDetection",
                "{}",
                {{1, 3, 6}, {1, 20}, {1, 6, 4}},
                {},
                "node 'n' (_contrib_MultiBoxDetection): its location has shape 1x20, expected "
                "1x24"},
        Refusal{"SliceChannel",
                R"j({"num_outputs": "4"})j",
                {{2, 6}},
                {},
                "node 'n' (SliceChannel): its dimension of 6 is no multiple of 4 parts"}));

} // namespace
} // namespace tandem::mxnet::test
