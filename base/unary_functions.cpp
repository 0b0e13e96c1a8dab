#include "base/unary_functions.h"

#include "base/hard_swish.h"

#include <bit>
#include <cmath>

namespace tandem {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float relu(float x) {
  return std::max(x, 0.0f);
}
float relu6(float x) {
  return std::min(std::max(x, 0.0f), 6.0f);
}
float reluN1To1(float x) {
  return std::min(std::max(x, -1.0f), 1.0f);
}
float hardSigmoid(float x) {
  return relu6(x + 3) / 6;
}
float hardSwish(float x) {
  return x * relu6(x + 3) / 6;
}
float gelu(float x) {
  return 0.5f * x * (1 + std::erf(x * 0.70710678f));
}
float errorFunction(float x) {
  return std::erf(x);
}
float exponential(float x) {
  return std::exp(x);
}
float logarithm(float x) {
  return std::log(x);
}
float squareRoot(float x) {
  return std::sqrt(x);
}
float inverseSquareRoot(float x) {
  return 1 / std::sqrt(x);
}
float absolute(float x) {
  return std::abs(x);
}
float negative(float x) {
  return -x;
}
float floorOf(float x) {
  return std::floor(x);
}
float ceilOf(float x) {
  return std::ceil(x);
}
float nearestEven(float x) { // in the rounding mode that every program starts in
  return std::nearbyint(x);
}
float sine(float x) {
  return std::sin(x);
}
float cosine(float x) {
  return std::cos(x);
}
float arcTangent(float x) {
  return std::atan(x);
}

/// Calls `compute(code less the input's zero point)`, which gives the result's code without its
/// zero point, for every code, and keeps the results in `range`.
template <typename Compute>
ByteTable tableOf(const CodeType &input, const CodeType &result, CodeRange range, Compute compute) {
  CodeRange all = allCodes(input.element);
  ByteTable table;
  for (int32_t code = all.low; code <= all.high; ++code) {
    int64_t value = int64_t(compute(code - input.zeroPoint)) + result.zeroPoint;
    table[static_cast<uint8_t>(code)] =
        static_cast<uint8_t>(std::clamp<int64_t>(value, range.low, range.high));
  }
  return table;
}

ByteTable clampTable(const CodeType &input, const CodeType &result, RealRange range) {
  FixedMultiplier by = quantizeMultiplier(input.scale / result.scale);
  return tableOf(input, result, codesWithin(range, result.element, result.scale, result.zeroPoint),
                 [=](int32_t x) { return multiplyRoundingTwice(x, by); });
}

ByteTable leakyReluTable(const CodeType &input, const CodeType &result, float alpha) {
  FixedMultiplier same = quantizeMultiplier(input.scale / result.scale),
                  leak = quantizeMultiplier(input.scale * alpha / result.scale);
  return tableOf(input, result, allCodes(result.element),
                 [=](int32_t x) { return multiplyRoundingTwice(x, x >= 0 ? same : leak); });
}

ByteTable absTable(const CodeType &input, const CodeType &result) {
  FixedMultiplier by = quantizeMultiplier(input.scale / result.scale);
  return tableOf(input, result, allCodes(result.element),
                 [=](int32_t x) { return multiplyRoundingTwice(std::abs(x), by); });
}

/// Cut off, not rounded. What is below zero, where LiteRT fails, counts as zero.
ByteTable sqrtTable(const CodeType &input, const CodeType &result) {
  return tableOf(input, result, allCodes(result.element), [&](int32_t x) {
    float root = std::sqrt(input.scale * static_cast<float>(std::max(x, 0)));
    return static_cast<int32_t>(std::min(root / result.scale, 65536.0f));
  });
}

/// 1 / sqrt(x) of an integer in 1..255 as gemmlowp's Newton iteration has it: five steps in Q3.28
/// from 1, on x brought to [2^27, 2^29) by an even shift.
FixedMultiplier inverseRoot(int32_t x) {
  constexpr int32_t kOneAndAHalf = 3 << 27, kHalfRootOfTwo = 1518500250; // Q3.28, Q0.31
  if (x <= 1)
    return {INT32_MAX, 0};
  int bits = (std::countl_zero(static_cast<uint32_t>(x)) - 1) / 2 - 1; // pairs of them
  int32_t half = roundingDivideByPowerOfTwo((x << 2 * bits) >> 1, 1), y = 1 << 28;
  for (int step = 0; step < 5; ++step) {
    // Products of two Q3.28 are Q6.25, of three Q9.22; what is brought back fits.
    int32_t cube = roundingDoublingHighMul(roundingDoublingHighMul(y, y), y) * (1 << 6);
    y = (roundingDoublingHighMul(kOneAndAHalf, y) - roundingDoublingHighMul(half, cube)) * (1 << 3);
  }
  y = roundingDoublingHighMul(y, kHalfRootOfTwo);
  int shift = 11 - bits;
  return shift < 0 ? FixedMultiplier{y * (1 << -shift), 0} : FixedMultiplier{y, -shift};
}

/// Of zero the highest code; so it is of what is below, where LiteRT fails.
ByteTable rsqrtTable(const CodeType &input, const CodeType &result) {
  constexpr int kShift = 20; // keeps the root an integer between two roundings
  FixedMultiplier by =
      quantizeMultiplier(1.0 / static_cast<double>(std::sqrt(input.scale) * result.scale));
  return tableOf(input, result, allCodes(result.element), [=](int32_t x) {
    if (x <= 0)
      return 1 << 16;
    FixedMultiplier root = inverseRoot(x);
    int32_t fine = multiplyRoundingTwice(1, {root.multiplier, root.shift + kShift});
    return multiplyRoundingTwice(fine, {by.multiplier, by.shift - kShift});
  });
}

ByteTable eluTable(const CodeType &input, const CodeType &result, float alpha) {
  CodeRange all = allCodes(result.element);
  ByteTable table;
  for (int32_t code = all.low; code <= all.high; ++code) {
    float x = input.scale * static_cast<float>(code - input.zeroPoint);
    float y = x >= 0 ? x : alpha * std::expm1(x);
    table[static_cast<uint8_t>(code)] =
        static_cast<uint8_t>(quantizeReal(y, result.element, result.scale, result.zeroPoint));
  }
  return table;
}

/// Below zero too it is the lowest code.
float logarithmOfCode(float x) {
  return x > 0 ? std::log(x) : -kInfinity;
}

struct Function {
  std::string_view op;
  float (*function)(float);
};
constexpr Function kFunctions[] = {
    {"relu", relu},
    {"relu6", relu6},
    {"relu_n1_to_1", reluN1To1},
    {"sigmoid", sigmoidReal},
    {"tanh", tanhReal},
    {"hard_sigmoid", hardSigmoid},
    {"hard_swish", hardSwish},
    {"gelu", gelu},
    {"exp", exponential},
    {"log", logarithm},
    {"sqrt", squareRoot},
    {"rsqrt", inverseSquareRoot},
    {"abs", absolute},
    {"neg", negative},
    {"floor", floorOf},
    {"ceil", ceilOf},
    {"round", nearestEven},
    {"sin", sine},
    {"cos", cosine},
    {"atan", arcTangent},
    {"erf", errorFunction},
};
} // namespace

float (*realFunction(std::string_view op))(float) {
  for (const Function &entry : kFunctions)
    if (entry.op == op)
      return entry.function;
  return nullptr;
}

std::optional<ByteTable> unaryTable(std::string_view op, const CodeType &input,
                                    const CodeType &result, float alpha) {
  if (op == "relu")
    return clampTable(input, result, {.low = 0});
  if (op == "relu6")
    return clampTable(input, result, {0, 6});
  if (op == "relu_n1_to_1")
    return clampTable(input, result, {-1, 1});
  if (op == "leaky_relu")
    return leakyReluTable(input, result, alpha);
  if (op == "elu")
    return eluTable(input, result, alpha);
  if (op == "abs")
    return absTable(input, result);
  if (op == "sqrt")
    return sqrtTable(input, result);
  if (op == "rsqrt")
    return rsqrtTable(input, result);
  if (op == "hard_swish") {
    if (!hardSwishFits(input.scale, result.scale))
      return std::nullopt;
    return tableOf(input, result, allCodes(result.element),
                   HardSwishScaling(input.scale, result.scale));
  }
  auto *function = op == "log" ? logarithmOfCode : realFunction(op);
  if (!function)
    return std::nullopt;
  return byteTable(input.element, input.quantization(), result.quantization(), function);
}

ByteTable concatTable(const CodeType &input, const CodeType &result) {
  float scale = input.scale * (1.0f / result.scale);
  float bias = static_cast<float>(-input.zeroPoint) * scale;
  CodeRange all = allCodes(result.element);
  ByteTable table;
  for (int32_t code = all.low; code <= all.high; ++code) {
    float value =
        std::round(static_cast<float>(code) * scale + bias) + static_cast<float>(result.zeroPoint);
    float clamped = std::min(std::max(value, float(all.low)), float(all.high));
    table[static_cast<uint8_t>(code)] = static_cast<uint8_t>(static_cast<int32_t>(clamped));
  }
  return table;
}

bool hardSwishFits(float input, float result) {
  return input * (1.0f / 128) < result;
}

} // namespace tandem
