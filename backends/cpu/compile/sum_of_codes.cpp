#include "backends/cpu/compile/sum_of_codes.h"

#include "backends/cpu/compile/interleave.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// Factors and constant are `high << kPart | low` with 16 bits in a signed `low`.
constexpr int kPart = 16;
static int64_t lowPart(int64_t factor) {
  return static_cast<int16_t>(factor);
}
static int64_t highPart(int64_t factor) {
  return (factor - lowPart(factor)) >> kPart;
}

std::optional<SumOfCodes> SumOfCodes::of(Operation *op, const Plan &plan) {
  auto activation = op->getAttrOfType<graph::ActivationAttr>("activation");
  auto [low, high] = clampRange(activation ? activation.getValue() : graph::Activation::None);
  CodeType lhs = storedCodeType(op->getOperand(0), plan),
           rhs = storedCodeType(op->getOperand(1), plan),
           out = storedCodeType(op->getResult(0), plan);
  CodeRange range = codesWithin({low, high}, out.element, out.scale, out.zeroPoint);
  auto sum =
      linearSum(addScaling(lhs.scale, rhs.scale, out.scale), isa<graph::SubOp>(op),
                {lhs.element, lhs.zeroPoint}, {rhs.element, rhs.zeroPoint}, out.zeroPoint, range);
  if (!sum)
    return std::nullopt;
  return SumOfCodes(*sum, lhs.element, rhs.element, out.element, range);
}

bool SumOfCodes::fitsInParts() const {
  auto fits = [](int64_t factor) {
    return highPart(factor) >= INT16_MIN && highPart(factor) <= INT16_MAX;
  };
  return fits(sum_.lhs) && fits(sum_.rhs) && sum_.shift >= kPart;
}

Value SumOfCodes::ofElements(KernelBuilder &k, Value lhs, Value rhs) const {
  Type wide = k.getI64Type();
  auto times = [&](Value code, ElementType type, int64_t factor) -> Value {
    Value extended = arith::ExtSIOp::create(k, wide, k.toI32(code, type));
    return arith::MulIOp::create(k, extended, k.constant(wide, double(factor)));
  };
  Value linear = arith::AddIOp::create(k, times(lhs, lhs_, sum_.lhs), times(rhs, rhs_, sum_.rhs));
  linear = arith::AddIOp::create(k, linear,
                                 arith::ConstantIntOp::create(k, wide, sum_.constant).getResult());
  // Of the bits that are kept an arithmetic shift, which AVX2 lacks, makes the same.
  Value shifted = arith::ShRUIOp::create(k, linear, k.constant(wide, sum_.shift));
  Value code = arith::TruncIOp::create(k, k.getI32Type(), shifted);
  return k.fromI32(k.clampInt(code, range_.low, range_.high), out_);
}

/// Codes are taken as unsigned bytes and the result as a signed one; what that changes is in the
/// constant. Pairs of codes are multiplied with the low parts of both factors and with the high
/// ones; shifting the first sums before they are added rounds as shifting all of it does.
Value SumOfCodes::ofBytes(KernelBuilder &k, Value lhs, Value rhs) const {
  constexpr int64_t kMiddle = 128;
  auto type = cast<VectorType>(lhs.getType());
  Value flip = k.constant(type, INT8_MIN), none = k.constant(type, 0);
  int64_t constant = sum_.constant;
  auto isSigned = [](ElementType element) { return element == ElementType::kI8; };
  if (isSigned(lhs_)) {
    lhs = arith::XOrIOp::create(k, lhs, flip);
    constant -= kMiddle * sum_.lhs;
  }
  if (isSigned(rhs_)) {
    rhs = arith::XOrIOp::create(k, rhs, flip);
    constant -= kMiddle * sum_.rhs;
  }
  if (!isSigned(out_))
    constant -= kMiddle << sum_.shift;

  VectorType words = k.vectorI32(), halves = k.vector(k.getI16Type(), 2 * k.isa().lanes());
  auto factors = [&](int64_t ofLhs, int64_t ofRhs) -> Value {
    auto pair = static_cast<int32_t>(uint32_t(uint16_t(ofLhs)) | uint32_t(uint16_t(ofRhs)) << 16);
    return vector::BitCastOp::create(k, halves, k.constant(words, pair));
  };
  Value low = factors(lowPart(sum_.lhs), lowPart(sum_.rhs)),
        high = factors(highPart(sum_.lhs), highPart(sum_.rhs));
  Value lowConstant = k.constant(words, double(constant & 0xffff)),
        highConstant = k.constant(words, double(constant >> kPart));
  SmallVector<Value, 4> codes;
  for (bool upper : {false, true}) {
    Value both = interleave(k, lhs, rhs, upper);
    for (bool upperOfBoth : {false, true}) {
      Value pairs = vector::BitCastOp::create(k, halves, interleave(k, both, none, upperOfBoth));
      Value carried =
          arith::ShRSIOp::create(k, k.pairDot(pairs, low, lowConstant), k.constant(words, kPart));
      Value sum = arith::AddIOp::create(k, k.pairDot(pairs, high, highConstant), carried);
      codes.push_back(arith::ShRSIOp::create(k, sum, k.constant(words, sum_.shift - kPart)));
    }
  }
  Value bytes =
      k.packSaturated(k.packSaturated(codes[0], codes[1]), k.packSaturated(codes[2], codes[3]));
  int64_t below = isSigned(out_) ? 0 : kMiddle; // the signed byte is so much less
  if (range_.low - below > INT8_MIN)
    bytes = arith::MaxSIOp::create(k, bytes, k.constant(type, double(range_.low - below)));
  if (range_.high - below < INT8_MAX)
    bytes = arith::MinSIOp::create(k, bytes, k.constant(type, double(range_.high - below)));
  return isSigned(out_) ? bytes : Value(arith::XOrIOp::create(k, bytes, flip));
}

} // namespace tandem::cpu
