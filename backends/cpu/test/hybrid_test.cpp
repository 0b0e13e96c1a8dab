// Inputs whose ranges are unlike the usual: the scale is found while the model runs.

#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace tandem::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Two entries of `elements` elements each, through a matrix product and an activation.
std::string productOf(size_t elements) {
  std::string size = std::to_string(elements);
  std::string filter = "tensor<3x" + size + "x!quant.uniform<i8<-127:127>:f32, 0.015625>>";
  std::string types = "(tensor<2x" + size + "xf32>, " + filter + ") -> tensor<2x3xf32>";
  return "func.func @main(%x: tensor<2x" + size + "xf32>) -> tensor<2x3xf32> {\n" +
         "  %w = graph.constant dense<57> : tensor<3x" + size + "xi8> : " + filter + "\n" +
         "  %0 = graph.fully_connected %x, %w : " + types + "\n  return %0 : tensor<2x3xf32>\n}\n";
}

/// Both entries alike but for their sign.
Bytes inputOf(const std::vector<float> &entry) {
  std::vector<float> both = entry;
  for (float value : entry)
    both.push_back(-value);
  Bytes bytes(both.size() * sizeof(float));
  std::memcpy(bytes.data(), both.data(), bytes.size());
  return bytes;
}

void expectAsReference(const std::vector<float> &entry) {
  std::string text = productOf(entry.size());
  OneRegion reference(referenceBackend(), referenceDevice(), text);
  ASSERT_TRUE(reference.ready()) << reference.refusal();
  std::vector<float> expected = as<float>(reference.run({inputOf(entry)})[0]);
  for (const char *isa : {"avx2", "avx2-wide"}) {
    SCOPED_TRACE(isa);
    OneRegion model(cpuBackend(), cpuDevice(), text, {{isa}});
    ASSERT_TRUE(model.ready()) << model.refusal();
    std::vector<float> actual = as<float>(model.run({inputOf(entry)}, 3)[0]);
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_TRUE(actual[i] == expected[i] || (std::isnan(actual[i]) && std::isnan(expected[i])))
          << "element " << i << ": " << actual[i] << ", expected " << expected[i];
  }
}

/// `others` in the first places, and small numbers behind them.
std::vector<float> mixed(size_t elements, std::vector<float> others) {
  std::vector<float> entry;
  for (size_t i = 0; i < elements; ++i)
    entry.push_back(i < others.size() ? others[i] : 0.25f * static_cast<float>(i % 7) - 0.5f);
  return entry;
}

TEST(CpuHybrid, QuantizesByZeroWhereEverythingIsZero) {
  expectAsReference(std::vector<float>(70, 0.0f));
}

TEST(CpuHybrid, KeepsZeroInARangeOfOneSign) {
  expectAsReference(std::vector<float>(70, 3.0f));
  expectAsReference({5.0f, 6.0f, 7.5f});
}

TEST(CpuHybrid, LeavesNanOutOfTheRangeAndCountsItAsZero) {
  expectAsReference(mixed(70, {kNan}));
  expectAsReference(mixed(3, {0.5f, kNan}));
  expectAsReference(std::vector<float>(65, kNan));
}

TEST(CpuHybrid, SaturatesWhereTheRangeIsNotFinite) {
  expectAsReference(mixed(70, {kInfinity}));
  expectAsReference(mixed(70, {0.0f, -kInfinity, kInfinity}));
  expectAsReference(mixed(70, {3e38f, -3e38f}));
}

TEST(CpuHybrid, TakesTheSmallestNumbers) {
  expectAsReference(std::vector<float>(40, 1e-44f));
}

TEST(CpuHybrid, FindsTheEndsOfLongEntriesWhereverTheyAre) {
  for (size_t place : {size_t(0), size_t(4095), size_t(4096), size_t(8999)}) {
    std::vector<float> entry = mixed(9000, {});
    entry[place] = 40.0f;
    expectAsReference(entry);
  }
}

} // namespace
} // namespace tandem::test
