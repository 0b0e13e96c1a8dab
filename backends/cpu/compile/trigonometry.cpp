#include "backends/cpu/compile/trigonometry.h"

#include <numbers>

using namespace mlir;

namespace tandem::cpu {

namespace {
/// Adding it rounds to an integer, which then stands in the last bits.
constexpr double kRounder = 0x1.8p52;
/// pi / 2 less what f64 has of it.
constexpr double kRestOfQuarter = 6.123233995736766e-17;

/// 1 - s / (m+1)(m+2) + s² / (m+1)...(m+4) - ...: of the square of an angle the cosine with m = 0,
/// and the sine over the angle with m = 1.
Formula alternating(Formula square, int first, int terms) {
  double coefficient = 1;
  SmallVector<double> coefficients = {coefficient};
  for (int m = first; static_cast<int>(coefficients.size()) < terms; m += 2)
    coefficients.push_back(coefficient /= -double(m + 1) * (m + 2));
  Formula sum = square.of(coefficients.back());
  for (double next : llvm::reverse(ArrayRef(coefficients).drop_back()))
    sum = sum.fma(square, square.of(next));
  return sum;
}

/// sin(x + quarters * pi / 2): n the nearest multiple of a quarter turn, what is left of x without
/// it in f64, and the series of sine or cosine there, whose next term is below 1e-11.
Formula sineAhead(Formula x, int quarters) {
  codegen::KernelBuilder &k = x.k();
  Type f64 = k.getF64Type(), i64 = k.getI64Type();
  Formula angle = x.of(arith::ExtFOp::create(k, f64, x.value));
  Formula shifted = angle * angle.of(2 / std::numbers::pi) + angle.of(kRounder);
  Formula turns = -(shifted - angle.of(kRounder));
  Formula rest = turns.fma(angle.of(std::numbers::pi / 2), angle);
  rest = turns.fma(angle.of(kRestOfQuarter), rest).clamp(-0.7855f, 0.7855f);
  Formula square = rest * rest;
  Formula sine = rest * alternating(square, 1, 6), cosine = alternating(square, 0, 7);

  Value quadrant = arith::AddIOp::create(k, arith::BitcastOp::create(k, i64, shifted.value),
                                         k.constant(i64, quarters));
  auto has = [&](int bit) -> Value {
    Value masked = arith::AndIOp::create(k, quadrant, k.constant(i64, bit));
    return arith::CmpIOp::create(k, arith::CmpIPredicate::ne, masked, k.constant(i64, 0));
  };
  Formula result = cosine.where(has(1), sine);
  result = (-result).where(has(2), result);
  return x.of(arith::TruncFOp::create(k, k.getF32Type(), result.value));
}
} // namespace

Formula sineF32(Formula x) {
  return sineAhead(x, 0);
}

Formula cosineF32(Formula x) {
  return sineAhead(x, 1);
}

} // namespace tandem::cpu
