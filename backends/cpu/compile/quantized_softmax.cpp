#include "backends/cpu/compile/quantized_softmax.h"

#include "backends/cpu/compile/quantize.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/rows.h"
#include "backends/cpu/compile/table.h"
#include "base/quantized_softmax.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
struct SoftmaxOfCodes {
  Rows rows;
  ElementType element;
  unsigned input, output;
  unsigned exponentials;         ///< i32 Q0.31, by distance from the largest code
  unsigned parts;                ///< the same as terms of the sum, Q12.19
  std::optional<CodeType> reals; ///< what is written are those that codes of this type stand for
};

class SoftmaxCode {
public:
  SoftmaxCode(KernelBuilder &k, const SoftmaxOfCodes &softmax)
      : k_(k), s_(softmax), i32_(k.getI32Type()), i64_(k.getI64Type()) {}

  void build() {
    s_.rows.build(k_, [&](Value first, Value) { row(first); });
  }

private:
  Value whole(Type type, int64_t value) { return k_.constant(type, static_cast<double>(value)); }
  Value add(Value a, Value b) { return arith::AddIOp::create(k_, a, b); }
  Value sub(Value a, Value b) { return arith::SubIOp::create(k_, a, b); }
  Value wide(Value value) { return arith::ExtSIOp::create(k_, i64_, value); }
  Value narrow(Value value) { return arith::TruncIOp::create(k_, i32_, value); }

  void row(Value first) {
    auto place = [&](Value i) { return s_.rows.place(k_, first, i); };
    auto code = [&](Value i) {
      return k_.toI32(k_.load(k_.buffer(s_.input), place(i)), s_.element);
    };
    Value largest = s_.rows.reduce(k_, whole(i32_, INT32_MIN), [&](Value i, Value acc) {
      return arith::MaxSIOp::create(k_, acc, code(i));
    });
    auto entry = [&](unsigned table, Value i) {
      Value below = sub(largest, code(i));
      return k_.load(k_.buffer(table), arith::IndexCastUIOp::create(k_, k_.getIndexType(), below));
    };
    Value sum = s_.rows.reduce(
        k_, whole(i64_, 0), [&](Value i, Value acc) { return add(acc, wide(entry(s_.parts, i))); });
    Value total = narrow(k_.clampInt(sum, 1, INT32_MAX));
    Value headroom = math::CountLeadingZerosOp::create(k_, total);
    Value scale = reciprocal(total, headroom);
    // 2^-exponent brings Q0.31 over the sum's integer bits to 256ths; it may be more than 31.
    Value exponent = wide(sub(whole(i32_, QuantizedSoftmax::kSumIntegerBits + 31 - 8), headroom));
    int32_t lowest = allCodes(s_.element).low;
    k_.loop(s_.rows.length, [&](Value i) {
      Value product = roundingDoublingHighMul(k_, entry(s_.exponentials, i), scale);
      Value share = narrow(roundingDivideByPowerOfTwo(k_, wide(product), exponent));
      Value result = toCodes(k_, share, lowest, allCodes(s_.element));
      Value code = k_.fromI32(result, s_.element);
      storeReal(k_, s_.reals ? realOf(k_, code, *s_.reals) : code, k_.buffer(s_.output), place(i));
    });
  }

  /// 1 / x in Q0.31 for x = total * 2^headroom in [1, 2), as the scalar code has it.
  Value reciprocal(Value total, Value headroom) {
    Value shifted = arith::ShLIOp::create(k_, arith::ExtUIOp::create(k_, i64_, total),
                                          arith::ExtUIOp::create(k_, i64_, headroom));
    Value half = narrow(arith::ShRUIOp::create(k_, shifted, whole(i64_, 1)));
    constexpr int32_t k48Over17 = 1515870810, kMinus32Over17 = -1010580540, kOne = 1 << 29;
    Value y =
        add(whole(i32_, k48Over17), roundingDoublingHighMul(k_, half, whole(i32_, kMinus32Over17)));
    for (int step = 0; step < 3; ++step) {
      Value error = sub(whole(i32_, kOne), roundingDoublingHighMul(k_, half, y));
      y = add(y, saturatingShiftLeft(roundingDoublingHighMul(k_, y, error), 2));
    }
    return saturatingShiftLeft(y, 1);
  }

  Value saturatingShiftLeft(Value value, int64_t amount) {
    Value shifted = arith::ShLIOp::create(k_, wide(value), whole(i64_, amount));
    return narrow(k_.clampInt(shifted, INT32_MIN, INT32_MAX));
  }

  KernelBuilder &k_;
  const SoftmaxOfCodes &s_;
  Type i32_, i64_;
};
} // namespace

Support supportsQuantizedSoftmax(Operation *op) {
  if (Support codes = supportsSameCodes(op); !codes)
    return codes;
  CodeType result = codeTypeOf(op->getResult(0));
  if (result.scale != 1.0f / 256 || result.zeroPoint != allCodes(result.element).low)
    return Support::no("has a result of another scale than 1/256 from the lowest code, which its "
                       "arithmetic on codes does not do");
  if (!(cast<graph::SoftmaxOp>(op).getBeta().convertToFloat() > 0))
    return Support::no(
        "has a beta that is not positive, which its arithmetic on codes does not do");
  return Support::yes();
}

void planQuantizedSoftmax(graph::SoftmaxOp op, Plan &plan) {
  CodeType in = codeTypeOf(op.getInput());
  QuantizedSoftmax table(in.element, in.scale, op.getBeta().convertToFloat());
  std::vector<int32_t> exponentials(table.exponentials().begin(), table.exponentials().end()),
      parts;
  for (int32_t value : exponentials)
    parts.push_back(tandem::roundingDivideByPowerOfTwo(value, QuantizedSoftmax::kSumIntegerBits));
  Buffers buffers(plan);
  SoftmaxOfCodes softmax = {
      rowsAlong(graph::tensorType(op.getInput()).getShape(), static_cast<int64_t>(op.getAxis())),
      in.element,
      0,
      0,
      0,
      0,
      std::nullopt};
  Value written = takeDequantized(op, plan);
  if (isF32(written))
    softmax.reals = codeTypeOf(op.getResult());
  softmax.input = buffers.add(op.getInput());
  softmax.output = buffers.add(written);
  softmax.exponentials = buffers.addConstant(exponentials);
  softmax.parts = buffers.addConstant(parts);
  plan.step({buffers.types, [=](KernelBuilder &k) { SoftmaxCode(k, softmax).build(); }},
            buffers.ids);
}

} // namespace tandem::cpu
