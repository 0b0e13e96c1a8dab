// transpose_conv_2d.
#include "backends/reference/run/product.h"

namespace tandem::reference {
namespace {

struct Geometry {
  int64_t batches, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels;
  int64_t kernelHeight, kernelWidth;
  Op::Pair stride, padLow;
};

/// Gathers, for each element of the result, the input elements that reach it; in the order of the
/// input, in which TFLite's kernel scatters them.
template <typename Sum, typename In, typename Filter, typename Finish>
void gatherProducts(const Geometry &g, const In *input, Sum inputZero, const Filter *filter,
                    const Sum *filterZeros, Finish finish) {
  int64_t index = 0;
  for (int64_t n = 0; n < g.batches; ++n)
    for (int64_t y = 0; y < g.outHeight; ++y)
      for (int64_t x = 0; x < g.outWidth; ++x)
        for (int64_t o = 0; o < g.outChannels; ++o, ++index) {
          Sum sum = 0, filterZero = filterZeros ? filterZeros[o] : Sum(0);
          for (int64_t i = g.kernelHeight - 1; i >= 0; --i) {
            int64_t top = y + g.padLow[0] - i, inY = top / g.stride[0];
            if (top < 0 || top % g.stride[0] || inY >= g.inHeight)
              continue;
            for (int64_t j = g.kernelWidth - 1; j >= 0; --j) {
              int64_t left = x + g.padLow[1] - j, inX = left / g.stride[1];
              if (left < 0 || left % g.stride[1] || inX >= g.inWidth)
                continue;
              const In *a = input + ((n * g.inHeight + inY) * g.inWidth + inX) * g.inChannels;
              const Filter *b =
                  filter + ((o * g.kernelHeight + i) * g.kernelWidth + j) * g.inChannels;
              for (int64_t c = 0; c < g.inChannels; ++c)
                sum += (Sum(a[c]) - inputZero) * (Sum(b[c]) - filterZero);
            }
          }
          finish(index, o, sum);
        }
}

Result<Geometry> geometryOf(const Op &op) {
  const Shape &in = op.operand(0).shape, &filter = op.operand(1).shape, &out = op.result().shape;
  if (in.size() != 4 || filter.size() != 4 || out.size() != 4 || filter[3] != in[kChannel] ||
      out[kBatch] != in[kBatch] || out[kChannel] != filter[0])
    return op.wrongShape();
  if (const Tensor *bias = op.optionalOperand(2); bias && bias->shape != Shape{filter[0]})
    return op.wrongShape();
  Geometry g = {.batches = in[kBatch],
                .inHeight = in[kHeight],
                .inWidth = in[kWidth],
                .inChannels = in[kChannel],
                .outHeight = out[kHeight],
                .outWidth = out[kWidth],
                .outChannels = out[kChannel],
                .kernelHeight = filter[1],
                .kernelWidth = filter[2],
                .stride = {},
                .padLow = {}};
  TANDEM_ASSIGN_OR_RETURN(g.stride, op.pair("stride", 1, 1));
  TANDEM_ASSIGN_OR_RETURN(g.padLow, op.pair("pad_low", 0, 0));
  TANDEM_ASSIGN_OR_RETURN(Op::Pair padHigh, op.pair("pad_high", 0, 0));
  for (int i = 0; i < 2; ++i) {
    __int128 size =
        __int128(in[kHeight + i] - 1) * g.stride[i] + filter[1 + i] - g.padLow[i] - padHigh[i];
    if (size != out[kHeight + i])
      return op.wrongShape();
  }
  return g;
}

Result<Kernel> prepareTransposeConv2d(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Geometry g, geometryOf(op));
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  const Tensor &input = op.operand(0), &filter = op.operand(1);
  if (input.isFloat())
    return Kernel([=, epilogue = FloatEpilogue(op, activation), a = input.as<const float>(),
                   b = filter.as<const float>()] {
      gatherProducts<float>(g, a, 0.0f, b, nullptr, epilogue);
    });
  if (filter.quantization.perChannel() &&
      static_cast<int64_t>(filter.quantization.scales.size()) != g.outChannels)
    return op.wrongShape();
  std::vector<int32_t> narrow = filterZeroPoints(op, g.outChannels);
  std::vector<int64_t> zeros(narrow.begin(), narrow.end());
  CodesEpilogue epilogue(op, activation, {.productInFloat = input.type == ElementType::kU8});
  return withCodeType(input.type, [&](auto inCode) {
    return withCodeType(filter.type, [&](auto filterCode) {
      return Kernel([=, zero = int64_t(input.zeroPoint()), a = input.as<const decltype(inCode)>(),
                     b = filter.as<const decltype(filterCode)>()] {
        gatherProducts<int64_t>(g, a, zero, b, zeros.data(), epilogue);
      });
    });
  });
}
} // namespace

void registerTransposeConvolution(KernelTable &table) {
  table.add("transpose_conv_2d", prepareTransposeConv2d);
}

} // namespace tandem::reference
