#include "backends/cpu/compile/division.h"

#include "backends/cpu/compile/formula.h"

#include <limits>

using namespace mlir;

namespace tandem::cpu {

using arith::CmpFPredicate;
using arith::CmpIPredicate;
using codegen::KernelBuilder;

static Value isInteger(KernelBuilder &k, CmpIPredicate predicate, Value x, int64_t than) {
  return arith::CmpIOp::create(k, predicate, x, k.constant(x.getType(), static_cast<double>(than)));
}

/// The processor traps at what is no quotient; those are divided by 1 and put right behind it.
Value quotient(KernelBuilder &k, Value a, Value b) {
  Type type = a.getType();
  Value isZero = isInteger(k, CmpIPredicate::eq, b, 0);
  Value isMinusOne = isInteger(k, CmpIPredicate::eq, b, -1);
  Value divisor = arith::SelectOp::create(k, arith::OrIOp::create(k, isZero, isMinusOne),
                                          k.constant(type, 1), b);
  Value result = arith::DivSIOp::create(k, a, divisor), zero = k.constant(type, 0);
  result = arith::SelectOp::create(k, isMinusOne, arith::SubIOp::create(k, zero, result), result);
  return arith::SelectOp::create(k, isZero, zero, result);
}

namespace {
/// Toward zero: quotient, remainder, and whether the lower quotient is another one.
struct Divided {
  Value quotient, remainder, roundedUp;
};
Divided divide(KernelBuilder &k, Value a, Value b) {
  Divided result;
  result.quotient = quotient(k, a, b);
  result.remainder = arith::SubIOp::create(k, a, arith::MulIOp::create(k, result.quotient, b));
  Value signsDiffer =
      isInteger(k, CmpIPredicate::slt, arith::XOrIOp::create(k, result.remainder, b), 0);
  Value hasRest = arith::AndIOp::create(k, isInteger(k, CmpIPredicate::ne, result.remainder, 0),
                                        isInteger(k, CmpIPredicate::ne, b, 0));
  result.roundedUp = arith::AndIOp::create(k, hasRest, signsDiffer);
  return result;
}
} // namespace

Value floorQuotient(KernelBuilder &k, Value a, Value b) {
  Divided divided = divide(k, a, b);
  Value less = arith::SubIOp::create(k, divided.quotient, k.constant(a.getType(), 1));
  return arith::SelectOp::create(k, divided.roundedUp, less, divided.quotient);
}

Value floorRemainder(KernelBuilder &k, Value a, Value b) {
  Divided divided = divide(k, a, b);
  Value more = arith::AddIOp::create(k, divided.remainder, b);
  return arith::SelectOp::create(k, divided.roundedUp, more, divided.remainder);
}

Value floorQuotientF32(KernelBuilder &k, Value a, Value b) {
  return (Formula{k, a} / Formula{k, b}).apply<math::FloorOp>();
}

/// fmod() in f64. A step takes the 53 upper bits of the quotient away: q is a whole multiple of its
/// last place and so is what is left, which f64 holds. Six steps have the 278 bits that a quotient
/// of two f32 can have; more than the first change nothing where it has less than 54.
static Formula remainderF32(Formula a, Formula b) {
  KernelBuilder &k = a.k();
  auto wide = [&](Formula x) { return x.of(arith::ExtFOp::create(k, k.getF64Type(), x.value)); };
  Formula dividend = wide(a), divisor = wide(b), rest = dividend;
  for (int step = 0; step < 6; ++step)
    rest = (-(rest / divisor).apply<math::TruncOp>()).fma(divisor, rest);
  // A quotient that was rounded up to an integer leaves a rest on the other side of zero.
  Formula back = rest + divisor.apply<math::CopySignOp>(dividend);
  Value crossed = (rest * dividend.of(1.0).apply<math::CopySignOp>(dividend)).isNegative();
  rest = back.where(crossed, rest);
  Formula infinity = divisor.of(std::numeric_limits<double>::infinity());
  Value isWhole =
      arith::AndIOp::create(k, divisor.apply<math::AbsFOp>().is(CmpFPredicate::OEQ, infinity),
                            dividend.apply<math::AbsFOp>().is(CmpFPredicate::OLT, infinity));
  rest = dividend.where(isWhole, rest);
  return a.of(arith::TruncFOp::create(k, k.getF32Type(), rest.value)).apply<math::CopySignOp>(a);
}

Value floorRemainderF32(KernelBuilder &k, Value a, Value b) {
  Formula divisor{k, b}, rest = remainderF32({k, a}, divisor);
  Value signsDiffer = arith::XOrIOp::create(k, rest.isNegative(), divisor.isNegative());
  Value moves = arith::AndIOp::create(k, rest.is(CmpFPredicate::ONE, rest.of(0.0)), signsDiffer);
  return (rest + divisor).where(moves, rest);
}

} // namespace tandem::cpu
