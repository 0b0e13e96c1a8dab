// What DFT and STFT become; tests/conformance/fourier_test.cpp has that it is right.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(OnnxDft, IsAProductForEachPart) {
  ModelBuilder model;
  model.input("x", {2, 4, 1}).output("y");
  set(model.node("DFT", {"x"}, {"y"}), "onesided", int64_t(1));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense<[[1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00]"),
                    HasSubstr("graph.fully_connected"),
                    HasSubstr("-> (tensor<2x3x2xf32> {graph.name = \"y\"})")));
}

TEST(OnnxDft, TakesTheAxisAndTheLengthThatItsOpsetHas) {
  ModelBuilder old, newer(20);
  old.input("x", {2, 4, 6, 2}).output("y");
  set(old.node("DFT", {"x"}, {"y"}), "axis", int64_t(2));
  EXPECT_THAT(importText(old), HasSubstr("-> (tensor<2x4x6x2xf32>"));
  newer.input("x", {2, 4, 6, 1}).ints("length", {}, {9}).ints("axis", {}, {1}).output("y");
  newer.node("DFT", {"x", "length", "axis"}, {"y"});
  EXPECT_THAT(importText(newer), HasSubstr("-> (tensor<2x9x6x2xf32>"));
}

TEST(OnnxDft, RefusesWhatMakesNoSense) {
  auto message = [](std::initializer_list<int64_t> shape, int64_t axis, int64_t isOneSided) {
    ModelBuilder model;
    model.input("x", shape).output("y");
    proto::NodeProto &node = model.node("DFT", {"x"}, {"y"});
    node.set_name("n");
    set(node, "axis", axis);
    set(node, "onesided", isOneSided);
    return importText(model);
  };
  EXPECT_EQ(message({2, 4, 3}, 1, 0),
            "error: node 'n' (DFT): the last dimension of 2x4x3 is neither 1, for real numbers, "
            "nor 2, for complex ones");
  EXPECT_EQ(message({2, 4, 2}, 2, 0), "error: node 'n' (DFT): 'axis' is 2 for a tensor of rank 3");
  EXPECT_EQ(message({2, 4, 2}, 1, 1),
            "error: node 'n' (DFT): a transform of complex numbers has two sides");
  EXPECT_EQ(message({1, 4099, 1}, 1, 0),
            "error: node 'n' (DFT): a Fourier transform by a matrix of shape 4099x4099 is too "
            "large");
}

std::string power(int64_t points, bool hasWindow) {
  ModelBuilder model;
  model.input("x", {1, 4000}).ints("step", {}, {points / 4}).ints("length", {}, {points});
  model.floats("window", {points}, std::vector<float>(points, 0.5f)).output("y");
  model.node("STFT", {"x", "step", hasWindow ? "window" : "", "length"}, {"bins"});
  proto::NodeProto &node = model.node("ReduceSumSquare", {"bins"}, {"y"});
  set(node, "axes", std::vector<int64_t>{-1});
  set(node, "keepdims", int64_t(0));
  return compileText(model);
}

TEST(OnnxStft, OfFewPointsIsAConvolutionWithTheWindowInIt) {
  EXPECT_THAT(power(8, true),
              AllOf(HasSubstr("graph.conv_2d"), HasSubstr("dense<[[[[5.000000e-01, 5.000000e-01]"),
                    Not(HasSubstr("graph.pad"))));
  EXPECT_THAT(power(8, false), HasSubstr("dense<[[[[1.000000e+00, 1.000000e+00]"));
}

TEST(OnnxStft, OfManyPointsIsTwoSmallProducts) {
  EXPECT_THAT(power(1024, true),
              AllOf(HasSubstr("graph.batch_matmul"), HasSubstr("-> (tensor<1x12x513xf32>")));
}

/// Nothing makes pairs of them only to take these apart again.
TEST(OnnxStft, GivesItsPartsToThePowerAsTheyAre) {
  EXPECT_THAT(power(8, true), Not(HasSubstr("graph.concat")));
}

} // namespace
} // namespace tandem::onnx
