#include "backends/cpu/compile/quantized_elementwise.h"

#include "backends/cpu/compile/chains.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/strided.h"
#include "backends/cpu/compile/sum_of_codes.h"
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

/// Of operands of one shape by vectors of bytes, where the instruction set has such.
static void planSum(Operation *op, const SumOfCodes &sum, Plan &plan) {
  Buffers buffers(plan);
  Value result = op->getResult(0);
  for (Value operand : op->getOperands())
    if (plan.takeMemory(result, operand, op))
      break;
  unsigned lhs = buffers.addOnce(op->getOperand(0)), rhs = buffers.addOnce(op->getOperand(1)),
           out = buffers.addOnce(result);
  int64_t count = graph::tensorType(result).getNumElements();
  auto build = [=](KernelBuilder &k) {
    constexpr int64_t kBytes = 64;
    auto part = [&](Value at, int64_t valid) { // the rest of a vector is anything
      VectorType bytes = k.vector(k.getI8Type(), kBytes);
      Value codes = sum.ofBytes(k, k.loadVector(bytes, k.buffer(lhs), at),
                                k.loadVector(bytes, k.buffer(rhs), at));
      k.storePart(codes, k.buffer(out), at, valid);
    };
    Chunks{1, count}.build(k, [&](Value, Value, Value from, Value to) {
      if (!sum.takesBytes(k))
        return k.loop(from, to, 1, [&](Value i) {
          Value code = sum.ofElements(k, k.load(k.buffer(lhs), i), k.load(k.buffer(rhs), i));
          k.store(code, k.buffer(out), i);
        });
      k.loop(from, k.add(to, 1 - kBytes), kBytes, [&](Value at) { part(at, kBytes); });
      if (int64_t rest = count % kBytes) // of the last chunk
        k.when(arith::CmpIOp::create(k, arith::CmpIPredicate::eq, to, k.index(count)),
               [&] { part(k.index(count - rest), rest); });
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

void planQuantizedBinary(Operation *op, Plan &plan) {
  CodeType lhs = storedCodeType(op->getOperand(0), plan),
           rhs = storedCodeType(op->getOperand(1), plan),
           out = storedCodeType(op->getResult(0), plan);
  auto activation = op->getAttrOfType<graph::ActivationAttr>("activation");
  auto [low, high] = clampRange(activation ? activation.getValue() : graph::Activation::None);
  CodeRange range = codesWithin({low, high}, out.element, out.scale, out.zeroPoint);
  if (isa<graph::AddOp, graph::SubOp>(op))
    if (auto sum = SumOfCodes::of(op, plan)) {
      auto shape = [&](Value value) { return graph::tensorType(value).getShape(); };
      bool areAlike = shape(op->getOperand(0)) == shape(op->getOperand(1));
      for (Value value : {op->getOperand(0), op->getOperand(1), Value(op->getResult(0))})
        areAlike &= plan.stepOf(value) == rowOf(value);
      if (areAlike)
        return planSum(op, *sum, plan);
      return planBroadcast(
          op,
          [=](KernelBuilder &k, ArrayRef<Value> codes) {
            return sum->ofElements(k, codes[0], codes[1]);
          },
          plan);
    }
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
