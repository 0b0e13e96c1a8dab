// relu and its kin, which TFLite computes on codes by rescaling.
#include "backends/reference/run/product.h"

namespace tandem::reference {
namespace {

/// `compute` takes an element to the result's; 8-bit codes as they are.
template <typename T, typename Compute> Kernel elementwise(const Op &op, Compute compute) {
  return
      [=, count = op.result().count(), x = op.operand(0).as<const T>(), y = op.result().as<T>()] {
        for (int64_t i = 0; i < count; ++i)
          y[i] = compute(x[i]);
      };
}

/// `compute` takes a code less its zero point to the result's code without its zero point.
template <typename Compute>
Kernel elementwiseCodes(const Op &op, RealRange range, Compute compute) {
  const Tensor &in = op.operand(0), &out = op.result();
  CodeRange codes = codesWithin(range, out.type, out.scale(), out.zeroPoint());
  return withCodeType(out.type, [&](auto zero) {
    using T = decltype(zero);
    return elementwise<T>(op, [=, inZero = in.zeroPoint(), outZero = out.zeroPoint()](T code) {
      int64_t result = int64_t(compute(code - inZero)) + outZero;
      return static_cast<T>(std::clamp<int64_t>(result, codes.low, codes.high));
    });
  });
}

Result<Kernel> prepareClamp(const Op &op, RealRange range) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  if (op.result().isFloat())
    return elementwise<float>(op, [=](float x) { return range.clamp(x); });
  FixedMultiplier by = quantizeMultiplier(op.operand(0).scale() / op.result().scale());
  return elementwiseCodes(op, range, [by](int32_t x) { return multiplyRoundingTwice(x, by); });
}

Result<Kernel> prepareRelu(const Op &op) {
  return prepareClamp(op, {.low = 0});
}
Result<Kernel> prepareRelu6(const Op &op) {
  return prepareClamp(op, {0, 6});
}
Result<Kernel> prepareReluN1To1(const Op &op) {
  return prepareClamp(op, {-1, 1});
}

Result<Kernel> prepareLeakyRelu(const Op &op) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(float alpha, op.real("alpha"));
  if (op.result().isFloat())
    return elementwise<float>(op, [=](float x) { return x >= 0 ? x : x * alpha; });
  float in = op.operand(0).scale(), out = op.result().scale();
  FixedMultiplier same = quantizeMultiplier(in / out), leak = quantizeMultiplier(in * alpha / out);
  return elementwiseCodes(
      op, RealRange(), [=](int32_t x) { return multiplyRoundingTwice(x, x >= 0 ? same : leak); });
}

// hard_swish on codes, in TFLite's 16-bit fixed point.

int16_t saturate16(int64_t value) {
  return static_cast<int16_t>(std::clamp<int64_t>(value, INT16_MIN, INT16_MAX));
}

/// The upper half of a FixedMultiplier's 31 bits, rounded.
int16_t upperHalf(int32_t multiplier) {
  constexpr int32_t kHalf = 1 << 15;
  return multiplier >= INT32_MAX - kHalf ? INT16_MAX
                                         : static_cast<int16_t>((multiplier + kHalf) >> 16);
}

struct HardSwishScaling {
  int16_t outMultiplier, gateMultiplier;
  int outShift; ///< never to the left: abi/rules.cpp has that
  int gateShift;

  HardSwishScaling(float in, float out) {
    float fine = (1.0f / 128.0f) * in; // codes are taken to the upper bits of 16 first
    FixedMultiplier toOut = quantizeMultiplier(fine / out);
    FixedMultiplier toGate = quantizeMultiplier(fine / (3.0f / 32768.0f)); // 3.0 becomes 2^15
    outMultiplier = upperHalf(toOut.multiplier);
    gateMultiplier = upperHalf(toGate.multiplier);
    outShift = toOut.shift;
    gateShift = toGate.shift;
  }

  /// relu6(x + 3) / 6 in [0, 1] as Q0.15. Shifted left in two steps, so that only the last one can
  /// saturate what counts.
  int16_t gate(int16_t fine) const {
    int16_t value = fine;
    if (gateShift > 0)
      value = saturate16(int64_t(value) << (gateShift - 1));
    value = roundingDoublingHighMul16(value, gateMultiplier);
    if (gateShift > 0)
      value = saturate16(int64_t(value) * 2);
    if (gateShift < 0)
      value = static_cast<int16_t>(roundingDivideByPowerOfTwo(value, -gateShift));
    return static_cast<int16_t>((value + (1 << 15)) >> 1);
  }

  int32_t operator()(int32_t code) const {
    auto fine = static_cast<int16_t>(code * (1 << 7));
    int16_t scaled = roundingDoublingHighMul16(fine, outMultiplier);
    // Toward zero, which cancels the bias of the roundings before it.
    auto product = static_cast<int16_t>(int32_t(gate(fine)) * scaled / (1 << 15));
    return roundingDivideByPowerOfTwo(product, -outShift);
  }
};

float hardSwish(float x) {
  return x * std::min(std::max(x + 3, 0.0f), 6.0f) / 6;
}

Result<Kernel> prepareHardSwish(const Op &op) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  if (op.result().isFloat())
    return elementwise<float>(op, hardSwish);
  return elementwiseCodes(op, RealRange(),
                          HardSwishScaling(op.operand(0).scale(), op.result().scale()));
}
} // namespace

void registerRectifier(KernelTable &table) {
  table.add("relu", prepareRelu);
  table.add("relu6", prepareRelu6);
  table.add("relu_n1_to_1", prepareReluN1To1);
  table.add("leaky_relu", prepareLeakyRelu);
  table.add("hard_swish", prepareHardSwish);
}

} // namespace tandem::reference
