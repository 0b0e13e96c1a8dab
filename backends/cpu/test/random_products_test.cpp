// Convolutions, depthwise ones and matrix products of random shapes, strides, pads, activations and
// types against the reference, every buffer between guards.

#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/random_case.h"
#include "backends/cpu/test/runners.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

class RandomProducts : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomProducts, AreThoseOfTheReference) {
  std::string text = RandomCase(GetParam()).text();
  SCOPED_TRACE(text.substr(0, 2000));
  for (const char *isa : {wideIsa(), "avx2"}) {
    SCOPED_TRACE(isa);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomProducts, ::testing::Range(0u, 120u));

class RandomConvolutionsOfOneRow : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomConvolutionsOfOneRow, AreThoseOfTheReference) {
  const char *types[] = {"legacy", "u8", "i8", "f32"};
  std::string text = RandomCase(GetParam()).ofOneRow(types[GetParam() % 4]);
  for (const char *isa : {wideIsa(), "avx2"}) {
    SCOPED_TRACE(isa);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomConvolutionsOfOneRow, ::testing::Range(0u, 60u));

/// Channels that fill vectors of bytes but for a half or a quarter, or less than one.
class RandomDepthwiseOfCodes : public ::testing::TestWithParam<std::tuple<int64_t, uint32_t>> {};

TEST_P(RandomDepthwiseOfCodes, IsThatOfTheReference) {
  auto [channels, seed] = GetParam();
  const char *types[] = {"i8", "u8", "few"};
  std::string text = RandomCase(seed).depthwise(types[seed % 3], channels);
  expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{wideIsa()}});
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomDepthwiseOfCodes,
                         ::testing::Combine(::testing::Values(16, 32, 80, 96, 144, 160),
                                            ::testing::Range(0u, 9u)));

} // namespace
} // namespace tandem::test
