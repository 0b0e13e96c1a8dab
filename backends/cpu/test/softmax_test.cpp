// Softmax and log_softmax of floats along any axis: rows and columns that fill vectors or do not.

#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/runners.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace tandem::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::string tensor(int64_t outer, int64_t length, int64_t inner) {
  return "tensor<" + std::to_string(outer) + "x" + std::to_string(length) + "x" +
         std::to_string(inner) + "xf32>";
}

/// Along the middle of three dimensions, of a value that nothing else reads: in its memory.
std::string moduleOf(const std::string &op, const std::string &type) {
  return "func.func @main(%x: " + type + ") -> " + type + " {\n  %0 = graph.neg %x : (" + type +
         ") -> " + type + "\n  %1 = graph." + op + " %0 axis 1 : (" + type + ") -> " + type +
         "\n  return %1 : " + type + "\n}\n";
}

TEST(CpuSoftmax, TakesColumnsAndRowsOfAnyNumber) {
  const std::vector<CodeRunner> runners = runnersHere();
  for (const std::string op : {"softmax", "log_softmax"})
    for (int64_t inner : {1, 2, 7, 8, 15, 16, 17, 50, 71, 128, 141, 300}) {
      const std::string type = tensor(3, inner % 2 == 0 ? 5 : 37, inner);
      SCOPED_TRACE(op + " of " + type);
      expectAsReference(moduleOf(op, type), runners, 1e-5);
    }
}

TEST(CpuSoftmax, TakesColumnsAndRowsOnNeon) {
  const std::vector<CodeRunner> runners = runnersNamed({"neon"});
  for (const std::string op : {"softmax", "log_softmax"})
    for (int64_t inner : {1, 3, 4, 11, 43})
      expectAsReference(moduleOf(op, tensor(2, 13, inner)), runners, 1e-5);
}

/// Of long rows a few side by side: vectors go through them as they lie.
TEST(CpuSoftmax, TakesFewColumnsOfManyRows) {
  for (const std::string op : {"softmax", "log_softmax"})
    for (int64_t inner : {2, 3, 5, 7})
      for (int64_t length : {128, 131, 143, 200}) {
        const std::string type = tensor(2, length, inner);
        SCOPED_TRACE(op + " of " + type);
        expectAsReference(moduleOf(op, type), runnersHere(), 1e-5);
      }
}

/// One special value in each row, and rows without one beside them.
TEST(CpuSoftmax, OfNanAndInfinitiesIsAsTheReferenceHasIt) {
  struct Rows {
    size_t length, inner;
  };
  for (float special : {kNan, kInfinity, -kInfinity, 1e30f, -1e30f})
    for (auto [length, inner] : {Rows{21, 1}, Rows{21, 37}, Rows{150, 3}})
      for (const std::string op : {"softmax", "log_softmax"}) {
        SCOPED_TRACE(op + " of " + std::to_string(special) + " of " + std::to_string(inner));
        const std::string type =
            tensor(2, static_cast<int64_t>(length), static_cast<int64_t>(inner));
        std::vector<float> x(2 * length * inner);
        for (size_t i = 0; i < x.size(); ++i)
          x[i] = static_cast<float>(i * 17 % 31) / 8;
        for (size_t column = 0; column < inner; column += 2)
          x[column % length * inner + column] = special;
        Bytes bytes(x.size() * sizeof(float));
        std::memcpy(bytes.data(), x.data(), bytes.size());
        OneRegion reference(referenceBackend(), referenceDevice(), moduleOf(op, type));
        ASSERT_TRUE(reference.ready()) << reference.refusal();
        std::vector<float> expected = as<float>(reference.run({bytes})[0]);
        for (const CodeRunner &runner : runnersHere())
          for (const std::vector<Bytes> &results :
               resultsOf(moduleOf(op, type), runner, "f32", {bytes})) {
            std::vector<float> actual = as<float>(results[0]);
            for (size_t i = 0; i < expected.size(); ++i)
              if (std::isfinite(expected[i]))
                EXPECT_NEAR(actual[i], expected[i], 1e-6 * (1 + std::fabs(expected[i]))) << i;
              else
                EXPECT_TRUE(std::isnan(expected[i]) ? std::isnan(actual[i])
                                                    : actual[i] == expected[i])
                    << i << ": " << actual[i] << " for " << expected[i];
          }
      }
}

} // namespace
} // namespace tandem::test
