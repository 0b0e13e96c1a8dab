// Updates put into tensors.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(OnnxScatter, CountsKnownIndicesFromTheFrontOnImport) {
  ModelBuilder model;
  model.input("x", {4}).input("u", {2}).ints("i", {2, 1}, {3, -4}).output("y");
  set(model.node("ScatterND", {"x", "i", "u"}, {"y"}), "reduction", std::string("mul"));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense<[[3], [0]]>"), HasSubstr("graph.scatter %arg0"),
                    HasSubstr("reduction  mul"), Not(HasSubstr("graph.select"))));
  ModelBuilder outside;
  outside.input("x", {4}).input("u", {1}).ints("i", {1, 1}, {4}).output("y");
  outside.node("ScatterND", {"x", "i", "u"}, {"y"});
  EXPECT_EQ(importText(outside), "error: node 'n' (ScatterND): an index is outside of shape 4");
}

TEST(OnnxScatter, CountsComputedIndicesFromTheFrontAtRunTime) {
  ModelBuilder model;
  model.input("x", {4, 3}).input("u", {5, 3}).output("y");
  model.input("i", {5, 1}, proto::TensorProto::INT64);
  model.node("ScatterND", {"x", "i", "u"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.less %arg2"), HasSubstr("graph.select"),
                    HasSubstr("(tensor<4x3xf32>, tensor<5x1xi64>, tensor<5x3xf32>)")));
}

TEST(OnnxScatter, AlongADimensionLeavesOutComputedIndicesThatAreOutsideOfIt) {
  ModelBuilder model;
  model.input("x", {2, 3}).input("u", {1, 2}).output("y");
  model.input("i", {1, 2}, proto::TensorProto::INT64);
  set(model.node("ScatterElements", {"x", "i", "u"}, {"y"}), "axis", int64_t(1));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.logical_and"), HasSubstr("dense<-1>"),
                    HasSubstr("(tensor<6xf32>, tensor<2x1xi64>, tensor<2xf32>) -> tensor<6xf32>")));
}

TEST(OnnxScatter, CombinesSmallTypesInLargerOnes) {
  ModelBuilder model;
  model.input("x", {4}, proto::TensorProto::UINT8).input("u", {2}, proto::TensorProto::UINT8);
  model.ints("i", {2}, {3, 3}).output("y");
  set(model.node("ScatterElements", {"x", "i", "u"}, {"y"}), "reduction", std::string("max"));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("(tensor<4xi32>, tensor<2x1xi64>, tensor<2xi32>) -> tensor<4xi32>"),
                    HasSubstr("(tensor<4xi32>) -> tensor<4xui8>")));
}

TEST(OnnxTensorScatter, GoesAroundTheEndOfACache) {
  ModelBuilder model(24);
  model.input("cache", {2, 3, 4, 5}).input("u", {2, 3, 1, 5}).output("y");
  model.input("i", {2}, proto::TensorProto::INT64);
  set(model.node("TensorScatter", {"cache", "u", "i"}, {"y"}), "mode", std::string("circular"));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.floor_mod"),
                    HasSubstr("(tensor<24x5xf32>, tensor<6x1xi64>, tensor<6x5xf32>)")));
}

TEST(OnnxMaxUnpool, PutsZerosAroundWhatItPlaces) {
  ModelBuilder model;
  model.input("x", {1, 1, 2, 2}).input("i", {1, 1, 2, 2}, proto::TensorProto::INT64);
  model.ints("shape", {4}, {1, 1, 5, 5}).output("y");
  proto::NodeProto &node = model.node("MaxUnpool", {"x", "i", "shape"}, {"y"});
  set(node, "kernel_shape", std::vector<int64_t>{2, 2});
  set(node, "strides", std::vector<int64_t>{2, 2});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("(tensor<16xf32>, tensor<4x1xi64>, tensor<4xf32>)"),
                    HasSubstr("high [0, 0, 1, 1]")));
}

} // namespace
} // namespace tandem::onnx
