// What inner loops are made of where no such processor may be here to be timed: their instructions
// are counted.

#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/disassembly.h"
#include "backends/cpu/test/harness.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

std::string imageFor(const std::string &isa, const std::string &text,
                     std::map<std::string, std::string> settings = {}) {
  CompileOptions options;
  options.isas = {isa};
  options.settings = std::move(settings);
  OneRegion region(cpuBackend(), cpuDevice(), text, options);
  EXPECT_TRUE(region.supported()) << region.refusal();
  const cpu::Variant *variant = cpu::GetArtifact(region.artifact().data())->variants()->Get(0);
  return {reinterpret_cast<const char *>(variant->image()->data()), variant->image()->size()};
}

std::string join(const Instructions &loop) {
  std::string text;
  for (const std::string &instruction : loop.instructions)
    text += instruction + "\n";
  return text;
}

constexpr const char *kPointwise = R"(
func.func @main(%x: tensor<1x10x10x64xf32>) -> tensor<1x10x10x64xf32> {
  %f = graph.constant dense<0.1> : tensor<64x1x1x64xf32> : tensor<64x1x1x64xf32>
  %0 = graph.conv_2d %x, %f : (tensor<1x10x10x64xf32>, tensor<64x1x1x64xf32>) -> tensor<1x10x10x64xf32>
  return %0 : tensor<1x10x10x64xf32>
})";

TEST(InnerLoops, OfFloatProductsAreMultiplyAddsByLanes) {
  for (const char *isa : {"neon", "dotprod"}) {
    Instructions loop = busiestLoop(imageFor(isa, kPointwise), "fmla");
    SCOPED_TRACE(join(loop));
    // 5 pixels × 4 vectors of channels, 4 products of each at a time.
    EXPECT_EQ(loop.count("fmla", ".s["), 80);
    EXPECT_EQ(loop.count("fmla"), 80);
    EXPECT_EQ(loop.stackAccesses(), 0);
    // 5 loads of activations, 8 of pairs of weights, 4 prefetches, and what counts the loop.
    EXPECT_LE(loop.instructions.size(), 80u + 5 + 8 + 4 + 8);
  }
}

constexpr const char *kPointwiseCodes = R"(
!in = !quant.uniform<i8:f32, 0.05:3>
!filter = !quant.uniform<i8<-127:127>:f32, 0.02>
!out = !quant.uniform<i8:f32, 0.5:-4>
func.func @main(%x: tensor<1x10x10x64x!in>) -> tensor<1x10x10x64x!out> {
  %f = graph.constant dense<7> : tensor<64x1x1x64xi8> : tensor<64x1x1x64x!filter>
  %0 = graph.conv_2d %x, %f : (tensor<1x10x10x64x!in>, tensor<64x1x1x64x!filter>) -> tensor<1x10x10x64x!out>
  return %0 : tensor<1x10x10x64x!out>
})";

TEST(InnerLoops, OfByteProductsAreDotProductsByLanes) {
  Instructions loop = busiestLoop(imageFor("dotprod", kPointwiseCodes), "sdot");
  SCOPED_TRACE(join(loop));
  EXPECT_EQ(loop.count("sdot", ".4b["), 80);
  EXPECT_EQ(loop.count("sdot"), 80);
  EXPECT_EQ(loop.count("eor"), 5) << "makes the bytes of a pixel signed, once for four products";
  EXPECT_EQ(loop.stackAccesses(), 0);
  EXPECT_LE(loop.instructions.size(), 80u + 5 + 5 + 8 + 4 + 8);
}

TEST(InnerLoops, OfByteProductsAreOfMatricesWhereThereIsAnInstruction) {
  Instructions loop = busiestLoop(imageFor("i8mm", kPointwiseCodes), "usmmla");
  SCOPED_TRACE(join(loop));
  // 10 pixels × 2 vectors of channels, two products of each at a time.
  EXPECT_EQ(loop.count("usmmla"), 20);
  EXPECT_EQ(loop.count("zip1") + loop.count("zip2"), 4) << "weights of two products by channel";
  EXPECT_EQ(loop.stackAccesses(), 0);
  // The bytes of ten pixels, weights, prefetches, and what counts the loop.
  EXPECT_LE(loop.instructions.size(), 20u + 10 + 4 + 4 + 2 + 16);
}

TEST(InnerLoops, OfByteProductsAreFourInstructionsWithoutDotProducts) {
  Instructions loop = busiestLoop(imageFor("neon", kPointwiseCodes), "sadalp");
  SCOPED_TRACE(join(loop));
  int products = loop.count("sadalp");
  EXPECT_GE(products, 40);
  for (const char *step : {"smull", "smull2", "addp"})
    EXPECT_EQ(loop.count(step), products) << step;
  EXPECT_EQ(loop.stackAccesses(), 0);
}

TEST(InnerLoops, AreFollowedByRequantizationOfInstructionsForIt) {
  for (const char *isa : {"neon", "dotprod", "i8mm"}) {
    Instructions all = allInstructions(imageFor(isa, kPointwiseCodes));
    EXPECT_GT(all.count("sqrdmulh"), 0) << isa;
    EXPECT_EQ(all.count("srshl"), all.count("sqrdmulh")) << isa;
  }
}

TEST(InnerLoops, OfPairsOfBf16AreDotProductsInPlace) {
  Instructions loop =
      busiestLoop(imageFor("avx512bf16", kPointwise, {{"precision", "bf16"}}), "vdpbf16ps");
  SCOPED_TRACE(join(loop));
  EXPECT_GE(loop.count("vdpbf16ps"), 20);
  EXPECT_EQ(loop.stackAccesses(), 0);
  EXPECT_EQ(loop.count("vfmadd231ps"), 0);
  // Activations, weights, prefetches, and what counts the loop.
  EXPECT_LE(static_cast<int>(loop.instructions.size()), 2 * loop.count("vdpbf16ps"));
}

TEST(InnerLoops, OfPairsOfBf16AreMultiplyAddsWithoutAnInstructionForThem) {
  for (const char *isa : {"avx512", "avx2"}) {
    Instructions all = allInstructions(imageFor(isa, kPointwise, {{"precision", "bf16"}}));
    SCOPED_TRACE(isa);
    EXPECT_EQ(all.count("vdpbf16ps"), 0);
    EXPECT_GT(all.count("vfmadd231ps"), 0);
  }
}

} // namespace
} // namespace tandem::test
