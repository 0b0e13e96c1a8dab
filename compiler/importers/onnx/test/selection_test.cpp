// Which elements are taken: by rank, by class, up to a place.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(OnnxTopK, OfTheSmallestIsOfTheNegative) {
  ModelBuilder model;
  model.input("x", {2, 5}).ints("k", {1}, {3}).output("y").output("where");
  proto::NodeProto &node = model.node("TopK", {"x", "k"}, {"y", "where"});
  set(node, "largest", int64_t(0));
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.neg %arg0"), HasSubstr("k 3"),
                                       HasSubstr("-> tensor<2x3xi64>")));
}

TEST(OnnxOneHot, TakesClassesOfAnyType) {
  ModelBuilder model;
  model.input("x", {2}).floats("depth", {}, {3}).input("values", {2}).output("y");
  model.node("OneHot", {"x", "depth", "values"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("-> tensor<2x3xf32>"));
  ModelBuilder none;
  none.input("x", {2}).floats("depth", {}, {0}).input("values", {2}).output("y");
  none.node("OneHot", {"x", "depth", "values"}, {"y"});
  EXPECT_THAT(importText(none), HasSubstr("the number of classes is not from 1 to 16777216"));
}

TEST(OnnxCumSum, DoublesHowFarItLooksBack) {
  ModelBuilder model;
  model.input("x", {5}).ints("axis", {}, {0}).output("y");
  model.node("CumSum", {"x", "axis"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("low [1] high [0]"), HasSubstr("low [2] high [0]"),
                    HasSubstr("low [4] high [0]"), Not(HasSubstr("low [8] high [0]"))));
}

} // namespace
} // namespace tandem::onnx
