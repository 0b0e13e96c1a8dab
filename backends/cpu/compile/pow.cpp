#include "backends/cpu/compile/pow.h"

#include <cmath>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {

/// x^y = 2^(y * log2|x|), and what signs and special values make of it. Everything in f64, whose
/// exponent has room for all of f32's: no step but the last can overflow or lose a small number.
class PowCode {
public:
  explicit PowCode(KernelBuilder &k) : k_(k), f64_(k.getF64Type()), i64_(k.getI64Type()) {}

  Value build(Value x, Value y) {
    Value base = arith::ExtFOp::create(k_, f64_, x), power = arith::ExtFOp::create(k_, f64_, y);
    Value magnitude = math::AbsFOp::create(k_, base);
    Value result = exp2(mul(power, log2(magnitude)));
    // 1 to whatever power, and below whatever to the power of 0: infinities and NaN too.
    result = select(is(arith::CmpFPredicate::OEQ, magnitude, real(1)), real(1), result);
    Value half = mul(power, real(0.5));
    Value isWhole = isInteger(power);
    Value isOdd = arith::AndIOp::create(k_, isWhole, isNot(isInteger(half)));
    Value isNegative = arith::CmpIOp::create(k_, arith::CmpIPredicate::slt, bits(base), whole(0));
    Value flips = arith::AndIOp::create(k_, isOdd, isNegative);
    result = select(flips, arith::NegFOp::create(k_, result), result);
    Value below = arith::AndIOp::create(k_, is(arith::CmpFPredicate::OLT, base, real(0)),
                                        is(arith::CmpFPredicate::OGT, base, real(-INFINITY)));
    result = select(arith::AndIOp::create(k_, below, isNot(isWhole)), real(NAN), result);
    result = select(is(arith::CmpFPredicate::UNO, base, base), base, result);
    result = select(is(arith::CmpFPredicate::OEQ, power, real(0)), real(1), result);
    return arith::TruncFOp::create(k_, k_.getF32Type(), result);
  }

private:
  Value real(double value) { return k_.constant(f64_, value); }
  Value whole(int64_t value) {
    return arith::ConstantOp::create(k_, k_.getIntegerAttr(i64_, value));
  }
  Value mul(Value a, Value b) { return arith::MulFOp::create(k_, a, b); }
  Value bits(Value value) { return arith::BitcastOp::create(k_, i64_, value); }
  Value is(arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(k_, predicate, a, b);
  }
  Value select(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(k_, condition, yes, no);
  }
  Value isNot(Value condition) {
    return arith::XOrIOp::create(k_, condition, arith::ConstantIntOp::create(k_, 1, 1).getResult());
  }
  /// Infinities are, and even; NaN is not.
  Value isInteger(Value value) {
    return is(arith::CmpFPredicate::OEQ, math::FloorOp::create(k_, value), value);
  }
  /// c[0] + x (c[1] + x (c[2] + ...
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = real(coefficients.back());
    for (double coefficient : llvm::reverse(coefficients.drop_back()))
      sum = math::FmaOp::create(k_, sum, x, real(coefficient));
    return sum;
  }

  /// Of a number that is not negative: mantissa m in [sqrt(1/2), sqrt(2)) and exponent,
  /// log2(m) = 2 / ln 2 * atanh(s), s = (m - 1) / (m + 1), |s| < 0.1716: eight terms of the series
  /// leave 3e-14.
  Value log2(Value x) {
    constexpr int kMantissaBits = 52, kBias = 1023;
    Value mantissaMask = whole((int64_t(1) << kMantissaBits) - 1);
    Value mantissa = arith::OrIOp::create(k_, arith::AndIOp::create(k_, bits(x), mantissaMask),
                                          whole(int64_t(kBias) << kMantissaBits));
    Value m = arith::BitcastOp::create(k_, f64_, mantissa);
    Value exponent = arith::ShRUIOp::create(k_, bits(x), whole(kMantissaBits));
    Value e = fromSmall(arith::SubIOp::create(k_, exponent, whole(kBias)));
    Value isLarge = is(arith::CmpFPredicate::OGT, m, real(std::sqrt(2.0)));
    m = select(isLarge, mul(m, real(0.5)), m);
    e = select(isLarge, arith::AddFOp::create(k_, e, real(1)), e);
    Value s = arith::DivFOp::create(k_, arith::SubFOp::create(k_, m, real(1)),
                                    arith::AddFOp::create(k_, m, real(1)));
    SmallVector<double> series;
    for (int term = 0; term < 8; ++term)
      series.push_back(2 / std::log(2.0) / (2 * term + 1));
    Value log = math::FmaOp::create(k_, polynomial(mul(s, s), series), s, e);
    // Ends that no power but 0 brings back.
    log = select(is(arith::CmpFPredicate::OEQ, x, real(0)), real(-kEnd), log);
    return select(is(arith::CmpFPredicate::OEQ, x, real(INFINITY)), real(kEnd), log);
  }

  /// 2^t: n the nearest integer, 2^(t - n) by Taylor's series, whose eleventh term is below 1e-14.
  Value exp2(Value t) {
    constexpr double kFarthest = 1000; // far outside f32, inside f64
    t = arith::MaximumFOp::create(k_, t, real(-kFarthest));
    t = arith::MinimumFOp::create(k_, t, real(kFarthest));
    Value shifted = arith::AddFOp::create(k_, t, real(kRounder));
    Value n = arith::SubFOp::create(k_, shifted, real(kRounder));
    SmallVector<double> series = {1};
    for (int term = 1; term <= 11; ++term)
      series.push_back(series.back() * std::log(2.0) / term);
    Value fraction = polynomial(arith::SubFOp::create(k_, t, n), series);
    // The integer stands in the last bits of `shifted`; NaN there makes NaN of the fraction.
    Value power = arith::ShLIOp::create(k_, bits(shifted), whole(52));
    return arith::BitcastOp::create(k_, f64_, arith::AddIOp::create(k_, bits(fraction), power));
  }

  /// An integer below 2^51 as f64: AVX2 has no instruction for it.
  Value fromSmall(Value integer) {
    Value placed = arith::AddIOp::create(k_, integer, bits(real(kRounder)));
    return arith::SubFOp::create(k_, arith::BitcastOp::create(k_, f64_, placed), real(kRounder));
  }

  static constexpr double kEnd = 1e300;
  static constexpr double kRounder = 0x1.8p52; ///< adding it rounds to an integer

  KernelBuilder &k_;
  Type f64_, i64_;
};
} // namespace

Value powF32(KernelBuilder &k, Value x, Value y) {
  return PowCode(k).build(x, y);
}

} // namespace tandem::cpu
