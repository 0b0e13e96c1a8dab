#include "backends/cpu/compile/quantized_l2_normalization.h"

#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/rows.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
struct L2Normalization {
  Rows rows;
  CodeType in, out;
  unsigned input, output;
};

class L2Code {
public:
  L2Code(KernelBuilder &k, const L2Normalization &normalization) : k_(k), n_(normalization) {}

  void build() {
    n_.rows.build(k_, [&](Value first, Value) {
      auto place = [&](Value i) { return n_.rows.place(k_, first, i); };
      auto steps = [&](Value i) {
        return centred(k_, k_.load(k_.buffer(n_.input), place(i)), n_.in);
      };
      Value sum = k_.loop(k_.index(0), k_.index(n_.rows.length), 1, integer(0),
                          [&](Value i, ValueRange sum) {
                            Value x = steps(i);
                            return Values{add(sum[0], arith::MulIOp::create(k_, x, x))};
                          })[0];
      // To steps of 1/128: after the product with the root in i8 and before it in u8, as TFLite.
      bool isSigned = n_.in.element == ElementType::kI8;
      MultiplierCode by = inverseRoot(sum, isSigned ? kStepsPower : 0);
      k_.loop(n_.rows.length, [&](Value i) {
        Value x = isSigned ? steps(i) : left(steps(i), integer(kStepsPower));
        Value code = toCodes(k_, multiplyRoundingTwice(k_, x, by), n_.out.zeroPoint,
                             allCodes(n_.out.element));
        k_.store(k_.fromI32(code, n_.out.element), k_.buffer(n_.output), place(i));
      });
    });
  }

private:
  static constexpr int kStepsPower = 7;

  Value integer(int64_t value) { return k_.constant(k_.getI32Type(), static_cast<double>(value)); }
  Value add(Value a, Value b) { return arith::AddIOp::create(k_, a, b); }
  Value sub(Value a, Value b) { return arith::SubIOp::create(k_, a, b); }
  Value left(Value x, Value by) { return arith::ShLIOp::create(k_, x, by); }
  Value notNegative(Value x) { return arith::MaxSIOp::create(k_, x, integer(0)); }
  Value high(Value a, Value b) { return roundingDoublingHighMul(k_, a, b); }
  Value where(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(k_, condition, yes, no);
  }
  Value is(arith::CmpIPredicate predicate, Value x, int64_t than) {
    return arith::CmpIOp::create(k_, predicate, x, integer(than));
  }
  Value saturatingLeft(Value x, int by) {
    Type i64 = k_.getI64Type();
    Value wide =
        arith::ShLIOp::create(k_, arith::ExtSIOp::create(k_, i64, x), k_.constant(i64, by));
    return arith::TruncIOp::create(k_, k_.getI32Type(), k_.clampInt(wide, INT32_MIN, INT32_MAX));
  }

  /// 2^power / sqrt(x), x >= 0: five of Newton's steps in Q3.28 on x scaled by a power of four into
  /// [1/4, 1), then the power of two that this takes. 1 for 0.
  MultiplierCode inverseRoot(Value x, int power) {
    constexpr int32_t kOne = 1 << 28, kThreeHalves = 3 << 27, kHalfRootOfTwo = 1518500250;
    Value isSmall = is(arith::CmpIPredicate::sle, x, 1);
    Value isLarge = is(arith::CmpIPredicate::sge, x, 1 << 29);
    Value scaled = where(isLarge, arith::ShRSIOp::create(k_, x, integer(2)), x);
    // Pairs of bits above the highest one, but for the sign's pair and the next.
    Value zeros = math::CountLeadingZerosOp::create(k_, scaled);
    Value pairs =
        sub(arith::ShRSIOp::create(k_, sub(zeros, integer(1)), integer(1)).getResult(), integer(1));
    pairs = where(isSmall, integer(0), pairs);
    Value shift = sub(where(isLarge, integer(12), integer(11)), pairs);

    Value half = arith::ShRSIOp::create(k_, left(scaled, add(pairs, pairs)), integer(1));
    half = roundingDivideByPowerOfTwo(k_, half, integer(1));
    // A product of two in Q3.28 is in Q6.25, of three in Q9.22.
    Value root = integer(kOne);
    for (int step = 0; step < 5; ++step) {
      Value cube = saturatingLeft(high(high(root, root), root), 6);
      root = saturatingLeft(sub(high(integer(kThreeHalves), root), high(half, cube)), 3);
    }
    root = high(root, integer(kHalfRootOfTwo));

    // A shift to the left goes into the root, as TFLite has it.
    Value zero = integer(0);
    root = left(root, notNegative(sub(zero, shift)));
    Value right = sub(notNegative(shift), integer(power));
    root = where(isSmall, integer(INT32_MAX), root);
    right = where(isSmall, integer(-power), right);
    return {root, notNegative(sub(zero, right)), notNegative(right)};
  }

  KernelBuilder &k_;
  const L2Normalization &n_;
};
} // namespace

Support supportsQuantizedL2Normalization(Operation *op) {
  return supportsSameCodes(op);
}

void planQuantizedL2Normalization(graph::L2NormalizationOp op, Plan &plan) {
  L2Normalization normalization = {
      rowsAlong(graph::tensorType(op.getInput()).getShape(), static_cast<int64_t>(op.getAxis())),
      codeTypeOf(op.getInput()), codeTypeOf(op.getResult()), 0, 0};
  Buffers buffers(plan);
  normalization.input = buffers.add(op.getInput());
  normalization.output = buffers.add(op.getResult());
  plan.step({buffers.types, [=](KernelBuilder &k) { L2Code(k, normalization).build(); }},
            buffers.ids);
}

} // namespace tandem::cpu
