#include "base/closest.h"

#include <gtest/gtest.h>

#include <array>

namespace tandem {
namespace {

const std::array<std::string, 5> kNames = {"compile", "completion", "cpu", "neuron", "mt6873"};

TEST(Closest, FindsWhatASlipMakes) {
  EXPECT_EQ(closest("compil", kNames), "compile");
  EXPECT_EQ(closest("comple", kNames), "compile");
  EXPECT_EQ(closest("nueron", kNames), "neuron") << "two letters swapped are one slip";
  EXPECT_EQ(closest("mt6837", kNames), "mt6873");
  EXPECT_EQ(closest("complition", kNames), "completion");
}

TEST(Closest, FindsNothingInOtherWords) {
  EXPECT_EQ(closest("gpu", kNames), "") << "short words are too near to one another";
  EXPECT_EQ(closest("mt6765", kNames), "");
  EXPECT_EQ(closest("", kNames), "");
  EXPECT_EQ(closest(std::string(1000, 'c'), kNames), "");
}

TEST(Closest, IsAsked) {
  EXPECT_EQ(didYouMean("mt6837", kNames), " (did you mean 'mt6873'?)");
  EXPECT_EQ(didYouMean("gpu", kNames), "");
}

} // namespace
} // namespace tandem
