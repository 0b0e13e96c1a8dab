// What the inner loops for aarch64 are made of: no such processor is here to be timed, so their
// instructions are counted.

#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/disassembly.h"
#include "backends/cpu/test/harness.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

std::string imageFor(const std::string &isa, const std::string &text) {
  CompileOptions options;
  options.isas = {isa};
  OneRegion region(cpuBackend(), cpuDevice(), text, options);
  EXPECT_TRUE(region.supported()) << region.refusal();
  const cpu::Variant *variant = cpu::GetArtifact(region.artifact().data())->variants()->Get(0);
  return {reinterpret_cast<const char *>(variant->image()->data()), variant->image()->size()};
}

std::string join(const InnerLoop &loop) {
  std::string text;
  for (const std::string &instruction : loop.instructions)
    text += instruction + "\n";
  return text;
}

constexpr const char *kPointwise = R"(
func.func @main(%x: tensor<1x10x10x64xf32>) -> tensor<1x10x10x64xf32> {
  %f = graph.constant dense<0.5> : tensor<64x1x1x64xf32> : tensor<64x1x1x64xf32>
  %0 = graph.conv_2d %x, %f : (tensor<1x10x10x64xf32>, tensor<64x1x1x64xf32>) -> tensor<1x10x10x64xf32>
  return %0 : tensor<1x10x10x64xf32>
})";

TEST(InnerLoops, OfFloatProductsAreMultiplyAddsByLanes) {
  for (const char *isa : {"neon", "dotprod"}) {
    InnerLoop loop = busiestLoop(imageFor(isa, kPointwise), "fmla");
    SCOPED_TRACE(join(loop));
    // 5 pixels × 4 vectors of channels, 4 products of each at a time.
    EXPECT_EQ(loop.count("fmla", ".s["), 80);
    EXPECT_EQ(loop.count("fmla"), 80);
    EXPECT_EQ(loop.stackAccesses(), 0);
    // 5 loads of activations, 8 of pairs of weights, and what counts the loop.
    EXPECT_LE(loop.instructions.size(), 80u + 5 + 8 + 8);
  }
}

} // namespace
} // namespace tandem::test
