#pragma once

#include "backends/reference/run/op.h"

namespace tandem::reference {

/// What conv_2d, depthwise_conv_2d and fully_connected have in common: sums of products of an input
/// window and a filter. All sizes are checked to fit their tensors.
struct ProductShape {
  int64_t batches, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight, kernelWidth;
  int64_t channelsOfGroup,
      groups = 1; ///< input channels that one output channel reads; of how many
  int64_t filterOutStep, filterTapStep; ///< in elements, to the next output channel and position
  Op::Pair stride = {1, 1}, dilation = {1, 1}, padLow = {0, 0};
};

/// How the sum of a quantized product is brought to the result's scale.
struct ProductRounding {
  bool once = false;           ///< multiplyRoundingOnce, else Twice
  bool productInFloat = false; ///< tensorMultiplier, else channelMultiplier
};

/// A kernel over operands input, filter and optional bias, in f32, in codes, or hybrid.
Result<Kernel> prepareProduct(const Op &op, const ProductShape &shape, ProductRounding rounding);

/// From the sum of products to the result, in codes.
class CodesEpilogue {
public:
  CodesEpilogue(const Op &op, RealRange activation, ProductRounding rounding);
  void operator()(int64_t index, int64_t channel, int64_t sum) const {
    auto total = static_cast<int32_t>(sum + (bias_ ? bias_[channel] : 0));
    FixedMultiplier by = multipliers_[channel];
    int64_t code =
        int64_t(once_ ? multiplyRoundingOnce(total, by) : multiplyRoundingTwice(total, by)) +
        zeroPoint_;
    result_[index] = static_cast<uint8_t>(std::clamp<int64_t>(code, range_.low, range_.high));
  }

private:
  std::vector<FixedMultiplier> multipliers_;
  const int32_t *bias_;
  bool once_;
  int32_t zeroPoint_;
  CodeRange range_;
  uint8_t *result_;
};

/// The same in f32.
struct FloatEpilogue {
  FloatEpilogue(const Op &op, RealRange activation)
      : bias(op.optionalOperand(2) ? op.operand(2).as<const float>() : nullptr), range(activation),
        result(op.result().as<float>()) {}
  void operator()(int64_t index, int64_t channel, float sum) const {
    result[index] = range.clamp(bias ? sum + bias[channel] : sum);
  }

  const float *bias;
  RealRange range;
  float *result;
};

/// Zero points of a filter, one for each output channel.
std::vector<int32_t> filterZeroPoints(const Op &op, int64_t channels);

/// Calls `body` with a zero of the C++ type of 8-bit codes.
template <typename Body> auto withCodeType(ElementType type, Body body) {
  return type == ElementType::kI8 ? body(int8_t()) : body(uint8_t());
}

} // namespace tandem::reference
