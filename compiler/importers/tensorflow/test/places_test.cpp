// Operators whose places, ranges or sizes must be known, and what the optimizer fuses.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(TensorflowFakeQuant, MovesItsRangeToHoldZero) {
  GraphBuilder g;
  g.input("x", {4});
  g.op("FakeQuantWithMinMaxArgs", "y", {"x"}).number("min", -1).number("max", 254.4f);
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.minimum"), HasSubstr("graph.maximum"),
                              HasSubstr("graph.floor")));
}

TEST(TensorflowFakeQuant, RefusesRangesWithoutZeroOrOfRunTime) {
  GraphBuilder g;
  g.input("x", {4});
  g.op("FakeQuantWithMinMaxArgs", "y", {"x"}).number("min", 1).number("max", 2);
  EXPECT_EQ(g.text(), "error: 1 unsupported operator: FakeQuantWithMinMaxArgs (1: y; a range that "
                      "does not hold zero)");
  GraphBuilder vars;
  vars.input("x", {4});
  vars.input("low", {});
  vars.floats("high", {}, {1});
  vars.op("FakeQuantWithMinMaxVars", "y", {"x", "low", "high"});
  EXPECT_EQ(vars.text(),
            "error: 1 unsupported operator: FakeQuantWithMinMaxVars (1: y; a range that "
            "is computed at run time)");
}

TEST(TensorflowScatter, NeedsPlacesThatAreThere) {
  GraphBuilder g;
  g.input("x", {1, 3});
  g.ints("places", {1, 1}, {4});
  g.ints("shape", {4, 3});
  g.op("ScatterNd", "y", {"places", "x", "shape"});
  EXPECT_EQ(g.text(), "error: node 'y' (ScatterNd): an index is outside of shape 4x3");
  g.ints("large", {1 << 30, 3});
  g.op("ScatterNd", "z", {"places", "x", "large"});
  EXPECT_THAT(g.text(), HasSubstr("an index is outside"));
  GraphBuilder large;
  large.input("x", {1, 3});
  large.ints("places", {1, 1}, {4});
  large.ints("shape", {1 << 30, 3});
  large.op("ScatterNd", "y", {"places", "x", "shape"});
  EXPECT_EQ(large.text(),
            "error: node 'y' (ScatterNd): a result of shape 1073741824x3 is too large");
}

TEST(TensorflowMatrixDiag, SaysWhatDoesNotFit) {
  GraphBuilder g;
  g.input("x", {2, 3});
  g.scalar("k", 1);
  g.scalar("three", 3);
  g.floats("zero", {}, {0});
  g.op("MatrixDiagV3", "y", {"x", "k", "three", "three", "zero"});
  EXPECT_EQ(g.text(), "error: node 'y' (MatrixDiagV3): a diagonal of 3 in a matrix of 3x3");
}

TEST(TensorflowCropAndResize, NeedsKnownBoxes) {
  GraphBuilder g;
  g.input("x", {1, 4, 4, 2});
  g.floats("boxes", {1, 4}, {0, 0, 1, 1});
  g.ints("of", {1});
  g.ints("size", {2, 2});
  g.op("CropAndResize", "y", {"x", "boxes", "of", "size"});
  EXPECT_EQ(g.text(), "error: node 'y' (CropAndResize): image 1 of 1");
}

TEST(TensorflowFused, IsTakenApart) {
  GraphBuilder g;
  g.input("x", {1, 4, 4, 2});
  g.floats("w", {1, 1, 2, 3}, counted(6));
  g.floats("b", {3}, counted(3));
  auto fused = [&](const std::string &name, const std::vector<std::string> &ops) {
    g.op("_FusedConv2D", name, {"x", "w", "b"})
        .list("strides", {1, 1, 1, 1})
        .string("padding", "VALID");
    auto &attributes = *g.graph.mutable_node()->rbegin()->mutable_attr();
    for (const std::string &op : ops)
      attributes["fused_ops"].mutable_list()->add_s(op);
  };
  fused("y", {"BiasAdd", "Relu6"});
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("graph.conv_2d"), HasSubstr("graph.add"), HasSubstr("graph.relu6")));
  fused("z", {"BiasAdd", "Mystery"});
  EXPECT_EQ(g.text(),
            "error: 1 unsupported operator: _FusedConv2D (1: z; with 'Mystery' behind it)");
}

TEST(TensorflowFused, HasMatricesAndNormalizations) {
  GraphBuilder g;
  g.input("x", {2, 3});
  g.floats("w", {3, 4}, counted(12));
  g.floats("b", {4}, counted(4));
  g.op("_FusedMatMul", "product", {"x", "w", "b"});
  auto &attributes = *g.graph.mutable_node()->rbegin()->mutable_attr();
  for (const char *op : {"BiasAdd", "Tanh"})
    attributes["fused_ops"].mutable_list()->add_s(op);
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.fully_connected"), HasSubstr("graph.tanh")));
  GraphBuilder norm;
  norm.input("x", {1, 2, 2, 4});
  norm.floats("p", {4}, counted(4));
  norm.op("_FusedBatchNormEx", "y", {"x", "p", "p", "p", "p", "x"})
      .flag("is_training", false)
      .integer("num_side_inputs", 1)
      .string("activation_mode", "Relu");
  EXPECT_THAT(norm.text(), AllOf(HasSubstr("graph.batch_norm"), HasSubstr("graph.add"),
                                 HasSubstr("graph.relu")));
}

} // namespace
} // namespace tandem::tensorflow::test
