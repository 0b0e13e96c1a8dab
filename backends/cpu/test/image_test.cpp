// The code image: what the compiler refuses to make, and the loader to map.

#include "backends/cpu/run/image.h"
#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
#include "compiler/codegen/kernel_set.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::cpu {
namespace {

using codegen::KernelBuilder;

/// One element through `body`.
codegen::Kernel scalarKernel(mlir::Value (*body)(KernelBuilder &, mlir::Value)) {
  return {{{ElementType::kF32, 1}, {ElementType::kF32, 1}}, [body](KernelBuilder &k) {
            k.store(body(k, k.load(k.buffer(0), k.index(0))), k.buffer(1), k.index(0));
          }};
}

std::string doublingImage() {
  codegen::Kernel kernel = scalarKernel([](KernelBuilder &k, mlir::Value x) -> mlir::Value {
    return mlir::arith::AddFOp::create(k, x, x);
  });
  return std::move(*compileKernels(kernel, *codegen::findIsa("avx2"))).image;
}

Result<CodeImage> map(const std::string &bytes) {
  return CodeImage::map(std::as_bytes(std::span(bytes)), "test");
}

TEST(CodeImage, RunsWhatItMapped) {
  auto image = map(doublingImage());
  ASSERT_TRUE(image.ok()) << image.error().text();
  auto *function = reinterpret_cast<void (*)(void *const *, int64_t, int64_t)>(image->find("k0"));
  ASSERT_NE(function, nullptr);
  EXPECT_EQ(image->find("k1"), nullptr);
  float in = 21, out = 0;
  void *buffers[] = {&in, &out};
  function(buffers, 0, 1);
  EXPECT_EQ(out, 42);
}

TEST(CodeImage, RefusesEveryTruncationThatLosesASegment) {
  std::string bytes = doublingImage();
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  size_t end = 0; // of the last segment; section headers behind it are not needed
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, &bytes[header.e_phoff + i * sizeof segment], sizeof segment);
    if (segment.p_type == PT_LOAD)
      end = std::max<size_t>(end, segment.p_offset + segment.p_filesz);
  }
  ASSERT_GT(end, sizeof header);
  for (size_t size = 0; size < end; ++size)
    EXPECT_FALSE(map(bytes.substr(0, size)).ok()) << size;
}

TEST(CodeImage, SurvivesEveryDamagedByteOfItsTables) {
  std::string bytes = doublingImage();
  for (size_t i = 0; i < bytes.size(); ++i)
    for (char value : {'\xff', '\x7f', '\0'}) {
      std::string damaged = bytes;
      damaged[i] = value;
      if (auto image = map(damaged); image.ok())
        image->find("k0"); // found or not: it must not look outside
    }
}

TEST(CodeImage, RefusesAnotherMachine) {
  std::string bytes = doublingImage();
  bytes[18] = 40; // e_machine: 32-bit ARM
  auto image = map(bytes);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code, Code::kUnsupported);
  EXPECT_EQ(image.error().message, "cpu code image: made for ELF machine 40, this one is 62");
}

TEST(Codegen, RefusesCodeThatCallsALibrary) {
  codegen::Kernel kernel = scalarKernel([](KernelBuilder &k, mlir::Value x) -> mlir::Value {
    return mlir::math::SinOp::create(k, x);
  });
  auto compiled = compileKernels(kernel, *codegen::findIsa("avx2"));
  ASSERT_FALSE(bool(compiled));
  EXPECT_THAT(llvm::toString(compiled.takeError()), testing::HasSubstr("undefined symbol: sinf"));
}

TEST(Codegen, CompilesEqualKernelsOnce) {
  auto twice = [](KernelBuilder &k, mlir::Value x) -> mlir::Value {
    return mlir::arith::AddFOp::create(k, x, x);
  };
  auto square = [](KernelBuilder &k, mlir::Value x) -> mlir::Value {
    return mlir::arith::MulFOp::create(k, x, x);
  };
  auto compiled = compileKernels({scalarKernel(twice), scalarKernel(square), scalarKernel(twice)},
                                 *codegen::findIsa("avx2"));
  ASSERT_TRUE(bool(compiled));
  EXPECT_EQ(compiled->functionOf, (std::vector<uint32_t>{0, 1, 0}));
}

/// Whatever of a vector is stored: the bytes behind it are another channel's, or another buffer's.
TEST(Codegen, StoresPartsOfNarrowedVectorsAndNothingBehindThem) {
  for (const char *name : {"avx512", "avx2", "avx2-wide"}) {
    if (name == std::string_view("avx512") && !processorHas("avx512vnni"))
      continue;
    const codegen::Isa &isa = *codegen::findIsa(name);
    for (int64_t count = 1; count <= isa.lanes(); ++count) {
      codegen::Kernel kernel = {
          {{ElementType::kI32, 16}, {ElementType::kI8, 64}}, [=](KernelBuilder &k) {
            mlir::Value x = k.loadVector(k.vectorI32(), k.buffer(0), k.index(0));
            k.storePart(k.fromI32(k.clampInt(x, -100, 100), ElementType::kI8), k.buffer(1),
                        k.index(5), count);
          }};
      auto compiled = compileKernels(kernel, isa);
      ASSERT_TRUE(bool(compiled)) << llvm::toString(compiled.takeError());
      auto image = map(compiled->image);
      ASSERT_TRUE(image.ok()) << image.error().text();
      auto *function =
          reinterpret_cast<void (*)(void *const *, int64_t, int64_t)>(image->find("k0"));
      alignas(64) int32_t input[16];
      alignas(64) int8_t output[64], expected[64];
      for (int i = 0; i < 16; ++i)
        input[i] = 60 - 20 * i;
      for (int i = 0; i < 64; ++i) {
        output[i] = 77;
        bool stored = i >= 5 && i < 5 + count;
        expected[i] = stored ? static_cast<int8_t>(std::max(input[i - 5], -100)) : int8_t(77);
      }
      void *buffers[] = {input, output};
      function(buffers, 0, 1);
      for (int i = 0; i < 64; ++i)
        ASSERT_EQ(output[i], expected[i]) << name << ", " << count << " lanes, byte " << i;
    }
  }
}

TEST(Codegen, CompilesForAvx512Too) {
  codegen::Kernel kernel = {{{ElementType::kI32, 64}}, [](KernelBuilder &k) {
                              mlir::VectorType pairs = k.vector(k.getI16Type(), 32);
                              mlir::Value x = k.loadVector(k.vectorI32(), k.buffer(0), k.index(0));
                              mlir::Value halves = mlir::vector::BitCastOp::create(k, pairs, x);
                              k.storePart(k.pairDot(halves, halves, x), k.buffer(0), k.index(16),
                                          7);
                            }};
  auto compiled = compileKernels(kernel, *codegen::findIsa("avx512"));
  ASSERT_TRUE(bool(compiled)) << llvm::toString(compiled.takeError());
}

constexpr const char *kRelu = R"(
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
})";

class ForcedIsa {
public:
  explicit ForcedIsa(const char *name) { setenv("TANDEM_CPU_ISA", name, 1); }
  ~ForcedIsa() { unsetenv("TANDEM_CPU_ISA"); }
};

TEST(CpuDevice, NamesAnInstructionSetThatTheArtifactDoesNotHave) {
  ForcedIsa forced("sse9");
  test::OneRegion model(cpuBackend(), cpuDevice(), kRelu, {{"avx2"}});
  EXPECT_EQ(model.refusal(),
            "test: error: TANDEM_CPU_ISA is 'sse9', for which region 'whole' has no code");
}

TEST(CpuDevice, SaysWhatTheProcessorLacks) {
  if (processorHas("avx512vnni"))
    GTEST_SKIP() << "this processor lacks nothing";
  test::OneRegion model(cpuBackend(), cpuDevice(), kRelu, {{"avx512"}});
  EXPECT_THAT(model.refusal(), testing::HasSubstr("region 'whole' has no code that this processor "
                                                  "can run: avx512 needs "));
  EXPECT_THAT(model.refusal(), testing::HasSubstr("avx512vnni"));
}

/// What load() says to an artifact of which it does not look at the buffers.
std::string refusalOf(const std::string &artifact) {
  bundle::ModelT model;
  model.regions.push_back(std::make_unique<bundle::RegionT>());
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(bundle::CreateModel(builder, &model));
  const auto *packed = flatbuffers::GetRoot<bundle::Model>(builder.GetBufferPointer());
  std::vector<uint64_t> aligned(artifact.size() / sizeof(uint64_t) + 1); // as a bundle's blobs are
  std::memcpy(aligned.data(), artifact.data(), artifact.size());
  auto region = cpuDevice().load({*packed,
                                  *packed->regions()->Get(0),
                                  std::as_bytes(std::span(aligned)).first(artifact.size()),
                                  {},
                                  "old.tandem"});
  return region.ok() ? "" : region.error().text();
}

TEST(CpuDevice, RefusesCodeOfAnotherVersion) {
  test::OneRegion model(cpuBackend(), cpuDevice(), kRelu, {{"avx2"}});
  ASSERT_TRUE(model.ready()) << model.refusal();
  auto ofVersion = [&](std::string_view identifier) {
    std::string artifact = model.artifact();
    return refusalOf(artifact.replace(4, identifier.size(), identifier));
  };
  // Without the offsets of buffers, and one that nobody has written yet.
  EXPECT_EQ(ofVersion("TCPU"), "old.tandem: error: cpu region: its code has format 'TCPU', this "
                               "build reads 'TCP2': compile the model again with this version of "
                               "tandem");
  EXPECT_THAT(ofVersion("TCP3"), testing::HasSubstr("its code has format 'TCP3', this build"));
  EXPECT_EQ(ofVersion("TREF"), "old.tandem: error: cpu region: the artifact is damaged");
  EXPECT_EQ(refusalOf("TCP"), "old.tandem: error: cpu region: the artifact is damaged");
}

TEST(CpuBackend, NamesAnInstructionSetThatItDoesNotKnow) {
  test::OneRegion model(cpuBackend(), cpuDevice(), kRelu, {{"sse9"}});
  EXPECT_EQ(model.refusal(), "the cpu backend knows no instruction set 'sse9', only avx512bf16, "
                             "avx512, avx2, bf16, i8mm, fp16, dotprod, neon");
}

} // namespace
} // namespace tandem::cpu
