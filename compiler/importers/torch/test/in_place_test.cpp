// Nodes that change a tensor in place, and who reads it afterwards.
#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/test/program_builder.h"

#include "llvm/ADT/StringExtras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tandem::torch::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// A copy of x [2, 3] that `look` looks into; the copy is doubled in place, then `look` is read.
std::string changedUnderneath(const std::string &look, const Json &arguments, const Ints &shape) {
  ProgramBuilder p;
  p.input("x", {2, 3});
  p.node("clone.default", {{"self", tensor("x")}}, "a", {2, 3});
  Json all = arguments;
  all["self"] = tensor("a");
  p.node(look, all, "look", shape);
  p.node("mul_.Tensor", {{"self", tensor("a")}, {"other", real(2)}}, "changed", {2, 3});
  p.node("exp.default", {{"self", tensor("look")}}, "y", shape);
  return p.text();
}

TEST(TorchInPlace, ViewsThatAreReadAfterwardsAreMadeAgain) {
  std::string permuted = changedUnderneath("permute.default", {{"dims", ints({1, 0})}}, {3, 2});
  EXPECT_THAT(permuted, ContainsRegex("graph.mul .*\n.*graph.transpose %1 .*\n.*graph.exp %2 "));
  EXPECT_THAT(changedUnderneath("view.default", {{"size", ints({6})}}, {6}),
              ContainsRegex("graph.mul .*\n.*graph.reshape %1 .*\n.*graph.exp %2 "));
}

TEST(TorchInPlace, WhatMayBeACopyIsNotReadAfterwards) {
  EXPECT_THAT(changedUnderneath("reshape.default", {{"shape", ints({6})}}, {6}),
              HasSubstr("it changes a tensor in place that others may read"));
}

/// A copy of x [2, 3], of which a view is doubled in place; then the copy is read.
std::string changedThrough(const std::string &look, const Json &arguments, const Ints &shape) {
  ProgramBuilder p;
  p.input("x", {2, 3});
  p.node("clone.default", {{"self", tensor("x")}}, "a", {2, 3});
  Json all = arguments;
  all["self"] = tensor("a");
  p.node(look, all, "look", shape);
  p.node("mul_.Tensor", {{"self", tensor("look")}, {"other", real(2)}}, "changed", shape);
  p.node("exp.default", {{"self", tensor("a")}}, "y", {2, 3});
  return p.text();
}

TEST(TorchInPlace, ChangesThroughAViewReachTheWhole) {
  EXPECT_THAT(changedThrough("view.default", {{"size", ints({6})}}, {6}),
              ContainsRegex("graph.mul .*\n.*graph.reshape %[0-9]+ shape .2, 3.*\n.*graph.exp"));
  EXPECT_THAT(changedThrough("transpose.int", {{"dim0", number(0)}, {"dim1", number(1)}}, {3, 2}),
              ContainsRegex("graph.mul .*\n.*graph.transpose .*\n.*graph.exp"));
  EXPECT_THAT(changedThrough("permute.default", {{"dims", ints({1, 0})}}, {3, 2}),
              HasSubstr("error: "));
}

/// Copies of x [3], given to `look` as a list; the one called `changed` is doubled in place, then
/// what looks into the second is read.
std::string changedInAList(const std::string &look, const std::string &changed, const Ints &shape) {
  ProgramBuilder p;
  p.input("x", {3});
  p.node("cos.default", {{"self", tensor("x")}}, "a", {3});
  p.node("sin.default", {{"self", tensor("x")}}, "b", {3});
  p.nodeOfList(look, {{"tensors", tensors({"a", "b"})}}, {"of_a", "of_b"}, shape);
  p.node("mul_.Tensor", {{"self", tensor(changed)}, {"other", real(2)}}, "twice",
         changed.size() > 1 ? shape : Ints{3});
  p.node("exp.default", {{"self", tensor("of_b")}}, "y", shape);
  return p.text();
}

TEST(TorchInPlace, EachOfAListIsLookedIntoByItsOwn) {
  for (const char *look : {"broadcast_tensors.default", "atleast_1d.Sequence"}) {
    EXPECT_THAT(changedInAList(look, "b", {3}), ContainsRegex("%2 = graph.mul .*\n.*graph.exp %2 "))
        << look;
    EXPECT_THAT(changedInAList(look, "a", {3}), HasSubstr("graph.exp %0 ")) << look;
  }
  EXPECT_THAT(changedInAList("meshgrid.default", "b", {3, 3}),
              ContainsRegex("graph.mul .*\n.*reshape %2 .*\n.*tile %3 .*\n.*graph.exp %4 "));
  for (const char *changed : {"of_a", "of_b"})
    EXPECT_THAT(changedInAList("meshgrid.default", changed, {3, 3}), Not(HasSubstr("error")));
}

/// What PyTorch may return a view of, or the tensor itself, for some operand.
constexpr llvm::StringLiteral kViews =
    "alias detach detach_ lift_fresh contiguous positive dropout dropout_ feature_dropout "
    "feature_dropout_ alpha_dropout alpha_dropout_ to type_as as_strided unfold view "
    "_unsafe_view reshape reshape_as view_as flatten squeeze unsqueeze permute transpose "
    "swapaxes swapdims t expand expand_as broadcast_to unflatten movedim moveaxis numpy_T "
    "diagonal slice select split split_with_sizes chunk unbind narrow unsafe_chunk "
    "unsafe_split unsafe_split_with_sizes atleast_1d atleast_2d atleast_3d meshgrid "
    "broadcast_tensors cartesian_prod mT mH adjoint matrix_H ravel tensor_split hsplit "
    "vsplit dsplit view_as_complex view_as_real real imag _conj conj conj_physical "
    "_conj_physical resolve_conj resolve_neg ";

TEST(TorchInPlace, KnowsEveryOperatorThatMayGiveAView) {
  OpTable table;
  registerAllOps(table);
  llvm::SmallVector<llvm::StringRef> words;
  llvm::SplitString(kViews, words);
  std::set<std::string> views(words.begin(), words.end()), met;
  for (const std::string &name : table.names()) {
    std::string operation = llvm::StringRef(name).split('.').second.split('.').first.str();
    bool isView = table.find(name)->isView;
    EXPECT_EQ(isView, views.count(operation) > 0) << name;
    if (isView)
      met.insert(operation);
  }
  EXPECT_EQ(met, views);
}

TEST(TorchInPlace, WhatHasMoreDimensionsIsOfTheSameMemory) {
  for (const char *look : {"atleast_2d.default", "unsqueeze.default"}) {
    Json dim = look[0] == 'u' ? Json{{"dim", number(0)}} : Json::object();
    Ints shape = look[0] == 'u' ? Ints{1, 2, 3} : Ints{2, 3};
    EXPECT_THAT(changedUnderneath(look, dim, shape), HasSubstr("graph.exp")) << look;
    EXPECT_THAT(changedThrough(look, dim, shape), HasSubstr("graph.exp")) << look;
  }
}

/// x [3, 3] copied, looked into and transposed in place: what looks into it stays as it was.
TEST(TorchInPlace, WhatChangesTheShapeOnlyIsAView) {
  ProgramBuilder p;
  p.input("x", {3, 3});
  p.node("exp.default", {{"self", tensor("x")}}, "a", {3, 3});
  p.node("view.default", {{"self", tensor("a")}, {"size", ints({9})}}, "look", {9});
  p.node("t_.default", {{"self", tensor("a")}}, "turned", {3, 3});
  p.node("sin.default", {{"self", tensor("look")}}, "y", {9});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.sin"), Not(ContainsRegex("transpose.*\n.*sin"))));
}

TEST(TorchMovedim, TakesOneDimensionOrSeveral) {
  for (bool isOne : {true, false}) {
    ProgramBuilder p;
    p.input("x", {2, 3, 4});
    p.node(isOne ? "movedim.int" : "movedim.intlist",
           {{"self", tensor("x")},
            {"source", isOne ? number(-1) : ints({2, 0})},
            {"destination", isOne ? number(0) : ints({0, 1})}},
           "y", {4, 2, 3});
    EXPECT_THAT(p.text(), HasSubstr("graph.transpose")) << isOne;
  }
}

/// The operand of dropout is named otherwise than those of other operators.
TEST(TorchInPlace, DropoutIsItsOperand) {
  for (const char *name : {"dropout", "feature_dropout", "alpha_dropout"}) {
    ProgramBuilder p;
    p.input("x", {2, 3});
    p.node("exp.default", {{"self", tensor("x")}}, "a", {2, 3});
    p.node(name + std::string(".default"),
           {{"input", tensor("a")}, {"p", real(0.5)}, {"train", flag(false)}}, "kept", {2, 3});
    p.node("relu_.default", {{"self", tensor("kept")}}, "changed", {2, 3});
    p.node("sub.Tensor", {{"self", tensor("a")}, {"other", tensor("changed")}}, "y", {2, 3});
    EXPECT_THAT(p.text(), ContainsRegex("%1 = graph.relu .*\n.*graph.sub %1, %1 ")) << name;
  }
}

/// As windows of videos that are not shifted have it.
TEST(TorchInPlace, NothingIsFilledWithANumber) {
  ProgramBuilder p;
  p.input("x", {2, 3});
  p.input("v", {1});
  p.node("slice.Tensor",
         {{"self", tensor("x")}, {"dim", number(0)}, {"start", number(0)}, {"end", number(0)}},
         "none", {0, 3});
  p.node("copy.default", {{"self", tensor("none")}, {"src", tensor("v")}}, "filled", {0, 3});
  Json both = {{"as_tensors", Json::array({{{"name", "filled"}}, {{"name", "x"}}})}};
  p.node("cat.default", {{"tensors", both}}, "y", {2, 3});
  EXPECT_THAT(p.text(), AllOf(Not(HasSubstr("error")), Not(HasSubstr("graph.tile"))));
}

std::string put(const Json &indices, const Ints &values, bool accumulates = false) {
  ProgramBuilder p;
  p.input("x", {4, 5});
  p.input("m", {4}, ScalarType::kBool);
  p.input("i", {2}, ScalarType::kLong);
  p.integers("known", {2}, {3, 0});
  p.input("v", values);
  p.node("index_put.default",
         {{"self", tensor("x")},
          {"indices", {{"as_optional_tensors", indices}}},
          {"values", tensor("v")},
          {"accumulate", flag(accumulates)}},
         "y", {4, 5});
  return p.text();
}

TEST(TorchIndexPut, BehindAMaskIsASelect) {
  EXPECT_THAT(put(Json::array({tensor("m")}), {}),
              AllOf(HasSubstr("graph.select"), Not(HasSubstr("graph.gather"))));
  EXPECT_THAT(put(Json::array({tensor("m")}), {3, 5}),
              HasSubstr("a mask with as many values as it picks"));
}

TEST(TorchIndexPut, IsOneScatterWhoeverKnowsThePlaces) {
  EXPECT_EQ(countOf(put(Json::array({none(), tensor("known")}), {4, 2}), "graph.scatter"), 1);
  EXPECT_EQ(countOf(put(Json::array({tensor("i")}), {2, 5}), "graph.scatter"), 1);
  EXPECT_EQ(countOf(put(Json::array({tensor("i")}), {2, 5}, /*accumulates=*/true), "graph.scatter"),
            1);
  EXPECT_THAT(put(Json::array({tensor("i"), tensor("known")}), {2}),
              HasSubstr("(tensor<4x5xf32>, tensor<2x2xi64>, tensor<2xf32>)"));
}

TEST(TorchScatter, TakesPlacesThatARunComputes) {
  ProgramBuilder p;
  p.input("x", {4, 5});
  p.input("i", {4, 2}, ScalarType::kLong);
  p.node("scatter.value",
         {{"self", tensor("x")}, {"dim", number(1)}, {"index", tensor("i")}, {"value", real(1)}},
         "y", {4, 5});
  EXPECT_THAT(p.text(), HasSubstr("graph.scatter"));
}

/// p = (x + x).permute(1, 0); p.mul_(2); y = p + `last`
std::string changedPermutation(const std::string &last) {
  ProgramBuilder p;
  p.input("x", {3, 3});
  p.node("add.Tensor", {{"self", tensor("x")}, {"other", tensor("x")}}, "sum", {3, 3});
  p.node("permute.default", {{"self", tensor("sum")}, {"dims", ints({1, 0})}}, "turned", {3, 3});
  p.node("mul_.Tensor", {{"self", tensor("turned")}, {"other", real(2)}}, "twice", {3, 3});
  p.node("add.Tensor", {{"self", tensor("twice")}, {"other", tensor(last)}}, "y", {3, 3});
  return p.text();
}

TEST(TorchInPlace, MayChangeAnyViewOfWhatNobodyReadsAfterwards) {
  EXPECT_THAT(changedPermutation("turned"), HasSubstr("graph.mul"));
  EXPECT_THAT(changedPermutation("sum"), HasSubstr("changes a tensor in place that others may"));
}

TEST(TorchSliceScatter, ReplacesEveryStep) {
  ProgramBuilder p;
  p.input("x", {5, 2});
  p.input("part", {2, 2});
  p.node("slice_scatter.default",
         {{"self", tensor("x")},
          {"src", tensor("part")},
          {"dim", number(0)},
          {"start", number(1)},
          {"end", number(5)},
          {"step", number(3)}},
         "y", {5, 2});
  EXPECT_THAT(p.text(),
              AllOf(HasSubstr("graph.concat %arg0, %arg1"), HasSubstr("tensor<5x2xf32>")));
}

} // namespace
} // namespace tandem::torch::test
