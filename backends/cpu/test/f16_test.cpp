// Products by f16, as `precision=f16` asks for them: where f16 is multiplied by an instruction
// (fp16), in it, a few products at a time; elsewhere in f32, of weights that are stored as f16.

#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/compile/f16_products.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/precision.h"
#include "backends/cpu/test/random_case.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::test {
namespace {

/// A number that is rounded to f16 is off by at most this part of itself.
constexpr double kRounding = 1.0 / 2048;

float toSmallInteger(float real) {
  return std::clamp(std::round(real * 2), -2.0f, 2.0f);
}

class RandomF16 : public ::testing::TestWithParam<uint32_t> {};

/// Both factors round, and each addition to a sum of f16.
TEST_P(RandomF16, IsWithinItsBoundOfTheReference) {
  std::string text = RandomCase(GetParam()).text("f32");
  double ofFactors = 2 * kRounding + kRounding * kRounding;
  expectWithin(text, "f16", inputsOf(text), ofFactors + cpu::kMostF16Sums * kRounding + kOfSums);
}

/// Sums of a few products of small integers are exact in f16, and then f32 has them whole.
TEST_P(RandomF16, IsExactOnWhatItHolds) {
  std::string text = withRounded(RandomCase(GetParam()).text("f32"), toSmallInteger);
  expectWithin(text, "f16", roundedInputs(inputsOf(text), toSmallInteger), kOfSums);
}

/// Errors are of all signs: the root of their squares' mean is that of a few roundings, not of
/// kMostF16Sums.
TEST_P(RandomF16, IsCommonlyOffByAFewRoundings) {
  std::string text = RandomCase(GetParam()).text("f32");
  std::vector<Bytes> inputs = inputsOf(text);
  Bounded bounded(text, inputs);
  for (const CodeRunner &runner : allRunners()) {
    SCOPED_TRACE(runner.isa);
    std::vector<float> actual = realsOf(text, runner, "f16", inputs).at(0);
    ASSERT_EQ(actual.size(), bounded.expected.size());
    double squares = 0;
    for (size_t i = 0; i < actual.size(); ++i)
      if (bounded.largest[i] > 0)
        squares += std::pow((actual[i] - bounded.expected[i]) / bounded.largest[i], 2);
    EXPECT_LE(std::sqrt(squares / static_cast<double>(actual.size())), kRounding);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomF16, ::testing::Range(200u, 230u));

class F16OfWeights : public ::testing::TestWithParam<uint32_t> {};

/// Where nothing asks for products in f16, weights that it holds are stored as f16 all the same.
TEST_P(F16OfWeights, IsExactOnWhatF16Holds) {
  std::string text = withRounded(RandomCase(GetParam()).text("f32"), roundedToF16);
  expectWithin(text, "f32", inputsOf(text), kOfSums);
}

/// Expects the same of two modules whose constants differ in how they are stored.
void expectSame(const std::string &stored, const std::string &text) {
  ASSERT_NE(stored, text);
  std::vector<Bytes> inputs = inputsOf(text);
  EXPECT_EQ(OneRegion(referenceBackend(), referenceDevice(), stored).run(inputs),
            OneRegion(referenceBackend(), referenceDevice(), text).run(inputs));
  for (const CodeRunner &runner : runnersHere())
    for (const char *precision : {"f32", "f16"})
      EXPECT_EQ(resultsOf(stored, runner, precision, inputs),
                resultsOf(text, runner, precision, inputs))
          << runner.isa << ' ' << precision;
}

/// Constants that are f32 by their type and f16 in the module's memory are the same numbers.
TEST_P(F16OfWeights, AreTheSameWhereTheGraphHasThemAsHalves) {
  std::string text = withRounded(RandomCase(GetParam()).text("f32"), roundedToF16);
  expectSame(storedAsHalves(text), text);
}
TEST_P(F16OfWeights, AreTheSameWhereTheGraphHasThemAsCodes) {
  std::string text = withRounded(RandomCase(GetParam()).text("f32"), toSmallInteger);
  for (const CodeForm &form : {CodeForm{"i8", 3, false}, {"u8", 130, false}, {"i8", -3, true}})
    expectSame(storedAsCodes(text, form), text);
}
INSTANTIATE_TEST_SUITE_P(Seeds, F16OfWeights, ::testing::Range(100u, 110u));

class F16Between : public ::testing::TestWithParam<const char *> {};

TEST_P(F16Between, IsWithinAFewRoundingsForEachValue) {
  expectNearReference(productsAround(GetParam()), "f16", 4 * kRounding);
}
INSTANTIATE_TEST_SUITE_P(Ops, F16Between, ::testing::ValuesIn(kOpsBetween),
                         [](const auto &info) { return std::string(info.param); });

/// What the convolutions of a module are made of, by their schedules.
std::vector<std::string> kindsOf(const char *isa, const char *precision) {
  OneRegion region(cpuBackend(), cpuDevice(), productsAround("odd"), optionsFor(isa, precision));
  EXPECT_TRUE(region.supported()) << region.refusal();
  std::vector<std::string> kinds;
  const cpu::Variant &variant = *cpu::GetArtifact(region.artifact().data())->variants()->Get(0);
  for (const flatbuffers::String *schedule : *variant.schedules())
    if (std::string text = schedule->str(); !text.empty()) // "fp16 conv f16 1x9x9x20 ..."
      kinds.push_back(text.substr(0, text.find(' ', text.find("conv ") + 5)));
  return kinds;
}

TEST(F16, IsMultipliedInF16OnlyWhereItIsAskedForAndAnInstruction) {
  using testing::Each;
  EXPECT_THAT(kindsOf("fp16", "f16"), Each("fp16 conv f16"));
  EXPECT_THAT(kindsOf("i8mm", "f16"), Each("i8mm conv f16"));
  EXPECT_THAT(kindsOf("fp16", "f32"), Each("fp16 conv f32"));
  EXPECT_THAT(kindsOf("neon", "f16"), Each("neon conv f32"));
  EXPECT_THAT(kindsOf("avx2", "f16"), Each("avx2 conv f32"));
}

} // namespace
} // namespace tandem::test
