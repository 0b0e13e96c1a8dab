// Winograd's transforms on numbers, and convolutions by them against the reference.

#include "backends/cpu/compile/winograd_transforms.h"
#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
#include "tests/conformance/text.h"

#include <gtest/gtest.h>
#include <random>

namespace tandem::test {
namespace {

struct Integers {
  using Value = int64_t;
  int64_t add(int64_t a, int64_t b) const { return a + b; }
  int64_t sub(int64_t a, int64_t b) const { return a - b; }
  int64_t fma(int64_t factor, int64_t a, int64_t b) const { return factor * a + b; }
};

TEST(Winograd, GivesTheSumsOfThreeProductsAlongOneDimension) {
  for (int64_t m : {2, 4}) {
    SCOPED_TRACE(m);
    llvm::SmallVector<int64_t> d = {3, -7, 11, 5, -2, 13};
    d.resize(static_cast<size_t>(m + 2));
    llvm::SmallVector<double> w = {24, -48, 72}; // their factors are whole numbers
    llvm::SmallVector<double> weights = cpu::winogradWeights(m, w);
    llvm::SmallVector<int64_t> products = cpu::winogradInput(Integers(), llvm::ArrayRef(d));
    for (size_t i = 0; i < products.size(); ++i)
      products[i] *= static_cast<int64_t>(weights[i]);
    llvm::SmallVector<int64_t> results = cpu::winogradResult(Integers(), llvm::ArrayRef(products));
    ASSERT_EQ(results.size(), static_cast<size_t>(m));
    for (size_t i = 0; i < results.size(); ++i)
      EXPECT_EQ(results[i], 24 * d[i] - 48 * d[i + 1] + 72 * d[i + 2]);
  }
}

TEST(Winograd, MeasuresItsErrorOnTheFilter) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> weights(32 * 9 * 64);
  for (float &weight : weights)
    weight = normal(random);
  cpu::WinogradFilter filter{weights, 32, 64};
  double two = cpu::winogradError(filter, 2), four = cpu::winogradError(filter, 4);
  EXPECT_GT(two, 0);
  EXPECT_LT(two, 2e-6);
  EXPECT_GT(four, two);
  EXPECT_LT(four, 1e-5);
}

struct Sizes {
  int64_t batch, height, width, in, out;
  int64_t low[2] = {1, 1}, high[2] = {1, 1};
};

std::string pair(const char *name, const int64_t (&values)[2]) {
  return std::string(name) + " [" + std::to_string(values[0]) + ", " + std::to_string(values[1]) +
         "] ";
}

/// A 3×3 convolution, and with `residual` the addition of a second argument behind it.
std::string convolution(const Sizes &s, const std::string &activation, bool residual = false) {
  ModuleText text;
  Element f32{"f32", 0.02f};
  std::string input = text.argument({s.batch, s.height, s.width, s.in}, f32);
  std::string filter = text.filter({s.out, 3, 3, s.in}, f32, -1);
  std::vector<int64_t> result = {s.batch, s.height + s.low[0] + s.high[0] - 2,
                                 s.width + s.low[1] + s.high[1] - 2, s.out};
  std::string type = tensorText(result, f32);
  std::string sum = text.apply("conv_2d", {input, filter, text.bias(s.out, "f32")},
                               "stride [1, 1] dilation [1, 1] " + pair("pad_low", s.low) +
                                   pair("pad_high", s.high) + "groups 1 activation " +
                                   (residual ? "none" : activation),
                               type);
  if (residual)
    sum = text.apply("add", {sum, text.argument(result, f32)}, "activation " + activation, type);
  return text.finish(sum);
}

CompileOptions optionsFor(const char *isa, const char *winograd = "on") {
  CompileOptions options;
  options.isas = {isa};
  options.settings = {{"winograd", winograd}};
  return options;
}

std::vector<const char *> isas() {
  return {cpu::processorHas("avx512vnni") ? "avx512" : "avx2-wide", "avx2"};
}

/// Stages are three steps; blocks, and direct multiplication, are one.
size_t stepsOf(const std::string &text, const char *winograd) {
  return OneRegion(cpuBackend(), cpuDevice(), text, optionsFor("avx2", winograd)).steps();
}

void expectReference(const std::string &text) {
  for (const char *isa : isas()) {
    SCOPED_TRACE(isa);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(),
               optionsFor(isa), /*tolerance=*/1e-4);
  }
}

TEST(Winograd, RunsInStagesThatThreadsShare) {
  std::string text = convolution({1, 14, 14, 64, 48}, "relu");
  EXPECT_EQ(stepsOf(text, "on"), 3u);
  EXPECT_EQ(stepsOf(text, "off"), 1u);
  expectReference(text);
}

TEST(Winograd, RunsInBlocksOfALargeImage) {
  // 14 rows of 15 tiles, in blocks of 2 or 3 rows of them.
  expectReference(convolution({1, 55, 57, 48, 72}, "relu6"));
}

TEST(Winograd, RunsEntriesOfABatch) {
  expectReference(convolution({2, 13, 9, 32, 40}, "none"));
}

TEST(Winograd, TakesWhatIsFused) {
  std::string text = convolution({1, 12, 12, 32, 32}, "relu", /*residual=*/true);
  EXPECT_EQ(stepsOf(text, "on"), 3u);
  expectReference(text);
}

TEST(Winograd, IsAnOptionOfTheBackend) {
  CompileOptions options = optionsFor("avx2", "sometimes");
  EXPECT_EQ(llvm::toString(cpuBackend().checkSettings(options)),
            "cpu: option 'winograd' is 'sometimes', expected on or off");
  options.settings = {{"strassen", "on"}};
  EXPECT_EQ(
      llvm::toString(cpuBackend().checkSettings(options)),
      "cpu: there is no option 'strassen', only bands, precision, tuned-for, tuning, winograd");
}

class RandomWinograd : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomWinograd, IsWhatTheReferenceGives) {
  std::mt19937 random(GetParam());
  auto number = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  Sizes sizes{number(1, 2), number(5, 34), number(5, 34), number(16, 72), number(16, 72)};
  for (int axis : {0, 1}) {
    sizes.low[axis] = number(0, 3);
    sizes.high[axis] = number(0, 3);
  }
  const char *activations[] = {"none", "relu", "relu6"};
  expectReference(convolution(sizes, activations[number(0, 2)], number(0, 1) == 1));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomWinograd, ::testing::Range(0u, 24u));

} // namespace
} // namespace tandem::test
