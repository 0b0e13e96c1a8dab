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

/// An op of two tensors of one type, with its result in `result`.
Outputs binary(const std::string &op, const std::string &type, const std::string &result,
               const Bytes &x, const Bytes &y) {
  return run(moduleOf("%x: " + type + ", %y: " + type,
                      op + " %x, %y : (" + type + ", " + type + ")", result),
             {x, y});
}
Outputs powers(const std::vector<float> &x, const std::vector<float> &y) {
  std::string type = "tensor<" + std::to_string(x.size()) + "xf32>";
  return binary("pow", type, type, bytesOf(x), bytesOf(y));
}

/// Every special value with every other.
std::pair<std::vector<float>, std::vector<float>> specialPairs() {
  std::pair<std::vector<float>, std::vector<float>> pairs;
  for (float first : kSpecial)
    for (float second : kSpecial) {
      pairs.first.push_back(first);
      pairs.second.push_back(second);
    }
  return pairs;
}

bool sameNumber(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

/// Zeros of both signs are equal, and so is NaN to NaN.
bool isEqual(float a, float b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(CpuPow, IsCsForEveryPairOfSpecialValues) {
  auto [x, y] = specialPairs();
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

TEST(CpuDivision, IsCsForEveryPairOfSpecialValues) {
  auto [x, y] = specialPairs();
  for (float large : {1.5e37f, -3e38f, 8388607.5f, 1e10f})
    for (float small : {0.1f, -0.3f, 7e-44f, 3.3e-20f}) {
      x.push_back(large);
      y.push_back(small);
    }
  std::string type = "tensor<" + std::to_string(x.size()) + "xf32>";
  for (const std::string op : {"floor_div", "floor_mod"}) {
    Outputs outputs = binary(op, type, type, bytesOf(x), bytesOf(y));
    std::vector<float> expected = as<float>(outputs.expected);
    for (const Bytes &bytes : outputs.actual) {
      std::vector<float> actual = as<float>(bytes);
      for (size_t i = 0; i < x.size(); ++i)
        EXPECT_TRUE(sameNumber(actual[i], expected[i]))
            << op << " of " << x[i] << " and " << y[i] << ": " << actual[i] << ", expected "
            << expected[i];
    }
  }
}

/// Of equal ones, as zeros of both signs, either.
TEST(CpuChoice, IsNanWhereOneIs) {
  auto [x, y] = specialPairs();
  std::string type = "tensor<" + std::to_string(x.size()) + "xf32>";
  for (const std::string op : {"maximum", "minimum"}) {
    Outputs outputs = binary(op, type, type, bytesOf(x), bytesOf(y));
    for (size_t i = 0; i < x.size(); ++i) {
      bool hasNan = std::isnan(x[i]) || std::isnan(y[i]);
      float expected = hasNan            ? kNan
                       : op == "maximum" ? std::max(x[i], y[i])
                                         : std::min(x[i], y[i]);
      EXPECT_TRUE(isEqual(as<float>(outputs.expected)[i], expected))
          << op << " of " << x[i] << " and " << y[i];
      for (const Bytes &actual : outputs.actual)
        EXPECT_TRUE(isEqual(as<float>(actual)[i], expected))
            << op << " of " << x[i] << " and " << y[i];
    }
  }
}

TEST(CpuComparison, OfNanHoldsForNothingButInequality) {
  auto [x, y] = specialPairs();
  std::string count = std::to_string(x.size());
  for (const std::string op :
       {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}) {
    Outputs outputs =
        binary(op, "tensor<" + count + "xf32>", "tensor<" + count + "xi1>", bytesOf(x), bytesOf(y));
    for (const Bytes &actual : outputs.actual)
      for (size_t i = 0; i < x.size(); ++i)
        EXPECT_EQ(int(actual[i]), int(outputs.expected[i]))
            << op << " of " << x[i] << " and " << y[i];
  }
}

TEST(CpuRounding, IsExact) {
  std::vector<float> x = kSpecial;
  for (float value : {1.5f, 2.5f, 3.5f, -0.2f, 8388607.5f, -8388608.0f, 0.49999997f, 2e9f})
    x.push_back(value);
  std::string type = "tensor<" + std::to_string(x.size()) + "xf32>";
  for (const std::string op : {"floor", "ceil", "round"}) {
    Outputs outputs = run(moduleOf("%x: " + type, op + " %x : (" + type + ")", type), {bytesOf(x)});
    std::vector<float> expected = as<float>(outputs.expected);
    for (const Bytes &bytes : outputs.actual)
      for (size_t i = 0; i < x.size(); ++i)
        EXPECT_TRUE(sameNumber(as<float>(bytes)[i], expected[i])) << op << " of " << x[i];
  }
}

/// Also many turns away from zero, and beside the multiples of a quarter turn, where a rest in f32
/// would have no digits left.
TEST(CpuTrigonometry, IsWithinOneUnitInTheLastPlace) {
  std::vector<float> x = {0.0f, -0.0f, kNan, kInfinity, -kInfinity, 1e-45f, 1e-30f};
  for (int turn = 1; turn < 1 << 20; turn = turn * 3 + 1)
    for (int step = -2; step <= 2; ++step)
      x.push_back(static_cast<float>(turn * 1.5707963267948966) + static_cast<float>(step) * 1e-6f);
  for (int i = 0; i < 2000; ++i)
    x.push_back((static_cast<float>(i) - 1000) * std::exp2(static_cast<float>(i % 41) - 12));
  std::string type = "tensor<" + std::to_string(x.size()) + "xf32>";
  for (const std::string op : {"sin", "cos"}) {
    Outputs outputs = run(moduleOf("%x: " + type, op + " %x : (" + type + ")", type), {bytesOf(x)});
    std::vector<float> expected = as<float>(outputs.expected);
    for (const Bytes &bytes : outputs.actual) {
      std::vector<float> actual = as<float>(bytes);
      for (size_t i = 0; i < x.size(); ++i)
        EXPECT_TRUE(sameNumber(actual[i], expected[i]) ||
                    std::nextafter(expected[i], actual[i]) == actual[i])
            << op << " of " << x[i] << ": " << actual[i] << ", expected " << expected[i];
    }
  }
}

/// Not to the last place: erf's polynomial is MLIR's, atan's four terms are short.
TEST(CpuPolynomials, AreNear) {
  std::vector<float> x = {0.0f, -0.0f, kNan, kInfinity, -kInfinity, 1e-30f, 1e30f, -1e30f};
  for (int i = 0; i < 2000; ++i)
    x.push_back((static_cast<float>(i) - 1000) / 150);
  std::string type = "tensor<" + std::to_string(x.size()) + "xf32>";
  for (const std::string op : {"atan", "erf"}) {
    Outputs outputs = run(moduleOf("%x: " + type, op + " %x : (" + type + ")", type), {bytesOf(x)});
    std::vector<float> expected = as<float>(outputs.expected);
    for (const Bytes &bytes : outputs.actual)
      for (size_t i = 0; i < x.size(); ++i) {
        float actual = as<float>(bytes)[i];
        EXPECT_TRUE(sameNumber(actual, expected[i]) || std::abs(actual - expected[i]) < 5e-7f)
            << op << " of " << x[i] << ": " << actual << ", expected " << expected[i];
      }
  }
}

TEST(CpuConversions, SaturateAsTheReferenceDoes) {
  std::vector<float> values = kSpecial;
  for (float value : {127.4f, 127.5f, -128.5f, 255.5f, 256.0f, -0.9f, 2147483647.0f, -2147483904.0f,
                      9.3e18f, -9.3e18f, 65535.7f})
    values.push_back(value);
  std::string count = std::to_string(values.size()), from = "tensor<" + count + "xf32>";
  for (const std::string result :
       {"i32", "i64", "ui8", "i1", "bf16", "!quant.uniform<i8:f32, 0.5:3>",
        "!quant.uniform<u8:f32, 0.5:3>", "!quant.uniform<i16:f32, 0.25:-7>",
        "!quant.uniform<i32:f32, 0.125:1000>"}) {
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

/// In a row that fills vectors and has some elements behind them, at each place.
TEST(CpuReduction, OfTheLargestAndTheLeastHasNanAndInfinities) {
  constexpr size_t kLength = 83;
  const std::string type = "tensor<83x83xf32>", out = "tensor<83xf32>";
  for (float special : {kNan, kInfinity, -kInfinity})
    for (const std::string op : {"reduce_max", "reduce_min"}) {
      SCOPED_TRACE(op + " of " + std::to_string(special));
      std::vector<float> x(kLength * kLength);
      for (size_t i = 0; i < x.size(); ++i)
        x[i] = i % (kLength + 1) == 0 ? special : static_cast<float>(i * 17 % 31) - 60.0f;
      bool isResult =
          !std::isinf(special) || special == (op == "reduce_max" ? kInfinity : -kInfinity);
      float expected = isResult ? special : op == "reduce_max" ? -30.0f : -60.0f;
      for (const char *axis : {"0", "1"}) {
        Outputs outputs =
            run(moduleOf("%x: " + type, op + " %x axes [" + axis + "] : (" + type + ")", out),
                {bytesOf(x)});
        outputs.actual.push_back(outputs.expected);
        for (const Bytes &actual : outputs.actual)
          for (float result : as<float>(actual))
            EXPECT_TRUE(isEqual(result, expected)) << result << " along " << axis;
      }
    }
}

/// C's library has no order for NaN to compare with: it comes behind all others.
TEST(CpuTopK, TakesNanLast) {
  std::vector<float> values = {kNan, 1, kNan, kInfinity, -0.0f, 0.0f, kInfinity, -kInfinity};
  std::string from = "tensor<8xf32>";
  for (const char *isa : {"avx2", "avx2-wide"}) {
    OneRegion model(
        cpuBackend(), cpuDevice(),
        moduleOf("%x: " + from, "top_k_indices %x k 8 : (" + from + ")", "tensor<8xi32>"), {{isa}});
    ASSERT_TRUE(model.ready()) << model.refusal();
    EXPECT_EQ(as<int32_t>(model.run({bytesOf(values)})[0]),
              (std::vector<int32_t>{3, 6, 1, 4, 5, 0, 2, 7}));
  }
}

/// 64 bits: what the conformance cases have in 32.
TEST(CpuLongIntegers, AreTheReferences) {
  const std::string type = "tensor<3x5x7xi64>";
  auto same = [&](const std::string &op, const std::string &result) {
    SCOPED_TRACE(op);
    for (const char *isa : {"avx2", "avx2-wide"})
      expectSame(moduleOf("%x: " + type + ", %y: " + type, op, result), cpuBackend(), cpuDevice(),
                 referenceBackend(), referenceDevice(), {{isa}});
  };
  std::string one = " : (" + type + ")", two = " : (" + type + ", " + type + ")";
  for (const std::string op : {"div", "floor_div", "floor_mod"})
    same(op + " %x, %y" + two, type);
  for (const std::string op : {"abs", "neg"})
    same(op + " %x" + one, type);
  same("less %x, %y" + two, "tensor<3x5x7xi1>");
  for (const std::string op : {"sum", "reduce_prod"}) {
    same(op + " %x axes [0]" + one, "tensor<5x7xi64>");
    same(op + " %x axes [2]" + one, "tensor<3x5xi64>");
  }
  same("top_k_values %x k 3" + one, "tensor<3x5x3xi64>");
  same("gather %x, %y axis 1" + two, "tensor<3x3x5x7x7xi64>");
}

} // namespace
} // namespace tandem::test
