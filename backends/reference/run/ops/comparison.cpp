// Comparisons of two tensors, and logic on their results.
#include "backends/reference/run/broadcast.h"
#include "backends/reference/run/elements.h"

#include <functional>
#include <utility>

namespace tandem::reference {
namespace {

template <typename In, typename Compute> Result<Kernel> truths(const Op &op, Compute compute) {
  TANDEM_ASSIGN_OR_RETURN(auto steps, broadcast<2>(op));
  return Kernel([=, shape = op.result().shape, a = op.operand(0).as<const In>(),
                 b = op.operand(1).as<const In>(), c = op.result().as<uint8_t>()] {
    walk(shape, steps, [&](const auto &at) { c[at[2]] = compute(a[at[0]], b[at[1]]); });
  });
}

/// A code as TFLite compares it: in steps of 1/256, rounded.
struct Comparable {
  static constexpr int kLeftShift = 8;
  int32_t zeroPoint;
  FixedMultiplier by;

  explicit Comparable(const Tensor &tensor)
      : zeroPoint(tensor.zeroPoint()), by(quantizeMultiplier(double(tensor.scale()))) {}
  int32_t operator()(int32_t code) const {
    return multiplyRoundingTwice(shiftLeft(code - zeroPoint, kLeftShift), by);
  }
};

/// One code for all comparisons: the runtime is to stay small.
template <typename T>
Result<Kernel> truthsOfCodes(const Op &op, bool (*compare)(int32_t, int32_t)) {
  return truths<T>(op, [compare, lhs = Comparable(op.operand(0)), rhs = Comparable(op.operand(1))](
                           T a, T b) { return compare(lhs(a), rhs(b)); });
}

template <typename Compare> Result<Kernel> prepareComparison(const Op &op) {
  bool codes = op.operand(0).isCodes();
  return withComparable(op, [&]<typename T>(T) -> Result<Kernel> {
    if constexpr (sizeof(T) <= sizeof(int16_t))
      if (codes)
        return truthsOfCodes<T>(op, [](int32_t a, int32_t b) { return Compare()(a, b); });
    return truths<T>(op, Compare());
  });
}

/// "Less" is "greater" the other way round; the runtime need not have its loops twice.
template <typename Compare> Result<Kernel> prepareExchanged(const Op &op) {
  Op exchanged = op;
  std::swap(exchanged.operands[0], exchanged.operands[1]);
  return prepareComparison<Compare>(exchanged);
}

/// Of bytes, since nobody has checked that those from outside are 0 or 1.
template <typename Compute> Result<Kernel> prepareLogical(const Op &op) {
  return truths<uint8_t>(op, Compute());
}

Result<Kernel> prepareLogicalNot(const Op &op) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  return Kernel([count = op.result().count(), x = op.operand(0).as<const uint8_t>(),
                 y = op.result().as<uint8_t>()] {
    for (int64_t i = 0; i < count; ++i)
      y[i] = !x[i];
  });
}
} // namespace

void registerComparison(KernelTable &table) {
  table.add("equal", prepareComparison<std::equal_to<>>);
  table.add("not_equal", prepareComparison<std::not_equal_to<>>);
  table.add("less", prepareExchanged<std::greater<>>);
  table.add("less_equal", prepareExchanged<std::greater_equal<>>);
  table.add("greater", prepareComparison<std::greater<>>);
  table.add("greater_equal", prepareComparison<std::greater_equal<>>);
  table.add("logical_and", prepareLogical<std::logical_and<>>);
  table.add("logical_or", prepareLogical<std::logical_or<>>);
  table.add("logical_not", prepareLogicalNot);
}

} // namespace tandem::reference
