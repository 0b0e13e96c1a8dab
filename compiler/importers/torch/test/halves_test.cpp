// Programs in float16 and bfloat16.
#include "compiler/importers/torch/test/program_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::torch::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(TorchHalves, ComputeInF32AndAreRoundedBehindEachOperator) {
  ProgramBuilder p;
  p.input("x", {2, 3}, ScalarType::kHalf);
  p.node("add.Tensor", {{"self", tensor("x")}, {"other", real(0.1)}}, "a", {2, 3},
         ScalarType::kHalf);
  p.node("exp.default", {{"self", tensor("a")}}, "y", {2, 3}, ScalarType::kHalf);
  std::string text = p.text();
  EXPECT_EQ(countOf(text, "(tensor<2x3xf32>) -> tensor<2x3xf16>"), 2) << text;
  EXPECT_EQ(countOf(text, "(tensor<2x3xf16>) -> tensor<2x3xf32>"), 2) << text;
  EXPECT_THAT(text, HasSubstr("graph.exp %4 : (tensor<2x3xf32>) -> tensor<2x3xf32>"));
}

TEST(TorchHalves, StayThatWhereTheyAreMovedOnly) {
  ProgramBuilder p;
  p.input("x", {2, 3}, ScalarType::kBFloat16);
  p.node("permute.default", {{"self", tensor("x")}, {"dims", ints({1, 0})}}, "a", {3, 2},
         ScalarType::kBFloat16);
  Json both = {{"as_tensors", Json::array({{{"name", "a"}}, {{"name", "a"}}})}};
  p.node("cat.default", {{"tensors", both}}, "y", {6, 2}, ScalarType::kBFloat16);
  EXPECT_EQ(countOf(p.text(), "graph.cast"), 0);
}

TEST(TorchHalves, MeetAWiderTypeInIt) {
  ProgramBuilder p;
  p.input("x", {2, 3}, ScalarType::kHalf);
  p.input("z", {2, 3});
  p.node("mul.Tensor", {{"self", tensor("x")}, {"other", tensor("z")}}, "y", {2, 3});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.cast %arg0 : (tensor<2x3xf16>) -> tensor<2x3xf32>"),
                              HasSubstr("return %1 : tensor<2x3xf32>")));
}

TEST(TorchHalves, BecomeTheOtherKindByWayOfF32) {
  ProgramBuilder p;
  p.input("x", {3}, ScalarType::kHalf);
  p.node("_to_copy.default", {{"self", tensor("x")}}, "y", {3}, ScalarType::kBFloat16);
  EXPECT_THAT(p.text(), AllOf(HasSubstr("(tensor<3xf16>) -> tensor<3xf32>"),
                              HasSubstr("(tensor<3xf32>) -> tensor<3xbf16>")));
}

} // namespace
} // namespace tandem::torch::test
