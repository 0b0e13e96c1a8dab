// l2_normalization and local_response_norm.
#include "backends/reference/run/product.h"
#include "backends/reference/run/rows.h"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

namespace tandem::reference {
namespace {

void normalizeRow(const float *x, float *y, const Rows &rows) {
  constexpr float kLeastRoot = 1e-6f;
  float sum = 0;
  for (int64_t i = 0; i < rows.length; ++i)
    sum += x[i * rows.inner] * x[i * rows.inner];
  float root = std::max(std::sqrt(sum), kLeastRoot);
  for (int64_t i = 0; i < rows.length; ++i)
    y[i * rows.inner] = x[i * rows.inner] / root;
}

/// 1 / sqrt(x), x >= 0, as TFLite has it for codes: five of Newton's steps in Q3.28 on x scaled by
/// a power of four into [1/4, 1), then the power of two that this takes.
FixedMultiplier inverseRoot(int32_t x) {
  if (x <= 1)
    return {INT32_MAX, 0};
  int shift = 11;
  for (; x >= 1 << 29; x /= 4)
    ++shift;
  int pairs = (std::countl_zero(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  shift -= pairs;
  constexpr int32_t kOne = 1 << 28, kThreeHalves = 3 << 27, kHalfRootOfTwo = 1518500250;
  // A product of two in Q3.28 is in Q6.25, of three in Q9.22.
  auto saturatingLeft = [](int32_t value, int by) {
    return static_cast<int32_t>(
        std::clamp<int64_t>(int64_t(value) * (int64_t(1) << by), INT32_MIN, INT32_MAX));
  };
  auto multiply = [](int32_t a, int32_t b) { return roundingDoublingHighMul(a, b); };
  int32_t half = roundingDivideByPowerOfTwo(x << (2 * pairs) >> 1, 1), root = kOne;
  for (int step = 0; step < 5; ++step) {
    int32_t cube = saturatingLeft(multiply(multiply(root, root), root), 6);
    root = saturatingLeft(multiply(kThreeHalves, root) - multiply(half, cube), 3);
  }
  root = multiply(root, kHalfRootOfTwo);
  if (shift < 0)
    return {shiftLeft(root, -shift), 0};
  return {root, -shift};
}

/// To steps of 1/128 from the zero point on. TFLite takes i8 by this power of two after the product
/// with the root and u8 before it, which rounds differently.
template <typename T>
void normalizeCodes(const T *x, T *y, const Rows &rows, int32_t inZero, int32_t outZero) {
  constexpr int kStepsPower = 7;
  constexpr bool isSigned = std::is_signed_v<T>;
  uint32_t sum = 0; // wraps in rows that no model has
  for (int64_t i = 0; i < rows.length; ++i) {
    int32_t steps = x[i * rows.inner] - inZero;
    sum += static_cast<uint32_t>(steps * steps);
  }
  FixedMultiplier by = inverseRoot(static_cast<int32_t>(sum));
  by.shift += isSigned ? kStepsPower : 0;
  for (int64_t i = 0; i < rows.length; ++i) {
    int32_t steps = (x[i * rows.inner] - inZero) * (isSigned ? 1 : 1 << kStepsPower);
    int32_t code = multiplyRoundingTwice(steps, by) + outZero;
    using Limits = std::numeric_limits<T>;
    y[i * rows.inner] = static_cast<T>(std::clamp<int32_t>(code, Limits::min(), Limits::max()));
  }
}

Result<Kernel> prepareL2Normalization(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Rows rows, rowsOf(op));
  const Tensor &in = op.operand(0), &out = op.result();
  if (in.isFloat())
    return Kernel([=, x = in.as<const float>(), y = out.as<float>()] {
      rows.forEach([&](int64_t at) { normalizeRow(x + at, y + at, rows); });
    });
  return withCodeType(out.type, [&]<typename T>(T) {
    return Kernel([=, inZero = in.zeroPoint(), outZero = out.zeroPoint(), x = in.as<const T>(),
                   y = out.as<T>()] {
      rows.forEach([&](int64_t at) { normalizeCodes(x + at, y + at, rows, inZero, outZero); });
    });
  });
}

Result<Kernel> prepareLocalResponseNorm(const Op &op) {
  const Tensor &in = op.operand(0), &out = op.result();
  if (in.shape.empty() || in.shape != out.shape)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(int64_t radius, op.integer("radius", 0, INT32_MAX));
  TANDEM_ASSIGN_OR_RETURN(float bias, op.real("bias"));
  TANDEM_ASSIGN_OR_RETURN(float alpha, op.real("alpha"));
  TANDEM_ASSIGN_OR_RETURN(float beta, op.real("beta"));
  int64_t channels = in.shape.back();
  return Kernel([=, count = in.count(), x = in.as<const float>(), y = out.as<float>()] {
    for (int64_t pixel = 0; pixel < count; pixel += channels)
      for (int64_t c = 0; c < channels; ++c) {
        float sum = 0;
        int64_t last = std::min(c + radius, channels - 1);
        for (int64_t near = std::max<int64_t>(c - radius, 0); near <= last; ++near)
          sum += x[pixel + near] * x[pixel + near];
        y[pixel + c] = x[pixel + c] * std::pow(bias + alpha * sum, -beta);
      }
  });
}
} // namespace

void registerNormalization(KernelTable &table) {
  table.add("l2_normalization", prepareL2Normalization);
  table.add("local_response_norm", prepareLocalResponseNorm);
}

} // namespace tandem::reference
