#include "backends/cpu/compile/requantize.h"

#include "compiler/codegen/intrinsic.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::callIntrinsic;
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

/// Whether there are instructions for what is done here to `x`, which are for four lanes.
static bool hasInstructions(KernelBuilder &k, Value x) {
  auto type = dyn_cast<VectorType>(x.getType());
  return k.isa().roundsFixedPoint && type && type.getNumElements() == 4;
}

/// floor((x * multiplier + 2^30) / 2^31): gemmlowp's rounding, whose half below zero goes up too.
Value roundingDoublingHighMul(KernelBuilder &k, Value x, Value multiplier) {
  if (hasInstructions(k, x))
    return callIntrinsic(k, x.getType(), "llvm.aarch64.neon.sqrdmulh.v4i32", {x, multiplier});
  Type type = wide(k, x.getType());
  Value product = arith::MulIOp::create(k, arith::ExtSIOp::create(k, type, x),
                                        arith::ExtSIOp::create(k, type, multiplier));
  Value sum = arith::AddIOp::create(k, product, k.constant(type, double(int64_t(1) << 30)));
  // The bits kept are the same as of an arithmetic shift, which AVX2 does not have in 64 bits.
  Value high = arith::ShRUIOp::create(k, sum, k.constant(type, 31));
  return arith::TruncIOp::create(k, x.getType(), high);
}

Value roundingDivideByPowerOfTwo(KernelBuilder &k, Value x, Value exponent) {
  Type type = x.getType();
  Value one = k.constant(type, 1), zero = k.constant(type, 0);
  if (hasInstructions(k, x)) {
    // srshl rounds halves up; of a negative number that is one smaller, they go down. Where the
    // exponent is 0, so is its sign.
    Value shift = arith::SubIOp::create(k, zero, exponent);
    Value sign =
        arith::ShRSIOp::create(k, arith::AndIOp::create(k, x, shift), k.constant(type, 31));
    x = callIntrinsic(k, type, "llvm.sadd.sat.v4i32", {x, sign});
    return callIntrinsic(k, type, "llvm.aarch64.neon.srshl.v4i32", {x, shift});
  }
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

/// Both roundings are one: with e the shift and m the multiplier,
///   r = floor((x * m + 2^30 + 2^(30 + e) - (x < 0 ? 2^31 : 0)) / 2^(31 + e)).
/// Everything is doubled, so that the first 31 bits of the shift are the lower halves of 64-bit
/// lanes, and the term for negative numbers is -1 in what is left. Even and odd lanes are
/// multiplied by themselves, as the instruction does.
Value multiplyRoundingTwiceFused(KernelBuilder &k, Value x, const MultiplierCode &by) {
  if (hasInstructions(k, x))
    return multiplyRoundingTwice(k, x, by);
  auto type = cast<VectorType>(x.getType());
  int64_t lanes = type.getNumElements();
  VectorType wideType = k.vector(k.getI64Type(), lanes / 2);
  Value half = k.constant(wideType, 32), one = k.constant(wideType, double(int64_t(1) << 31));
  auto wide = [&](Value value) -> Value { return vector::BitCastOp::create(k, wideType, value); };
  auto even = [&](Value value) -> Value {
    Value up = arith::ShLIOp::create(k, wide(value), half);
    return arith::ShRSIOp::create(k, up, half);
  };
  SmallVector<int64_t> oddLanes;
  for (int64_t lane = 0; lane < lanes; lane += 2)
    oddLanes.append({lane + 1, lane + 1});
  auto odd = [&](Value value) -> Value {
    return even(vector::ShuffleOp::create(k, value, value, oddLanes));
  };
  Value doubled = arith::AddIOp::create(k, x, x);
  auto rounded = [&](auto part) -> Value {
    Value product = arith::MulIOp::create(k, part(doubled), part(by.multiplier));
    Value rounding = arith::AddIOp::create(k, one, arith::ShLIOp::create(k, one, part(by.right)));
    return vector::BitCastOp::create(k, type, arith::AddIOp::create(k, product, rounding));
  };
  SmallVector<int64_t> upperHalves;
  for (int64_t lane = 0; lane < lanes; lane += 2)
    upperHalves.append({lane + 1, lanes + lane + 1});
  Value high = vector::ShuffleOp::create(k, rounded(even), rounded(odd), upperHalves);
  Value negative = arith::ShRSIOp::create(k, x, k.constant(type, 31));
  return arith::ShRSIOp::create(k, arith::AddIOp::create(k, high, negative), by.right);
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
