// max_pool_2d, average_pool_2d and l2_pool_2d.
#include "backends/reference/run/elements.h"
#include "backends/reference/run/product.h"

#include <cmath>
#include <limits>

namespace tandem::reference {
namespace {

struct Pool {
  Shape in, out;
  Op::Pair window, stride, padLow;

  /// Calls `finish(index of the result, elements in the window)` after `add(index of the input)`
  /// for every element of a window that is inside the input.
  template <typename Begin, typename Add, typename Finish>
  void forEachWindow(Begin begin, Add add, Finish finish) const {
    int64_t index = 0;
    for (int64_t n = 0; n < out[kBatch]; ++n)
      for (int64_t y = 0; y < out[kHeight]; ++y)
        for (int64_t x = 0; x < out[kWidth]; ++x)
          for (int64_t c = 0; c < out[kChannel]; ++c, ++index) {
            begin();
            int64_t top = y * stride[0] - padLow[0], left = x * stride[1] - padLow[1];
            int64_t bottom = std::min(top + window[0], in[kHeight]);
            int64_t right = std::min(left + window[1], in[kWidth]);
            int64_t count = 0;
            for (int64_t i = std::max<int64_t>(top, 0); i < bottom; ++i)
              for (int64_t j = std::max<int64_t>(left, 0); j < right; ++j, ++count)
                add(((n * in[kHeight] + i) * in[kWidth] + j) * in[kChannel] + c);
            finish(index, count);
          }
  }
};

Result<Pool> poolOf(const Op &op) {
  Pool pool = {.in = op.operand(0).shape,
               .out = op.result().shape,
               .window = {},
               .stride = {},
               .padLow = {}};
  if (pool.in.size() != 4 || pool.out.size() != 4 || pool.in[kBatch] != pool.out[kBatch] ||
      pool.in[kChannel] != pool.out[kChannel])
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(std::vector<int64_t> window, op.integers("window", 2, 1, INT32_MAX));
  TANDEM_ASSIGN_OR_RETURN(pool.stride, op.pair("stride", 1, 1));
  TANDEM_ASSIGN_OR_RETURN(pool.padLow, op.pair("pad_low", 0, 0));
  TANDEM_ASSIGN_OR_RETURN(Op::Pair padHigh, op.pair("pad_high", 0, 0));
  for (int i = 0; i < 2; ++i) {
    pool.window[i] = window[i];
    int64_t low = pool.padLow[i], high = padHigh[i], size = pool.in[kHeight + i];
    int64_t room = size + low + high - window[i];
    // Pads within the window, so that every window has an element of the input.
    if (low >= window[i] || high >= window[i] || room < 0 ||
        room / pool.stride[i] + 1 != pool.out[kHeight + i])
      return op.wrongShape();
  }
  return pool;
}

Result<Kernel> prepareMaxPool(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Pool pool, poolOf(op));
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  const Tensor &in = op.operand(0), &out = op.result();
  auto kernel = [&](auto lowest, auto clamp) {
    using T = decltype(lowest);
    return Kernel([=, x = in.as<const T>(), y = out.as<T>()] {
      T largest = lowest;
      pool.forEachWindow([&] { largest = lowest; },
                         [&](int64_t at) { largest = largerOf(largest, x[at]); },
                         [&](int64_t at, int64_t) { y[at] = clamp(largest); });
    });
  };
  if (in.isFloat())
    return kernel(-std::numeric_limits<float>::infinity(),
                  [=](float value) { return activation.clamp(value); });
  CodeRange range = codesWithin(activation, out.type, out.scale(), out.zeroPoint());
  return withCodeType(out.type, [&](auto zero) {
    using T = decltype(zero);
    return kernel(std::numeric_limits<T>::lowest(),
                  [=](T code) { return static_cast<T>(range.clamp(code)); });
  });
}

Result<Kernel> prepareAveragePool(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Pool pool, poolOf(op));
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  const Tensor &in = op.operand(0), &out = op.result();
  // With count_include_pad the pads count as zeros; else as nothing.
  int64_t whole = op.flag("count_include_pad") ? pool.window[0] * pool.window[1] : 0;
  if (in.isFloat())
    return Kernel([=, x = in.as<const float>(), y = out.as<float>()] {
      float sum = 0;
      pool.forEachWindow([&] { sum = 0; }, [&](int64_t at) { sum += x[at]; },
                         [&](int64_t at, int64_t count) {
                           auto divisor = static_cast<float>(whole ? whole : count);
                           y[at] = activation.clamp(sum / divisor);
                         });
    });
  CodeRange range = codesWithin(activation, out.type, out.scale(), out.zeroPoint());
  return withCodeType(out.type, [&](auto code) {
    using T = decltype(code);
    return Kernel([=, zero = in.zeroPoint(), x = in.as<const T>(), y = out.as<T>()] {
      int64_t sum = 0;
      pool.forEachWindow([&] { sum = 0; }, [&](int64_t at) { sum += x[at]; },
                         [&](int64_t at, int64_t count) {
                           int64_t divisor = whole ? whole : count;
                           int64_t total = sum + (divisor - count) * zero;
                           auto mean = static_cast<int32_t>(divideRounding(total, divisor));
                           y[at] = static_cast<T>(range.clamp(mean));
                         });
    });
  });
}

Result<Kernel> prepareL2Pool(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Pool pool, poolOf(op));
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  return Kernel([=, x = op.operand(0).as<const float>(), y = op.result().as<float>()] {
    float sum = 0;
    pool.forEachWindow([&] { sum = 0; }, [&](int64_t at) { sum += x[at] * x[at]; },
                       [&](int64_t at, int64_t count) {
                         y[at] = activation.clamp(std::sqrt(sum / static_cast<float>(count)));
                       });
  });
}
} // namespace

void registerPooling(KernelTable &table) {
  table.add("max_pool_2d", prepareMaxPool);
  table.add("average_pool_2d", prepareAveragePool);
  table.add("l2_pool_2d", prepareL2Pool);
}

} // namespace tandem::reference
