#include "backends/cpu/compile/quantized_elementwise.h"

#include "backends/cpu/compile/broadcast.h"
#include "backends/cpu/compile/linear_sum.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

static std::optional<ByteTable> tableOf(Operation *op) {
  auto alpha = op->getAttrOfType<FloatAttr>("alpha");
  return unaryTable(op->getName().stripDialect(), codeTypeOf(op->getOperand(0)),
                    codeTypeOf(op->getResult(0)),
                    alpha ? static_cast<float>(alpha.getValueAsDouble()) : 1.0f);
}

Support supportsQuantizedUnary(Operation *op) {
  if (Support codes = supportsSameCodes(op); !codes)
    return codes;
  if (!tableOf(op))
    return Support::no("has scales that its arithmetic on codes has no room for");
  return Support::yes();
}

void planQuantizedUnary(Operation *op, Plan &plan) {
  planTable(op->getOperand(0), op->getResult(0), *tableOf(op), plan);
}

namespace {
/// From both codes less their zero points, in i32, to the result's without its own; exact.
using CombineCodes = std::function<Value(KernelBuilder &k, Value a, Value b)>;

Value scaled(KernelBuilder &k, Value x, FixedMultiplier by) {
  return multiplyRoundingTwice(k, x, multiplierConstant(k, by, x.getType()));
}

/// As addRescaled and subtractRescaled.
CombineCodes sumOf(const AddScaling &scaling, bool subtracts) {
  return [=](KernelBuilder &k, Value a, Value b) -> Value {
    auto rescaled = [&](Value x, FixedMultiplier by) {
      Value left = k.constant(x.getType(), AddScaling::kLeftShift);
      return scaled(k, arith::ShLIOp::create(k, x, left), by);
    };
    a = rescaled(a, scaling.lhs);
    b = rescaled(b, scaling.rhs);
    Value sum =
        subtracts ? Value(arith::SubIOp::create(k, a, b)) : Value(arith::AddIOp::create(k, a, b));
    return scaled(k, sum, scaling.result);
  };
}

/// The multipliers of products are quotients in float, those of choices in double, as TFLite has
/// them.
std::optional<CombineCodes> combineOf(Operation *op, float lhs, float rhs, float out) {
  return llvm::TypeSwitch<Operation *, std::optional<CombineCodes>>(op)
      .Case([&](graph::AddOp) { return sumOf(addScaling(lhs, rhs, out), false); })
      .Case([&](graph::SubOp) { return sumOf(addScaling(lhs, rhs, out), true); })
      .Case([&](graph::MulOp) -> CombineCodes {
        return [by = quantizeMultiplier(lhs * rhs / out)](KernelBuilder &k, Value a, Value b) {
          return scaled(k, arith::MulIOp::create(k, a, b), by);
        };
      })
      .Case<graph::MaximumOp, graph::MinimumOp>([&](auto choice) -> CombineCodes {
        constexpr bool kLargest = std::is_same_v<decltype(choice), graph::MaximumOp>;
        return [a1 = quantizeMultiplier(double(lhs) / out),
                b1 = quantizeMultiplier(double(rhs) / out)](KernelBuilder &k, Value a, Value b) {
          a = scaled(k, a, a1);
          b = scaled(k, b, b1);
          return kLargest ? Value(arith::MaxSIOp::create(k, a, b))
                          : Value(arith::MinSIOp::create(k, a, b));
        };
      })
      .Case([&](graph::PreluOp) -> CombineCodes {
        return [same = quantizeMultiplier(lhs / out), sloped = quantizeMultiplier(lhs * rhs / out)](
                   KernelBuilder &k, Value x, Value slope) -> Value {
          Value negative =
              arith::CmpIOp::create(k, arith::CmpIPredicate::slt, x, k.constant(x.getType(), 0));
          Value product = arith::MulIOp::create(k, x, slope);
          return arith::SelectOp::create(k, negative, scaled(k, product, sloped),
                                         scaled(k, x, same));
        };
      })
      .Default([](Operation *) { return std::nullopt; });
}
} // namespace

Support supportsQuantizedBinary(Operation *op) {
  if (Support codes = supportsByteCodes(op); !codes)
    return codes;
  return combineOf(op, 1, 1, 1) ? Support::yes()
                                : Support::no("has no kernel for quantized operands");
}

/// Of codes as they are stored.
static void planLinearSum(Operation *op, const LinearSum &sum, CodeRange range, Plan &plan) {
  CodeType lhs = storedCodeType(op->getOperand(0), plan),
           rhs = storedCodeType(op->getOperand(1), plan),
           out = storedCodeType(op->getResult(0), plan);
  planBroadcast(
      op,
      [=](KernelBuilder &k, ArrayRef<Value> codes) {
        Type wide = k.getI64Type();
        auto times = [&](Value code, ElementType type, int64_t factor) -> Value {
          Value extended = arith::ExtSIOp::create(k, wide, k.toI32(code, type));
          return arith::MulIOp::create(k, extended, k.constant(wide, double(factor)));
        };
        Value linear = arith::AddIOp::create(k, times(codes[0], lhs.element, sum.lhs),
                                             times(codes[1], rhs.element, sum.rhs));
        linear = arith::AddIOp::create(
            k, linear, arith::ConstantIntOp::create(k, wide, sum.constant).getResult());
        // Of the bits that are kept an arithmetic shift, which AVX2 lacks, makes the same.
        Value shifted = arith::ShRUIOp::create(k, linear, k.constant(wide, sum.shift));
        Value code = arith::TruncIOp::create(k, k.getI32Type(), shifted);
        return k.fromI32(k.clampInt(code, range.low, range.high), out.element);
      },
      plan);
}

void planQuantizedBinary(Operation *op, Plan &plan) {
  CodeType lhs = storedCodeType(op->getOperand(0), plan),
           rhs = storedCodeType(op->getOperand(1), plan),
           out = storedCodeType(op->getResult(0), plan);
  auto activation = op->getAttrOfType<graph::ActivationAttr>("activation");
  auto [low, high] = clampRange(activation ? activation.getValue() : graph::Activation::None);
  CodeRange range = codesWithin({low, high}, out.element, out.scale, out.zeroPoint);
  if (isa<graph::AddOp, graph::SubOp>(op))
    if (auto sum = linearSum(addScaling(lhs.scale, rhs.scale, out.scale), isa<graph::SubOp>(op),
                             {lhs.element, lhs.zeroPoint}, {rhs.element, rhs.zeroPoint},
                             out.zeroPoint, range))
      return planLinearSum(op, *sum, range, plan);
  CombineCodes combine = *combineOf(op, lhs.scale, rhs.scale, out.scale);
  planBroadcast(
      op,
      [=](KernelBuilder &k, ArrayRef<Value> codes) {
        Value result = combine(k, centred(k, codes[0], lhs), centred(k, codes[1], rhs));
        return k.fromI32(toCodes(k, result, out.zeroPoint, range), out.element);
      },
      plan);
}

} // namespace tandem::cpu
