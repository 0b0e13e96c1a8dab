// Operators that are compositions, what TensorFlow 1 called others by, and sizes known on import.
#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(TensorflowSign, IsNanOfNanButNotOfIntegers) {
  GraphBuilder g;
  g.input("x", {3});
  g.op("Sign", "y", {"x"}).type("T", DataType::kFloat);
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("graph.not_equal %arg0, %arg0"), HasSubstr("graph.select")));
  GraphBuilder integers;
  integers.input("x", {3}, DataType::kInt32);
  integers.op("Sign", "y", {"x"}).type("T", DataType::kInt32);
  EXPECT_THAT(integers.text(), AllOf(HasSubstr("graph.sub"), Not(HasSubstr("graph.select"))));
}

/// The module, of one operator with these inputs; its own name does not show.
std::string textOf(const std::string &op, std::initializer_list<std::string> inputs) {
  GraphBuilder g;
  g.input("x", {2, 3, 3});
  g.input("d", {2, 3});
  g.scalar("one", 1);
  g.op(op, "y", inputs);
  return g.text();
}

TEST(TensorflowMatrices, HaveTheirNamesOfOldToo) {
  EXPECT_EQ(textOf("BatchMatrixDiag", {"d"}), textOf("MatrixDiag", {"d"}));
  EXPECT_EQ(textOf("BatchMatrixDiagPart", {"x"}), textOf("MatrixDiagPart", {"x"}));
  EXPECT_EQ(textOf("BatchMatrixSetDiag", {"x", "d"}), textOf("MatrixSetDiag", {"x", "d"}));
  EXPECT_EQ(textOf("BatchMatrixBandPart", {"x", "one", "one"}),
            textOf("MatrixBandPart", {"x", "one", "one"}));
  EXPECT_THAT(textOf("MatrixSetDiag", {"x", "d"}), HasSubstr("graph.select"));
}

TEST(TensorflowBatchNormWithGlobalNormalization, HasItsNumbersInAnOrderOfItsOwn) {
  GraphBuilder g;
  g.input("x", {1, 2, 2, 1});
  int number = 1;
  for (const char *name : {"mean", "variance", "offset", "scale"})
    g.floats(name, {1}, {static_cast<float>(number++)});
  g.op("BatchNormWithGlobalNormalization", "y", {"x", "mean", "variance", "offset", "scale"})
      .number("variance_epsilon", 0.5f)
      .flag("scale_after_normalization", true);
  std::string text = g.text();
  EXPECT_THAT(text, AllOf(HasSubstr("graph.batch_norm %arg0, %"), HasSubstr("epsilon 5.0")));
  // scale, offset, mean, variance
  size_t at = text.find("graph.batch_norm");
  ASSERT_NE(at, std::string::npos);
  for (const char *element : {"dense<4.0", "dense<3.0", "dense<1.0", "dense<2.0"})
    EXPECT_THAT(text, HasSubstr(element));
  GraphBuilder plain = g;
  (*plain.graph.mutable_node()->rbegin()->mutable_attr())["scale_after_normalization"].set_b(false);
  EXPECT_THAT(plain.text(), Not(HasSubstr("dense<4.0"))) << "the scale is not used";
}

void addLstm(GraphBuilder &g, const std::string &op, int64_t places) {
  g.input("x", {places, 1, 2});
  g.constant("count", DataType::kInt64, {}).add_int64_val(2);
  g.input("cell", {1, 1});
  g.input("state", {1, 1});
  g.floats("weights", {3, 4}, counted(12));
  for (const char *name : {"input_peephole", "forget_peephole", "output_peephole"})
    g.floats(name, {1}, {0});
  g.floats("bias", {4}, {0, 0, 0, 0});
  g.op(op, "lstm",
       {"count", "x", "cell", "state", "weights", "input_peephole", "forget_peephole",
        "output_peephole", "bias"});
}

TEST(TensorflowBlockLstm, AddsTheForgetBiasToItsGateAndEndsInZeros) {
  GraphBuilder g;
  addLstm(g, "BlockLSTM", 3);
  g.op("Identity", "y", {"lstm:6"});
  // Without attributes the forget bias is 1, in the third place, and the cell is held within 3.
  EXPECT_THAT(g.text(), AllOf(HasSubstr("[0.000000e+00, 0.000000e+00, 1.000000e+00, 0.000000e+00]"),
                              HasSubstr("dense<3.000000e+00>"), HasSubstr("high [1, 0, 0]"),
                              HasSubstr("(tensor<3x1x1xf32> {graph.name = \"y\"})")));
  GraphBuilder later;
  addLstm(later, "BlockLSTMV2", 2);
  later.op("Identity", "y", {"lstm:6"});
  EXPECT_THAT(later.text(), AllOf(Not(HasSubstr("dense<3.000000e+00>")),
                                  Not(HasSubstr("graph.pad")), Not(StartsWith("error"))));
}

TEST(TensorflowBlockLstm, RefusesWhatOnlyTrainingReads) {
  GraphBuilder g;
  addLstm(g, "BlockLSTM", 2);
  g.op("Identity", "y", {"lstm:3"});
  EXPECT_EQ(g.text(), "error: 1 unsupported operator: BlockLSTM (1: lstm; its output 3, which is "
                      "not made)");
}

TEST(TensorflowDynamicStitch, PutsSizesTogetherOnImport) {
  GraphBuilder g;
  g.input("x", {2, 6});
  g.ints("first", {1});
  g.ints("others", {0, 2});
  g.ints("size", {4});
  g.ints("sizes", {3, -1});
  g.op("DynamicStitch", "shape", {"first", "others", "size", "sizes"}).integer("N", 2);
  g.op("Reshape", "y", {"x", "shape"});
  EXPECT_THAT(g.text(), HasSubstr("graph.reshape %arg0 shape [3, 4, 1]"));
}

TEST(TensorflowDataFormat, MovesSizesThatAreKnown) {
  GraphBuilder g;
  g.input("x", {24});
  g.ints("shape", {1, 2, 3, 4});
  g.op("DataFormatVecPermute", "moved", {"shape"})
      .string("src_format", "NHWC")
      .string("dst_format", "NCHW");
  g.op("Reshape", "y", {"x", "moved"});
  EXPECT_THAT(g.text(), HasSubstr("graph.reshape %arg0 shape [1, 4, 2, 3]"));
}

TEST(TensorflowConv2dBackpropInput, TakesATensorOfItsResultsShapeInItsLaterForm) {
  GraphBuilder g;
  g.input("x", {1, 2, 2, 3});
  g.input("like", {1, 4, 4, 5});
  g.floats("w", {3, 3, 5, 3}, counted(135));
  g.op("Conv2DBackpropInputV2", "y", {"like", "w", "x"})
      .list("strides", {1, 2, 2, 1})
      .string("padding", "SAME");
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.transpose_conv_2d %arg0"),
                              HasSubstr("-> (tensor<1x4x4x5xf32> {graph.name = \"y\"})")));
}

TEST(TensorflowDilation2d, PadsWithWhatNeverIsTheLargest) {
  GraphBuilder g;
  g.input("x", {1, 3, 3, 1});
  g.floats("w", {2, 2, 1}, counted(4));
  g.op("Dilation2D", "y", {"x", "w"})
      .list("strides", {1, 1, 1, 1})
      .list("rates", {1, 1, 1, 1})
      .string("padding", "SAME");
  EXPECT_THAT(g.text(), AllOf(HasSubstr("0xFF800000"), HasSubstr("graph.maximum"),
                              HasSubstr("-> (tensor<1x3x3x1xf32>")));
}

TEST(TensorflowErrors, OfWhatDoesNotFit) {
  GraphBuilder g;
  g.input("x", {2, 4});
  g.ints("holes", {0, 2});
  g.op("RGBToHSV", "colour", {"x"});
  EXPECT_THAT(g.text(), HasSubstr("colours of shape 2x4"));
  GraphBuilder stitch;
  stitch.input("x", {2, 4});
  stitch.ints("holes", {0, 2});
  stitch.op("DynamicStitch", "y", {"holes", "x"}).integer("N", 1);
  EXPECT_THAT(stitch.text(), HasSubstr("places that nothing comes to"));
  GraphBuilder scale;
  scale.input("x", {1, 2, 2, 1});
  scale.ints("size", {4, 4});
  scale.floats("scale", {2}, {0, 1});
  scale.floats("shift", {2}, {0, 0});
  scale.op("ScaleAndTranslate", "y", {"x", "size", "scale", "shift"});
  EXPECT_THAT(scale.text(), HasSubstr("or such a scale"));
}

} // namespace
} // namespace tandem::tensorflow::test
