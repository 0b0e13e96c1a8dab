// Complex numbers, which are two tensors in the graph. That they compute what PyTorch does is held
// by tests/models/check_torch_spectral.py.
#include "compiler/importers/torch/test/program_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::torch::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr ScalarType kComplex = ScalarType::kComplexFloat;

/// "z": the transform of pieces of a signal [2, 20].
ProgramBuilder pieces(const Json &isComplex = flag(true),
                      const std::vector<float> &window = {0, 0.5, 1, 1, 1, 1, 0.5, 0}) {
  ProgramBuilder p;
  p.input("x", {2, 20});
  p.weight("w", {static_cast<int64_t>(window.size())}, window);
  bool isValue = isComplex == flag(true);
  p.node("stft.default",
         {{"self", tensor("x")},
          {"n_fft", number(8)},
          {"hop_length", number(4)},
          {"win_length", number(static_cast<int64_t>(window.size()))},
          {"window", tensor("w")},
          {"return_complex", isComplex}},
         "z", isValue ? Ints{2, 5, 4} : Ints{2, 5, 4, 2}, isValue ? kComplex : ScalarType::kFloat);
  return p;
}

TEST(TorchStft, IsAConvolutionWithTheWindowInIt) {
  ProgramBuilder p = pieces();
  p.node("abs.default", {{"self", tensor("z")}}, "y", {2, 5, 4});
  EXPECT_THAT(p.text(),
              AllOf(HasSubstr("dense<[[[[0.000000e+00, 5.000000e-01, 1.000000e+00, 1.000000e+00]"),
                    HasSubstr("graph.conv_2d"), HasSubstr("permutation [0, 2, 1]"),
                    HasSubstr("graph.sqrt"), Not(HasSubstr("complex"))));
}

TEST(TorchStft, PutsAShorterWindowIntoTheConvolutionAsWell) {
  ProgramBuilder p = pieces(flag(true), {0.5, 1, 1, 1, 1, 0.5});
  p.node("abs.default", {{"self", tensor("z")}}, "y", {2, 5, 4});
  EXPECT_THAT(p.text(),
              AllOf(HasSubstr("dense<[[[[0.000000e+00, 5.000000e-01, 1.000000e+00, 1.000000e+00]"),
                    Not(HasSubstr("graph.pad"))));
}

TEST(TorchPad, PutsZerosAroundBothParts) {
  auto padded = [](double value) {
    ProgramBuilder p = pieces();
    p.node("pad.default", {{"self", tensor("z")}, {"pad", ints({1, 0})}, {"value", real(value)}},
           "wide", {2, 5, 5}, kComplex);
    p.node("abs.default", {{"self", tensor("wide")}}, "y", {2, 5, 5});
    return p.text();
  };
  EXPECT_EQ(countOf(padded(0), "graph.pad"), 2);
  EXPECT_THAT(padded(1), HasSubstr("a number around complex ones"));
}

TEST(TorchStft, GivesPairsWhereItIsAskedTo) {
  ProgramBuilder p = pieces(flag(false)), q = pieces();
  q.node("view_as_real.default", {{"self", tensor("z")}}, "y", {2, 5, 4, 2});
  EXPECT_THAT(p.text(), HasSubstr("-> (tensor<2x5x4x2xf32> {graph.name = \"z\"})"));
  EXPECT_THAT(q.text(), HasSubstr("graph.concat"));
}

/// Pairs that are taken apart again are the parts.
TEST(TorchStft, LeavesItsPartsAsTheyAre) {
  ProgramBuilder p = pieces();
  p.node("view_as_real.default", {{"self", tensor("z")}}, "pairs", {2, 5, 4, 2});
  p.node("select.int", {{"self", tensor("pairs")}, {"dim", number(3)}, {"index", number(1)}}, "y",
         {2, 5, 4});
  EXPECT_THAT(p.text(), AllOf(Not(HasSubstr("graph.concat")), Not(HasSubstr("graph.slice"))));
}

TEST(TorchIstft, DividesByWhatTheWindowsAddUpTo) {
  ProgramBuilder p = pieces();
  p.node("istft.default",
         {{"self", tensor("z")},
          {"n_fft", number(8)},
          {"hop_length", number(4)},
          {"win_length", number(8)},
          {"window", tensor("w")},
          {"center", flag(true)},
          {"length", number(10)}},
         "y", {2, 10});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.div"), HasSubstr("-> (tensor<2x10xf32>")));
}

TEST(TorchComplex, OperatorsThatMoveElementsMoveBothParts) {
  ProgramBuilder p = pieces();
  p.node("permute.default", {{"self", tensor("z")}, {"dims", ints({1, 0, 2})}}, "turned", {5, 2, 4},
         kComplex);
  p.node("mul.Tensor", {{"self", tensor("turned")}, {"other", real(2)}}, "twice", {5, 2, 4},
         kComplex);
  p.node("imag.default", {{"self", tensor("twice")}}, "y", {5, 2, 4});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.mul"), HasSubstr("-> (tensor<5x2x4xf32>")));
}

TEST(TorchComplex, IsRefusedByNameElsewhere) {
  ProgramBuilder p = pieces(), q = pieces(), r;
  p.node("tanh.default", {{"self", tensor("z")}}, "y", {2, 5, 4}, kComplex);
  EXPECT_EQ(p.text(), "error: 1 unsupported operator: aten.tanh.default (1: y; complex numbers)");
  EXPECT_THAT(q.text(), HasSubstr("output 'z' has complex numbers"));
  r.input("z", {2}, kComplex);
  r.node("abs.default", {{"self", tensor("z")}}, "y", {2});
  EXPECT_THAT(r.text(), HasSubstr("a tensor of type complex64 is not supported"));
}

TEST(TorchFft, RefusesWhatMakesNoSense) {
  auto message = [](int64_t dim, int64_t size, const std::string &norm) {
    ProgramBuilder p;
    p.input("x", {2, 8});
    p.node("fft_rfft.default",
           {{"self", tensor("x")},
            {"n", number(size)},
            {"dim", number(dim)},
            {"norm", {{"as_string", norm}}}},
           "y", {2, 5}, kComplex);
    return p.text();
  };
  EXPECT_EQ(message(-1, 0, "ortho"),
            "error: node 'y' (aten.fft_rfft.default): a transform of 0 points");
  EXPECT_EQ(message(-1, 8, "none"), "error: node 'y' (aten.fft_rfft.default): 'norm' is 'none'");
}

} // namespace
} // namespace tandem::torch::test
