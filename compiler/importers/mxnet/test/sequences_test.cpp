// Recurrent layers, attention and sequences: what they make. What they compute is compared with
// MXNet by tests/models/check_mxnet.py.
#include "compiler/importers/mxnet/test/import_symbol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::mxnet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char *kLstm =
    R"j({"mode": "lstm", "state_size": "3", "num_layers": "1", "state_outputs": "True"})j";
/// 4 gates of 3 for 5 inputs and 3 states, with two biases.
constexpr int64_t kLstmWeights = 12 * (5 + 3 + 2);

TEST(MxnetRnn, WritesOutItsPlaces) {
  std::string text = importNode("RNN", kLstm, {{2, 4, 5}}, {{kLstmWeights}, {1, 4, 3}, {1, 4, 3}});
  EXPECT_THAT(text, AllOf(HasSubstr("(tensor<2x4x3xf32> {graph.name = \"n_output\"})"),
                          HasSubstr("graph.tanh"), HasSubstr("graph.sigmoid")));
}

TEST(MxnetRnn, TakesBothWaysOfSeveralLayers) {
  constexpr int64_t kFirst = 9 * (5 + 3 + 2), kSecond = 9 * (6 + 3 + 2);
  std::string text = importNode(
      "RNN", R"j({"mode": "gru", "state_size": "3", "num_layers": "2", "bidirectional": "True"})j",
      {{2, 4, 5}}, {{2 * (kFirst + kSecond)}, {4, 4, 3}});
  EXPECT_THAT(text, HasSubstr("-> (tensor<2x4x6xf32> {graph.name = \"n_output\"})"));
}

TEST(MxnetRnn, TakesZerosThatLeaveTheBatchOpen) {
  SymbolWriter symbol;
  ParameterWriter stored;
  stored.add("weights", {kLstmWeights});
  size_t x = symbol.variable("x", R"j({"__shape__": "(2, 4, 5)"})j"),
         weights = symbol.variable("weights"),
         zeros = symbol.node("_zeros", "zeros", R"j({"shape": "(1, 0, 3)"})j", {});
  symbol.node("RNN", "n", kLstm, {x, weights, zeros, zeros});
  EXPECT_THAT(importText(symbol.json(), stored.bytes()), HasSubstr("-> (tensor<2x4x3xf32>"));
}

TEST(MxnetRnn, SaysWhatDoesNotFit) {
  EXPECT_EQ(importNode("RNN", kLstm, {{2, 4, 5}}, {{119}, {1, 4, 3}, {1, 4, 3}}),
            "error: node 'n' (RNN): has 119 weights, expected 120");
  EXPECT_EQ(importNode("RNN", kLstm, {{2, 4, 5}}, {{kLstmWeights}, {1, 3, 3}, {1, 4, 3}}),
            "error: node 'n' (RNN): a state of shape 1x3x3, expected 1x4x3");
  EXPECT_EQ(importNode("RNN", R"j({"mode": "lstm", "state_size": "3", "num_layers": "999999"})j",
                       {{2, 4, 5}}, {{1}, {1}, {1}}),
            "error: node 'n' (RNN): 'mode' 'lstm' with 'state_size' 3 and 'num_layers' 999999");
  EXPECT_EQ(importNode("RNN", kLstm, {{600, 4, 5}}, {{kLstmWeights}, {1, 4, 3}, {1, 4, 3}}),
            "error: 1 unsupported operator: RNN (1: n; a sequence of 600 through 1 layers)");
  EXPECT_EQ(importNode("RNN", kLstm, {{2, 4, 5}, {kLstmWeights}}, {{1, 4, 3}, {1, 4, 3}}),
            "error: 1 unsupported operator: RNN (1: n; weights that are computed at run time, or "
            "not float32)");
}

TEST(MxnetRnn, RefusesWhatMxnetLeavesOut) {
  EXPECT_EQ(importNode("RNN",
                       R"j({"mode": "lstm", "state_size": "3", "num_layers": "1",
                            "lstm_state_clip_min": "-1", "lstm_state_clip_max": "1"})j",
                       {{2, 4, 5}}, {{kLstmWeights}, {1, 4, 3}, {1, 4, 3}}),
            "error: 1 unsupported operator: RNN (1: n; 'lstm_state_clip_min', which MXNet has on "
            "some processors only)");
}

TEST(MxnetAttention, RefusesHeadsThatDoNotDivide) {
  EXPECT_EQ(
      importNode("_contrib_interleaved_matmul_selfatt_qk", R"j({"heads": "4"})j", {{3, 2, 18}}),
      "error: node 'n' (_contrib_interleaved_matmul_selfatt_qk): 'heads' is 4 for an input of "
      "shape 3x2x18");
}

TEST(MxnetResults, HaveANumberWhereThereAreMoreThanAreShown) {
  EXPECT_THAT(importNode("topk", R"j({"k": "2", "ret_typ": "value"})j", {{2, 5}}),
              HasSubstr("(tensor<2x2xf32> {graph.name = \"n_output0\"})"));
  EXPECT_THAT(importNode("sort", "{}", {{2, 5}}), HasSubstr("{graph.name = \"n_output0\"}"));
  EXPECT_THAT(importNode("_npi_std", "{}", {{2, 5}}), HasSubstr("{graph.name = \"n_std\"}"));
}

TEST(MxnetSequence, IsReversedByKnownLengthsOnly) {
  EXPECT_EQ(
      importNode("SequenceReverse", R"j({"use_sequence_length": "True"})j", {{3, 2, 4}, {2}}),
      "error: 1 unsupported operator: SequenceReverse (1: n; lengths that are computed at run "
      "time)");
}

TEST(MxnetNumpy, KeepsTruthValuesAndScalars) {
  EXPECT_THAT(importNode("_npi_greater", "{}", {{2, 3}, {3}}), HasSubstr("-> (tensor<2x3xi1>"));
  EXPECT_THAT(importNode("_np_sum", "{}", {{2, 3}}), HasSubstr("-> (tensor<f32>"));
  EXPECT_THAT(importNode("sum", "{}", {{2, 3}}), HasSubstr("-> (tensor<1xf32>"));
}

TEST(MxnetNumpy, ReshapesByItsOwnCodes) {
  auto reshaped = [](const std::string &shape) {
    return importNode("_npx_reshape", R"j({"newshape": ")j" + shape + R"j("})j", {{2, 1, 6}});
  };
  EXPECT_THAT(reshaped("(-2, -3, -1)"), HasSubstr("-> (tensor<2x6xf32>"));
  EXPECT_THAT(reshaped("(-5, -6, 2, -1)"), HasSubstr("-> (tensor<2x2x3xf32>"));
  EXPECT_THAT(reshaped("(-4)"), HasSubstr("-> (tensor<2x1x6xf32>"));
  EXPECT_EQ(reshaped("(-3, -2, -2)"),
            "error: node 'n' (_npx_reshape): 'newshape' is (-3, -2, -2) for "
            "an input of shape 2x1x6");
}

TEST(MxnetNumpy, SumsOverDimensionsOfBothSides) {
  EXPECT_THAT(importNode("_npi_tensordot",
                         R"j({"a_axes_summed": "(1,)", "b_axes_summed": "(0,)"})j",
                         {{2, 3}, {3, 4}}),
              HasSubstr("-> (tensor<2x4xf32>"));
  EXPECT_EQ(importNode("_npi_tensordot", R"j({"a_axes_summed": "(5,)", "b_axes_summed": "(0,)"})j",
                       {{2, 3}, {3, 4}}),
            "error: node 'n' (_npi_tensordot): dimensions that inputs of shapes 2x3 and 3x4 do not "
            "have");
}

} // namespace
} // namespace tandem::mxnet::test
