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
  // 8 pixels × 2 vectors of channels, four products of each at a time.
  EXPECT_EQ(loop.count("usmmla"), 32);
  auto zips = [&](const char *lanes) {
    return loop.count("zip1", lanes) + loop.count("zip2", lanes);
  };
  EXPECT_EQ(zips(".4s"), 8) << "weights of two products by channel";
  EXPECT_LE(zips(".2d"), 8) << "bytes of two pixels";
  EXPECT_EQ(loop.stackAccesses(), 0);
  // The bytes of eight pixels, weights, prefetches, and what counts the loop.
  EXPECT_LE(loop.instructions.size(), 32u + 8 + 8 + 8 + 8 + 4 + 8);
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

TEST(InnerLoops, OfPairsOfBf16AreMatricesWhereTheyAreAnInstruction) {
  Instructions loop = busiestLoop(imageFor("bf16", kPointwise, {{"precision", "bf16"}}), "bfmmla");
  SCOPED_TRACE(join(loop));
  // 8 pixels × 2 vectors of channels, four products of each at a time, as of bytes.
  EXPECT_EQ(loop.count("bfmmla"), 32);
  EXPECT_EQ(loop.count("fmla"), 0);
  EXPECT_EQ(loop.stackAccesses(), 0);
  EXPECT_LE(loop.instructions.size(), 32u + 8 + 8 + 8 + 8 + 4 + 8);
}

constexpr const char *kMatrixByVector = R"(
func.func @main(%x: tensor<1x256xf32>) -> tensor<1x128xf32> {
  %f = graph.constant dense<0.1> : tensor<128x256xf32> : tensor<128x256xf32>
  %0 = graph.fully_connected %x, %f : (tensor<1x256xf32>, tensor<128x256xf32>) -> tensor<1x128xf32>
  return %0 : tensor<1x128xf32>
})";

TEST(InnerLoops, OfPairsOfBf16AreDotProductsOfASinglePixel) {
  Instructions loop =
      busiestLoop(imageFor("bf16", kMatrixByVector, {{"precision", "bf16"}}), "bfdot");
  SCOPED_TRACE(join(loop));
  int products = loop.count("bfdot");
  EXPECT_GE(products, 16);
  EXPECT_EQ(loop.stackAccesses(), 0);
  // A vector of weights each, and the pair in all lanes.
  EXPECT_LE(static_cast<int>(loop.instructions.size()), 2 * products + 16);
}

TEST(InnerLoops, OfProductsOfF16AreMultiplyAddsOfEightLanes) {
  for (const char *isa : {"fp16", "i8mm"}) {
    Instructions loop = busiestLoop(imageFor(isa, kPointwise, {{"precision", "f16"}}), "fmla");
    SCOPED_TRACE(join(loop));
    // 5 pixels × 4 vectors of eight channels, 8 products of each at a time.
    EXPECT_EQ(loop.count("fmla", ".h["), 160);
    EXPECT_EQ(loop.count("fmla"), 160);
    EXPECT_EQ(loop.stackAccesses(), 0) << "the sums in f32 wait outside";
    // 5 loads of activations, 32 of weights, prefetches, and what counts the loop.
    EXPECT_LE(loop.instructions.size(), 160u + 5 + 32 + 32 + 8);
    Instructions all = allInstructions(imageFor(isa, kPointwise, {{"precision", "f16"}}));
    EXPECT_EQ(all.count("fmla", ".4s"), 0);
  }
}

constexpr const char *kDepthwise = R"(
func.func @main(%x: tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32> {
  %f = graph.constant dense<0.1> : tensor<1x5x5x64xf32> : tensor<1x5x5x64xf32>
  %0 = graph.depthwise_conv_2d %x, %f pad_low [2, 2] pad_high [2, 2] : (tensor<1x28x28x64xf32>, tensor<1x5x5x64xf32>) -> tensor<1x28x28x64xf32>
  return %0 : tensor<1x28x28x64xf32>
})";

TEST(InnerLoops, OfDepthwiseConvolutionsLoadEachInputOnce) {
  for (auto [isa, precision, lanes] :
       {std::tuple{"neon", "f32", ".4s"}, std::tuple{"fp16", "f16", ".8h"}}) {
    Instructions loop = busiestLoop(imageFor(isa, kDepthwise, {{"precision", precision}}), "fmla");
    SCOPED_TRACE(join(loop));
    EXPECT_EQ(loop.count("fmla", lanes), 35) << "a row of the kernel, for seven pixels";
    EXPECT_EQ(loop.count("fmla"), 35);
    EXPECT_EQ(loop.count("ldr") + loop.count("ldur"), 11 + 5) << "of inputs and weights";
    EXPECT_EQ(loop.stackAccesses(), 0);
    EXPECT_LE(loop.instructions.size(), 35u + 11 + 5 + 8);
  }
}

TEST(InnerLoops, OfLargestElementsOfF16AreOfEightLanes) {
  Instructions all = allInstructions(imageFor("fp16", R"(
func.func @main(%x: tensor<1x10x10x64xf32>) -> tensor<1x4x4x64xf32> {
  %f = graph.constant dense<0.1> : tensor<64x1x1x64xf32> : tensor<64x1x1x64xf32>
  %0 = graph.conv_2d %x, %f : (tensor<1x10x10x64xf32>, tensor<64x1x1x64xf32>) -> tensor<1x10x10x64xf32>
  %1 = graph.max_pool_2d %0 window [3, 3] stride [2, 2] pad_low [0, 0] pad_high [0, 0] : (tensor<1x10x10x64xf32>) -> tensor<1x4x4x64xf32>
  %2 = graph.conv_2d %1, %f : (tensor<1x4x4x64xf32>, tensor<64x1x1x64xf32>) -> tensor<1x4x4x64xf32>
  return %2 : tensor<1x4x4x64xf32>
})",
                                              {{"precision", "f16"}}));
  EXPECT_GE(all.count("fmax", ".8h"), 8);
  EXPECT_EQ(all.count("fmax", ".4s"), 0);
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
