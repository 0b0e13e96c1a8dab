#include "backends/reference/run/product.h"

#include <cmath>
#include <limits>

namespace tandem::reference {
namespace {

int64_t outChannelsOf(const Op &op) {
  return op.result().shape.back();
}

/// Calls `finish(index of the result, batch, channel, sum)` for every element of the result. Order
/// of the sum: filter row, filter column, input channel; positions outside the input add nothing.
template <typename Sum, typename In, typename Filter, typename Finish>
void sumOfProducts(const ProductShape &s, const In *input, Sum inputZero, const Filter *filter,
                   const Sum *filterZeros, Finish finish) {
  int64_t channelsPerGroup = s.outChannels / s.groups, index = 0;
  for (int64_t n = 0; n < s.batches; ++n)
    for (int64_t y = 0; y < s.outHeight; ++y)
      for (int64_t x = 0; x < s.outWidth; ++x)
        for (int64_t o = 0; o < s.outChannels; ++o, ++index) {
          int64_t firstChannel = o / channelsPerGroup * s.channelsOfGroup;
          Sum sum = 0, filterZero = filterZeros ? filterZeros[o] : Sum(0);
          for (int64_t i = 0; i < s.kernelHeight; ++i) {
            int64_t inY = y * s.stride[0] + i * s.dilation[0] - s.padLow[0];
            if (inY < 0 || inY >= s.inHeight)
              continue;
            for (int64_t j = 0; j < s.kernelWidth; ++j) {
              int64_t inX = x * s.stride[1] + j * s.dilation[1] - s.padLow[1];
              if (inX < 0 || inX >= s.inWidth)
                continue;
              const In *a =
                  input + ((n * s.inHeight + inY) * s.inWidth + inX) * s.inChannels + firstChannel;
              const Filter *b =
                  filter + o * s.filterOutStep + (i * s.kernelWidth + j) * s.filterTapStep;
              for (int64_t c = 0; c < s.channelsOfGroup; ++c)
                sum += (Sum(a[c]) - inputZero) * (Sum(b[c]) - filterZero);
            }
          }
          finish(index, n, o, sum);
        }
}

Kernel floatProduct(const Op &op, const ProductShape &shape, RealRange activation) {
  return [=, epilogue = FloatEpilogue(op, activation), input = op.operand(0).as<const float>(),
          filter = op.operand(1).as<const float>()] {
    sumOfProducts<float>(
        shape, input, 0.0f, filter, nullptr,
        [&](int64_t index, int64_t, int64_t channel, float sum) { epilogue(index, channel, sum); });
  };
}

std::vector<int64_t> widen(const std::vector<int32_t> &values) {
  return {values.begin(), values.end()};
}

/// `finish` gets the sums of codes less their zero points. They are summed in 64 bits: what
/// overflows 32 is wrong anyway, but must be defined.
template <typename Finish>
Kernel sumsOfCodes(const Op &op, const ProductShape &shape, int64_t inputZero, Finish finish) {
  const Tensor &input = op.operand(0), &filter = op.operand(1);
  auto zeros = widen(filterZeroPoints(op, shape.outChannels));
  return withCodeType(input.type, [&](auto inCode) {
    return withCodeType(filter.type, [&](auto filterCode) -> Kernel {
      return
          [=, a = input.as<const decltype(inCode)>(), b = filter.as<const decltype(filterCode)>()] {
            sumOfProducts<int64_t>(shape, a, inputZero, b, zeros.data(),
                                   [&](int64_t index, int64_t, int64_t channel, int64_t sum) {
                                     finish(index, channel, sum);
                                   });
          };
    });
  });
}

Kernel codesProduct(const Op &op, const ProductShape &shape, RealRange activation,
                    ProductRounding rounding) {
  return sumsOfCodes(op, shape, op.operand(0).zeroPoint(), CodesEpilogue(op, activation, rounding));
}

/// The sums themselves, of a plain input.
Kernel plainSums(const Op &op, const ProductShape &shape) {
  const Tensor *bias = op.optionalOperand(2);
  return sumsOfCodes(op, shape, /*inputZero=*/0,
                     [y = op.result().as<int32_t>(),
                      b = bias ? bias->as<const int32_t>()
                               : nullptr](int64_t index, int64_t channel, int64_t sum) {
                       y[index] = static_cast<int32_t>(sum + (b ? b[channel] : 0));
                     });
}

/// Quantizes each batch entry of the input to i8 by its own range, sums in integers, and scales the
/// sum back. The order of the three factors is that of LiteRT's kernels, depthwise and not.
Kernel hybridProduct(const Op &op, const ProductShape &shape, RealRange activation) {
  const Tensor &input = op.operand(0), &filter = op.operand(1);
  bool depthwise = op.name == "depthwise_conv_2d";
  auto zeros = widen(filterZeroPoints(op, shape.outChannels));
  std::vector<float> scales;
  for (int64_t channel = 0; channel < shape.outChannels; ++channel)
    scales.push_back(filter.scaleOf(channel));
  int64_t entry = shape.inHeight * shape.inWidth * shape.inChannels;
  ProductShape one = shape;
  one.batches = 1;
  int64_t results = shape.outHeight * shape.outWidth * shape.outChannels;
  return [=, epilogue = FloatEpilogue(op, activation), from = input.as<const float>(),
          b = filter.as<const int8_t>(), codes = std::vector<int8_t>(entry)]() mutable {
    for (int64_t n = 0; n < shape.batches; ++n) {
      const float *x = from + n * entry;
      RealRange range = {0, 0}; // NaN is left out: it compares as neither
      for (int64_t i = 0; i < entry; ++i)
        range = {std::min(range.low, x[i]), std::max(range.high, x[i])};
      HybridScale scale = hybridScale(range.low, range.high);
      for (int64_t i = 0; i < entry; ++i)
        codes[i] = scale.quantize(x[i]);
      sumOfProducts<int64_t>(one, codes.data(), int64_t(scale.zeroPoint), b, zeros.data(),
                             [&](int64_t index, int64_t, int64_t channel, int64_t sum) {
                               auto whole = static_cast<float>(static_cast<int32_t>(sum));
                               float real = depthwise ? whole * (scales[channel] * scale.scale)
                                                      : whole * scales[channel] * scale.scale;
                               epilogue(n * results + index, channel, real);
                             });
    }
  };
}
} // namespace

std::vector<int32_t> filterZeroPoints(const Op &op, int64_t channels) {
  std::vector<int32_t> zeros;
  for (int64_t channel = 0; channel < channels; ++channel)
    zeros.push_back(op.operand(1).zeroPointOf(channel));
  return zeros;
}

CodesEpilogue::CodesEpilogue(const Op &op, RealRange activation, ProductRounding rounding)
    : bias_(op.optionalOperand(2) ? op.operand(2).as<const int32_t>() : nullptr),
      once_(rounding.once), zeroPoint_(op.result().zeroPoint()),
      range_(codesWithin(activation, op.result().type, op.result().scale(), zeroPoint_)),
      result_(op.result().as<uint8_t>()) {
  const Tensor &input = op.operand(0), &filter = op.operand(1), &result = op.result();
  for (int64_t channel = 0; channel < outChannelsOf(op); ++channel) {
    float scale = filter.scaleOf(channel);
    multipliers_.push_back(quantizeMultiplier(
        rounding.productInFloat ? tensorMultiplier(input.scale(), scale, result.scale())
                                : channelMultiplier(input.scale(), scale, result.scale())));
  }
}

Result<Kernel> prepareProduct(const Op &op, const ProductShape &shape, ProductRounding rounding) {
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  const Tensor *bias = op.optionalOperand(2);
  if (bias && bias->shape != Shape{shape.outChannels})
    return op.wrongShape();
  const Quantization &filter = op.operand(1).quantization;
  if (filter.perChannel() && static_cast<int64_t>(filter.scales.size()) != shape.outChannels)
    return op.error("its filter has ", filter.scales.size(), " scales, expected one for each of ",
                    shape.outChannels, " channels");
  if (op.result().type == ElementType::kI32) {
    bool isActivated = std::isfinite(activation.low) || std::isfinite(activation.high);
    return isActivated ? Result<Kernel>(op.error("sums have no activation")) : plainSums(op, shape);
  }
  if (!op.operand(0).isFloat())
    return codesProduct(op, shape, activation, rounding);
  if (op.operand(1).isFloat())
    return floatProduct(op, shape, activation);
  return hybridProduct(op, shape, activation);
}

} // namespace tandem::reference
