// Two operands, element by element, with NumPy's broadcasting.
#include "backends/reference/run/broadcast.h"
#include "backends/reference/run/elements.h"
#include "backends/reference/run/product.h"

#include <cmath>

namespace tandem::reference {
namespace {

/// `compute` takes both elements to the result's.
template <typename In, typename Compute> Result<Kernel> elementwise(const Op &op, Compute compute) {
  TANDEM_ASSIGN_OR_RETURN(auto steps, broadcast<2>(op));
  return Kernel([=, shape = op.result().shape, a = op.operand(0).as<const In>(),
                 b = op.operand(1).as<const In>(), c = op.result().as<In>()] {
    walk(shape, steps, [&](const auto &at) { c[at[2]] = compute(a[at[0]], b[at[1]]); });
  });
}

/// `compute` takes both codes, less their zero points, to the result's code without its zero point.
template <typename Compute>
Result<Kernel> elementwiseCodes(const Op &op, RealRange activation, Compute compute) {
  const Tensor &out = op.result();
  CodeRange range = codesWithin(activation, out.type, out.scale(), out.zeroPoint());
  return withCodeType(out.type, [&](auto code) {
    using T = decltype(code);
    return elementwise<T>(op, [=, lhsZero = op.operand(0).zeroPoint(),
                               rhsZero = op.operand(1).zeroPoint(),
                               outZero = out.zeroPoint()](T a, T b) {
      int64_t result = int64_t(compute(a - lhsZero, b - rhsZero)) + outZero;
      return static_cast<T>(std::clamp<int64_t>(result, range.low, range.high));
    });
  });
}

/// `compute` takes two integers of the result's type; an activation keeps what comes out.
template <typename T, typename Compute>
Result<Kernel> elementwiseIntegers(const Op &op, Compute compute) {
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  using Limits = std::numeric_limits<T>;
  T low = std::isfinite(activation.low) ? static_cast<T>(activation.low) : Limits::min();
  T high = std::isfinite(activation.high) ? static_cast<T>(activation.high) : Limits::max();
  return elementwise<T>(op, [=](T a, T b) { return std::clamp(compute(a, b), low, high); });
}
template <typename Compute> Result<Kernel> signedIntegers(const Op &op, Compute compute) {
  return op.result().type == ElementType::kI32 ? elementwiseIntegers<int32_t>(op, compute)
                                               : elementwiseIntegers<int64_t>(op, compute);
}
/// The same by unsigned arithmetic, which wraps.
template <typename Compute> Result<Kernel> integers(const Op &op, Compute compute) {
  return signedIntegers(op, [=]<typename T>(T a, T b) {
    using Unsigned = std::make_unsigned_t<T>;
    return static_cast<T>(compute(static_cast<Unsigned>(a), static_cast<Unsigned>(b)));
  });
}

template <typename Compute> Result<Kernel> floats(const Op &op, Compute compute) {
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  return elementwise<float>(op, [=](float a, float b) { return activation.clamp(compute(a, b)); });
}

AddScaling scalingOf(const Op &op) {
  return addScaling(op.operand(0).scale(), op.operand(1).scale(), op.result().scale());
}

Result<Kernel> prepareAdd(const Op &op) {
  auto add = [](auto a, auto b) { return a + b; };
  if (op.result().isFloat())
    return floats(op, add);
  if (!op.result().isCodes())
    return integers(op, add);
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  return elementwiseCodes(op, activation, [scaling = scalingOf(op)](int32_t a, int32_t b) {
    return addRescaled(a, b, scaling);
  });
}

Result<Kernel> prepareSub(const Op &op) {
  auto subtract = [](auto a, auto b) { return a - b; };
  if (op.result().isFloat())
    return floats(op, subtract);
  if (!op.result().isCodes())
    return integers(op, subtract);
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  return elementwiseCodes(op, activation, [scaling = scalingOf(op)](int32_t a, int32_t b) {
    return subtractRescaled(a, b, scaling);
  });
}

Result<Kernel> prepareMul(const Op &op) {
  auto multiply = [](auto a, auto b) { return a * b; };
  if (op.result().isFloat())
    return floats(op, multiply);
  if (!op.result().isCodes())
    return integers(op, multiply);
  TANDEM_ASSIGN_OR_RETURN(RealRange activation, op.activation());
  // TFLite computes this one in float.
  FixedMultiplier by =
      quantizeMultiplier(op.operand(0).scale() * op.operand(1).scale() / op.result().scale());
  return elementwiseCodes(op, activation,
                          [by](int32_t a, int32_t b) { return multiplyRoundingTwice(a * b, by); });
}

/// `choose` takes two comparable numbers to one of them. Codes are brought to the result's scale
/// first; where the scales are equal, as TFLite demands, that changes nothing.
template <typename Choose> Result<Kernel> prepareChoice(const Op &op, Choose choose) {
  const Tensor &out = op.result();
  if (out.isFloat())
    return elementwise<float>(op, choose);
  if (!out.isCodes())
    return out.type == ElementType::kI32 ? elementwise<int32_t>(op, choose)
                                         : elementwise<int64_t>(op, choose);
  FixedMultiplier lhs = quantizeMultiplier(double(op.operand(0).scale()) / out.scale());
  FixedMultiplier rhs = quantizeMultiplier(double(op.operand(1).scale()) / out.scale());
  return elementwiseCodes(op, RealRange(), [=](int32_t a, int32_t b) {
    return choose(multiplyRoundingTwice(a, lhs), multiplyRoundingTwice(b, rhs));
  });
}

Result<Kernel> prepareMaximum(const Op &op) {
  return prepareChoice(op, [](auto a, auto b) { return largerOf(a, b); });
}
Result<Kernel> prepareMinimum(const Op &op) {
  return prepareChoice(op, [](auto a, auto b) { return smallerOf(a, b); });
}

/// Toward zero. What no integer is, x / 0, is 0; the lowest over -1 wraps.
template <typename T> T quotient(T a, T b) {
  if (b == -1)
    return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
  return b == 0 ? 0 : static_cast<T>(a / b);
}
/// Of integers, with the sign of the dividend; of x and 0 it is x.
template <typename T> T remainder(T a, T b) {
  return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) -
                        static_cast<std::make_unsigned_t<T>>(quotient(a, b)) *
                            static_cast<std::make_unsigned_t<T>>(b));
}

Result<Kernel> prepareDiv(const Op &op) {
  if (op.result().isFloat())
    return floats(op, [](float a, float b) { return a / b; });
  return signedIntegers(op, []<typename T>(T a, T b) { return quotient(a, b); });
}

Result<Kernel> prepareFloorDiv(const Op &op) {
  if (op.result().isFloat())
    return elementwise<float>(op, [](float a, float b) { return std::floor(a / b); });
  return signedIntegers(op, []<typename T>(T a, T b) {
    bool roundedUp = b != 0 && remainder(a, b) != 0 && (a < 0) != (b < 0);
    return static_cast<T>(quotient(a, b) - roundedUp);
  });
}

/// Has the sign of the divisor, which C's remainders have not.
Result<Kernel> prepareFloorMod(const Op &op) {
  auto towardDivisor = [](auto remainder, auto b) {
    return remainder != 0 && b != 0 && (remainder < 0) != (b < 0)
               ? static_cast<decltype(b)>(remainder + b)
               : remainder;
  };
  if (op.result().isFloat())
    return elementwise<float>(op,
                              [=](float a, float b) { return towardDivisor(std::fmod(a, b), b); });
  return signedIntegers(op,
                        [=]<typename T>(T a, T b) { return towardDivisor(remainder(a, b), b); });
}

Result<Kernel> preparePow(const Op &op) {
  return elementwise<float>(op, [](float a, float b) { return std::pow(a, b); });
}
Result<Kernel> prepareSquaredDifference(const Op &op) {
  return elementwise<float>(op, [](float a, float b) { return (a - b) * (a - b); });
}

Result<Kernel> preparePrelu(const Op &op) {
  if (op.result().isFloat())
    return elementwise<float>(op, [](float x, float slope) { return x >= 0 ? x : x * slope; });
  float input = op.operand(0).scale(), slope = op.operand(1).scale(), out = op.result().scale();
  return elementwiseCodes(
      op, RealRange(),
      [same = quantizeMultiplier(input / out),
       sloped = quantizeMultiplier(input * slope / out)](int32_t x, int32_t by) {
        return x >= 0 ? multiplyRoundingTwice(x, same) : multiplyRoundingTwice(x * by, sloped);
      });
}

/// `compute` takes two integers of the result's type to one.
template <typename Compute> Result<Kernel> ofBits(const Op &op, Compute compute) {
  switch (op.result().type) {
  case ElementType::kU8:
    return elementwise<uint8_t>(op, compute);
  case ElementType::kI8:
    return elementwise<int8_t>(op, compute);
  case ElementType::kI16:
    return elementwise<int16_t>(op, compute);
  case ElementType::kI32:
    return elementwise<int32_t>(op, compute);
  default:
    return elementwise<int64_t>(op, compute);
  }
}
Result<Kernel> prepareBitwiseAnd(const Op &op) {
  return ofBits(op, []<typename T>(T a, T b) { return static_cast<T>(a & b); });
}
Result<Kernel> prepareBitwiseOr(const Op &op) {
  return ofBits(op, []<typename T>(T a, T b) { return static_cast<T>(a | b); });
}
Result<Kernel> prepareBitwiseXor(const Op &op) {
  return ofBits(op, []<typename T>(T a, T b) { return static_cast<T>(a ^ b); });
}
/// A negative number of places is a very large one.
template <typename T> bool shiftsAllOut(T places) {
  return static_cast<std::make_unsigned_t<T>>(places) >= sizeof(T) * 8;
}
Result<Kernel> prepareShiftLeft(const Op &op) {
  return ofBits(op, []<typename T>(T a, T b) {
    return shiftsAllOut(b) ? T(0) : static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) << b);
  });
}
Result<Kernel> prepareShiftRight(const Op &op) {
  return ofBits(op, []<typename T>(T a, T b) {
    return shiftsAllOut(b) ? static_cast<T>(a < 0 ? -1 : 0) : static_cast<T>(a >> b);
  });
}
} // namespace

void registerArithmetic(KernelTable &table) {
  table.add("add", prepareAdd);
  table.add("sub", prepareSub);
  table.add("mul", prepareMul);
  table.add("div", prepareDiv);
  table.add("floor_div", prepareFloorDiv);
  table.add("floor_mod", prepareFloorMod);
  table.add("maximum", prepareMaximum);
  table.add("minimum", prepareMinimum);
  table.add("pow", preparePow);
  table.add("squared_difference", prepareSquaredDifference);
  table.add("prelu", preparePrelu);
  table.add("bitwise_and", prepareBitwiseAnd);
  table.add("bitwise_or", prepareBitwiseOr);
  table.add("bitwise_xor", prepareBitwiseXor);
  table.add("shift_left", prepareShiftLeft);
  table.add("shift_right", prepareShiftRight);
}

} // namespace tandem::reference
