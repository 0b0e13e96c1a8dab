// Operators that exporters seldom write, by what they become; as ops_test.cpp.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(OnnxWindows, AreConstants) {
  auto window = [](const std::string &kind, int64_t size, bool isPeriodic) {
    ModelBuilder model;
    model.ints("n", {}, {size}).output("y");
    set(model.node(kind, {"n"}, {"y"}), "periodic", int64_t(isPeriodic));
    return importText(model);
  };
  EXPECT_THAT(window("HannWindow", 4, true),
              HasSubstr("dense<[0.000000e+00, 5.000000e-01, 1.000000e+00, 5.000000e-01]>"));
  EXPECT_THAT(window("HannWindow", 3, false),
              HasSubstr("dense<[0.000000e+00, 1.000000e+00, 0.000000e+00]>"));
  EXPECT_THAT(window("BlackmanWindow", 2, true), HasSubstr("1.000000e+00]>"));
  EXPECT_THAT(window("HammingWindow", 2, true), HasSubstr("1.000000e+00]>"));
  EXPECT_EQ(window("HannWindow", -1, true), "error: node 'n' (HannWindow): the size is -1");
}

TEST(OnnxOps, TakesANormOverAWholeImage) {
  ModelBuilder model;
  model.input("x", {1, 2, 3, 4}).output("y");
  set(model.node("GlobalLpPool", {"x"}, {"y"}), "p", int64_t(1));
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.abs"), HasSubstr("graph.sum"),
                                       HasSubstr("-> (tensor<1x2x1x1xf32>")));
}

TEST(OnnxOps, WeighsByASwish) {
  ModelBuilder model(28);
  model.input("gate", {2, 3}).input("value", {2, 3}).output("y");
  model.node("SwiGLU", {"gate", "value"}, {"y"});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.sigmoid"), HasSubstr("graph.mul")));
}

TEST(OnnxRecurrent, AddsUpConstantBiases) {
  ModelBuilder model;
  model.input("x", {1, 1, 1}).floats("w", {1, 1, 1}, {1}).floats("r", {1, 1, 1}, {1});
  model.floats("b", {1, 2}, {1, 2}).output("y");
  model.node("RNN", {"x", "w", "r", "b"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("dense<3.000000e+00>"));
}

TEST(OnnxConvTranspose, GoesOnBeyondWhatTheFilterReaches) {
  auto result = [](const std::string &attribute, const std::vector<int64_t> &values) {
    ModelBuilder model;
    model.input("x", {1, 1, 2, 2}).floats("w", {1, 1, 1, 2}, {1, 2}).output("y");
    proto::NodeProto &node = model.node("ConvTranspose", {"x", "w"}, {"y"});
    set(node, "strides", std::vector<int64_t>{1, 3});
    set(node, attribute, values);
    return importText(model);
  };
  // The filter gets elements that are 0, at its end.
  EXPECT_THAT(result("output_padding", {0, 1}),
              AllOf(HasSubstr("graph.pad %1 low [0, 0, 0, 0] high [0, 0, 1, 0]"),
                    HasSubstr("-> (tensor<1x1x2x6xf32>")));
  EXPECT_THAT(result("output_shape", {2, 7}),
              AllOf(HasSubstr("graph.pad %1 low [0, 0, 0, 0] high [0, 0, 2, 0]"),
                    HasSubstr("-> (tensor<1x1x2x7xf32>")));
}

} // namespace
} // namespace tandem::onnx
