// Chains of ops on single elements: how many loops they are, and that these give what the reference
// does, and to the last bit what they give one by one.

#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/precision.h"
#include "backends/cpu/test/random_chain.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

/// What polynomials are off by, through several functions.
constexpr double kOfChains = 1e-4;

std::vector<const char *> isasHere() {
  return {cpu::processorHas("avx512vnni") ? "avx512" : "avx2-wide", "avx2"};
}

void expectReference(const std::string &text) {
  for (const char *isa : isasHere()) {
    SCOPED_TRACE(isa);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}},
               kOfChains);
  }
}

/// Where every value is a result nothing is fused.
void expectSameApart(const RandomChain::Texts &texts) {
  for (const char *isa : isasHere()) {
    SCOPED_TRACE(isa);
    OneRegion together(cpuBackend(), cpuDevice(), texts.chain, {{isa}});
    OneRegion apart(cpuBackend(), cpuDevice(), texts.apart, {{isa}});
    ASSERT_TRUE(together.ready() && apart.ready());
    std::vector<Bytes> inputs = apart.makeInputs();
    EXPECT_EQ(together.run(inputs)[0], apart.run(inputs).back());
  }
}

size_t stepsOf(const std::string &text) {
  return OneRegion(cpuBackend(), cpuDevice(), text, {{"avx2"}}).steps();
}

class RandomChains : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomChains, AreOneLoop) {
  RandomChain::Texts texts = RandomChain(GetParam()).alone();
  SCOPED_TRACE(texts.chain);
  EXPECT_EQ(stepsOf(texts.chain), 1u);
  expectReference(texts.chain);
  expectSameApart(texts);
}

TEST_P(RandomChains, ArePartOfTheProductBeforeThem) {
  RandomChain::Texts texts = RandomChain(GetParam()).behindAProduct();
  SCOPED_TRACE(texts.chain);
  EXPECT_EQ(stepsOf(texts.chain), stepsOf(texts.before));
  expectReference(texts.chain);
  expectSameApart(texts);
}

TEST_P(RandomChains, ArePartOfTheReductionBehindThem) {
  std::string text = RandomChain(GetParam()).reduced();
  SCOPED_TRACE(text);
  EXPECT_EQ(stepsOf(text), 1u);
  expectReference(text);
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomChains, ::testing::Range(0u, 60u));

class RandomChainsElsewhere : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomChainsElsewhere, AreThoseOfTheReference) {
  RandomChain random(GetParam());
  expectNearReference(GetParam() % 2 ? random.alone().chain : random.behindAProduct().chain, "f32",
                      kOfChains);
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomChainsElsewhere, ::testing::Range(1000u, 1012u));

TEST(Chains, BehindAProductMayBeOfASingleNumber) {
  std::string text = R"(
func.func @main(%x: tensor<1x16xf32>, %y: tensor<f32>) -> tensor<f32> {
  %w = graph.constant dense<0.25> : tensor<1x16xf32> : tensor<1x16xf32>
  %0 = graph.fully_connected %x, %w : (tensor<1x16xf32>, tensor<1x16xf32>) -> tensor<1x1xf32>
  %1 = graph.reshape %0 shape [] : (tensor<1x1xf32>) -> tensor<f32>
  %2 = graph.mul %1, %y : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %2 : tensor<f32>
})";
  EXPECT_EQ(stepsOf(text), 1u);
  expectReference(text);
}

} // namespace
} // namespace tandem::test
