// Zeros of both signs, infinities, NaN, and numbers beyond what they are converted to: the
// reference has C's library for them.

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
const std::vector<float> kSpecial = {
    0.0f,  -0.0f,  1.0f,  -1.0f,  2.0f,   -2.0f,       3.0f,      -3.0f,      0.5f, -0.5f,
    -2.5f, 1e-45f, 1e38f, 1e-38f, -1e30f, 16777217.0f, kInfinity, -kInfinity, kNan, -1e-45f};

Bytes bytesOf(const std::vector<float> &values) {
  Bytes bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// What both backends give for the inputs; the cpu backend by each instruction set there is.
struct Outputs {
  Bytes expected;
  std::vector<Bytes> actual;
};
Outputs run(const std::string &text, const std::vector<Bytes> &inputs) {
  Outputs outputs;
  OneRegion reference(referenceBackend(), referenceDevice(), text);
  EXPECT_TRUE(reference.ready()) << reference.refusal();
  outputs.expected = reference.run(inputs)[0];
  for (const char *isa : {"avx2", "avx2-wide"}) {
    OneRegion model(cpuBackend(), cpuDevice(), text, {{isa}});
    EXPECT_TRUE(model.ready()) << model.refusal();
    outputs.actual.push_back(model.run(inputs)[0]);
  }
  return outputs;
}

std::string moduleOf(const std::string &arguments, const std::string &op,
                     const std::string &result) {
  return "func.func @main(" + arguments + ") -> " + result + " {\n  %0 = graph." + op + " -> " +
         result + "\n  return %0 : " + result + "\n}\n";
}

Outputs powers(const std::vector<float> &x, const std::vector<float> &y) {
  std::string type = "tensor<" + std::to_string(x.size()) + "xf32>";
  return run(
      moduleOf("%x: " + type + ", %y: " + type, "pow %x, %y : (" + type + ", " + type + ")", type),
      {bytesOf(x), bytesOf(y)});
}

bool sameNumber(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

TEST(CpuPow, IsCsForEveryPairOfSpecialValues) {
  std::vector<float> x, y;
  for (float base : kSpecial)
    for (float power : kSpecial) {
      x.push_back(base);
      y.push_back(power);
    }
  Outputs outputs = powers(x, y);
  std::vector<float> expected = as<float>(outputs.expected);
  for (const Bytes &bytes : outputs.actual) {
    std::vector<float> actual = as<float>(bytes);
    for (size_t i = 0; i < x.size(); ++i) {
      bool next = std::nextafter(expected[i], actual[i]) == actual[i];
      EXPECT_TRUE(sameNumber(actual[i], expected[i]) || (next && expected[i] != 0))
          << x[i] << " to the power of " << y[i] << ": " << actual[i] << ", expected "
          << expected[i];
    }
  }
}

TEST(CpuPow, IsWithinOneUnitInTheLastPlace) {
  std::vector<float> x, y;
  for (int i = 0; i < 4000; ++i) {
    x.push_back(std::exp2(static_cast<float>(i % 97) - 48.3f) *
                (1 + static_cast<float>(i) * 1e-4f));
    y.push_back((static_cast<float>(i % 61) - 30) * 0.0871f);
  }
  Outputs outputs = powers(x, y);
  std::vector<float> expected = as<float>(outputs.expected);
  for (const Bytes &bytes : outputs.actual) {
    std::vector<float> actual = as<float>(bytes);
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_EQ(std::nextafter(expected[i], actual[i]), actual[i])
          << x[i] << " to the power of " << y[i] << ", expected " << expected[i];
  }
}

TEST(CpuConversions, SaturateAsTheReferenceDoes) {
  std::vector<float> values = kSpecial;
  for (float value : {127.4f, 127.5f, -128.5f, 255.5f, 256.0f, -0.9f, 2147483647.0f, -2147483904.0f,
                      9.3e18f, -9.3e18f, 65535.7f})
    values.push_back(value);
  std::string count = std::to_string(values.size()), from = "tensor<" + count + "xf32>";
  for (const std::string result :
       {"i32", "i64", "ui8", "i1", "!quant.uniform<i8:f32, 0.5:3>", "!quant.uniform<u8:f32, 0.5:3>",
        "!quant.uniform<i16:f32, 0.25:-7>", "!quant.uniform<i32:f32, 0.125:1000>"}) {
    SCOPED_TRACE(result);
    std::string op = result[0] == '!' ? "quantize" : "cast";
    Outputs outputs = run(moduleOf("%x: " + from, op + " %x : (" + from + ")",
                                   "tensor<" + count + "x" + result + ">"),
                          {bytesOf(values)});
    for (const Bytes &actual : outputs.actual) {
      size_t size = actual.size() / values.size();
      for (size_t i = 0; i < values.size(); ++i)
        EXPECT_EQ(std::memcmp(&actual[i * size], &outputs.expected[i * size], size), 0)
            << "of " << values[i];
    }
  }
}

TEST(CpuArgMax, NeverTakesNanAndTheFirstOfEqualOnes) {
  std::vector<float> values = {1, kNan, 3, 3, -kInfinity, kNan, 7, 2, -0.0f, 0.0f, -1, -5};
  std::string from = "tensor<3x4xf32>";
  Outputs outputs =
      run(moduleOf("%x: " + from, "arg_max %x axis 1 : (" + from + ")", "tensor<3xi32>"),
          {bytesOf(values)});
  EXPECT_EQ(as<int32_t>(outputs.expected), (std::vector<int32_t>{2, 2, 0}));
  for (const Bytes &actual : outputs.actual)
    EXPECT_EQ(actual, outputs.expected);
}

} // namespace
} // namespace tandem::test
