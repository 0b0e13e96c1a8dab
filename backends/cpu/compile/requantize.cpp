#include "backends/cpu/compile/requantize.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

static Type wide(KernelBuilder &k, Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(k.getI64Type());
  return k.getI64Type();
}

MultiplierCode multiplierConstant(KernelBuilder &k, FixedMultiplier by, Type like) {
  MultiplierCode code{
      k.constant(like, by.multiplier), {}, k.constant(like, std::max(-by.shift, 0))};
  if (by.shift > 0)
    code.left = k.constant(like, by.shift);
  return code;
}

/// floor((x * multiplier + 2^30) / 2^31): gemmlowp's rounding, whose half below zero goes up too.
static Value roundingDoublingHighMul(KernelBuilder &k, Value x, Value multiplier) {
  Type type = wide(k, x.getType());
  Value product = arith::MulIOp::create(k, arith::ExtSIOp::create(k, type, x),
                                        arith::ExtSIOp::create(k, type, multiplier));
  Value sum = arith::AddIOp::create(k, product, k.constant(type, double(int64_t(1) << 30)));
  // The bits kept are the same as of an arithmetic shift, which AVX2 does not have in 64 bits.
  Value high = arith::ShRUIOp::create(k, sum, k.constant(type, 31));
  return arith::TruncIOp::create(k, x.getType(), high);
}

static Value roundingDivideByPowerOfTwo(KernelBuilder &k, Value x, Value exponent) {
  Type type = x.getType();
  Value one = k.constant(type, 1), zero = k.constant(type, 0);
  Value mask = arith::SubIOp::create(k, arith::ShLIOp::create(k, one, exponent), one);
  Value remainder = arith::AndIOp::create(k, x, mask);
  Value negative = arith::CmpIOp::create(k, arith::CmpIPredicate::slt, x, zero);
  Value threshold = arith::AddIOp::create(k, arith::ShRUIOp::create(k, mask, one),
                                          arith::SelectOp::create(k, negative, one, zero));
  Value up = arith::CmpIOp::create(k, arith::CmpIPredicate::sgt, remainder, threshold);
  return arith::AddIOp::create(k, arith::ShRSIOp::create(k, x, exponent),
                               arith::SelectOp::create(k, up, one, zero));
}

Value multiplyRoundingTwice(KernelBuilder &k, Value x, const MultiplierCode &by) {
  if (by.left)
    x = arith::ShLIOp::create(k, x, by.left);
  return roundingDivideByPowerOfTwo(k, roundingDoublingHighMul(k, x, by.multiplier), by.right);
}

Value multiplyRoundingOnce(KernelBuilder &k, Value x, const MultiplierCode &by) {
  Type type = wide(k, x.getType());
  Value shift = arith::ExtUIOp::create(k, type, by.right), one = k.constant(type, 1);
  Value half = arith::ShLIOp::create(k, one, arith::SubIOp::create(k, shift, one));
  Value product = arith::MulIOp::create(k, arith::ExtSIOp::create(k, type, x),
                                        arith::ExtSIOp::create(k, type, by.multiplier));
  Value result = arith::ShRSIOp::create(k, arith::AddIOp::create(k, product, half), shift);
  return arith::TruncIOp::create(k, x.getType(), k.clampInt(result, INT32_MIN, INT32_MAX));
}

Value toCodes(KernelBuilder &k, Value value, int32_t zeroPoint, CodeRange range) {
  value = arith::AddIOp::create(k, value, k.constant(value.getType(), zeroPoint));
  return k.clampInt(value, range.low, range.high);
}

} // namespace tandem::cpu
