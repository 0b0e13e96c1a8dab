// Every kind of op of random shapes, strides, pads, activations and types against the reference: as
// it is, between slices, and between products whose results are stored in 16 bits; on this
// processor with every byte around its buffers watched, and on emulated ones of aarch64.

#include "backends/cpu/test/random_ops.h"
#include "backends/cpu/test/runners.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

namespace tandem::test {
namespace {

struct RandomCaseOfOp {
  RandomOp op;
  uint32_t seed;

  friend std::ostream &operator<<(std::ostream &out, const RandomCaseOfOp &one) {
    return out << one.op.name << ", seed " << one.seed;
  }
};

/// TANDEM_RANDOM_ROUNDS=10 tries so many times the seeds that a usual run does.
uint32_t rounds() {
  const char *text = std::getenv("TANDEM_RANDOM_ROUNDS");
  return text ? static_cast<uint32_t>(std::max(1, std::atoi(text))) : 1;
}

std::vector<RandomOp> randomOps() {
  std::vector<RandomOp> ops;
  addRandomProducts(ops);
  addRandomWindows(ops);
  addRandomRows(ops);
  addRandomElementwise(ops);
  addRandomMoves(ops);
  return ops;
}

std::vector<RandomCaseOfOp> casesOf(const std::vector<RandomOp> &ops) {
  std::vector<RandomCaseOfOp> cases;
  for (const RandomOp &op : ops)
    for (uint32_t seed = 0; seed < op.seeds * rounds(); ++seed)
      cases.push_back({op, seed});
  return cases;
}
std::vector<RandomCaseOfOp> casesIn16Bits() {
  std::vector<RandomOp> ops = randomOps();
  std::erase_if(ops, [](const RandomOp &op) { return !op.isIn16Bits; });
  for (RandomOp &op : ops)
    op.seeds = 3;
  return casesOf(ops);
}

std::string caseName(const ::testing::TestParamInfo<RandomCaseOfOp> &info) {
  return std::string(info.param.op.name) + "_" + std::to_string(info.param.seed);
}

std::string textOf(const RandomCaseOfOp &one, Around around) {
  RandomModule module(one.seed, around);
  return one.op.text(module);
}

class RandomOps : public ::testing::TestWithParam<RandomCaseOfOp> {};

/// Code for aarch64 in three of four cases: dotprod and i8mm have products of their own, all else
/// of them is that of neon.
std::vector<CodeRunner> runnersFor(const RandomCaseOfOp &one) {
  switch (one.seed % 4) {
  case 0:
    return runnersNamed({wideIsa(), "avx2", "neon"});
  case 1:
    return runnersNamed({wideIsa(), "dotprod"});
  case 2:
    return runnersNamed({"avx2", "i8mm"});
  default:
    return runnersNamed({wideIsa(), "avx2"});
  }
}

TEST_P(RandomOps, AreThoseOfTheReference) {
  const RandomCaseOfOp &one = GetParam();
  expectAsReference(textOf(one, one.seed / 4 % 2 ? Around::kSlices : Around::kNothing),
                    runnersFor(one), one.op.tolerance);
}

INSTANTIATE_TEST_SUITE_P(Ops, RandomOps, ::testing::ValuesIn(casesOf(randomOps())), caseName);

class RandomOpsIn16Bits : public ::testing::TestWithParam<RandomCaseOfOp> {};

/// 2^-7 of the largest result for each of up to four ops one behind another (bf16_test.cpp and
/// f16_test.cpp hold products to closer bounds).
constexpr double kOfFourOps = 4.0 / 128;

TEST_P(RandomOpsIn16Bits, AreNearThoseOfTheReference) {
  const RandomCaseOfOp &one = GetParam();
  std::string text = textOf(one, Around::kProducts);
  bool isBf16 = one.seed % 2 == 0;
  if (isBf16)
    expectAsReference(text, runnersNamed({"avx512bf16", "avx2", "bf16"}), kOfFourOps, "bf16");
  else
    expectAsReference(text, runnersNamed({"avx512", "fp16", "neon"}), kOfFourOps, "f16");
}

INSTANTIATE_TEST_SUITE_P(Ops, RandomOpsIn16Bits, ::testing::ValuesIn(casesIn16Bits()), caseName);

} // namespace
} // namespace tandem::test
