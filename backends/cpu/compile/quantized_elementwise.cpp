#include "backends/cpu/compile/quantized_elementwise.h"

#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/strided.h"
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
struct Operand {
  unsigned buffer;
  std::vector<int64_t> shape;
  CodeType type;
};
Operand operandOf(Value value, Buffers &buffers) {
  return {buffers.add(value), graph::tensorType(value).getShape().vec(), codeTypeOf(value)};
}

/// From both codes less their zero points, in i32, to the result's without its own; exact.
using Combine = std::function<Value(KernelBuilder &k, Value a, Value b)>;

Value scaled(KernelBuilder &k, Value x, FixedMultiplier by) {
  return multiplyRoundingTwice(k, x, multiplierConstant(k, by, x.getType()));
}

/// As addRescaled and subtractRescaled.
Combine sumOf(const AddScaling &scaling, bool subtracts) {
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
std::optional<Combine> combineOf(Operation *op, float lhs, float rhs, float out) {
  return llvm::TypeSwitch<Operation *, std::optional<Combine>>(op)
      .Case([&](graph::AddOp) { return sumOf(addScaling(lhs, rhs, out), false); })
      .Case([&](graph::SubOp) { return sumOf(addScaling(lhs, rhs, out), true); })
      .Case([&](graph::MulOp) -> Combine {
        return [by = quantizeMultiplier(lhs * rhs / out)](KernelBuilder &k, Value a, Value b) {
          return scaled(k, arith::MulIOp::create(k, a, b), by);
        };
      })
      .Case<graph::MaximumOp, graph::MinimumOp>([&](auto choice) -> Combine {
        constexpr bool kLargest = std::is_same_v<decltype(choice), graph::MaximumOp>;
        return [a1 = quantizeMultiplier(double(lhs) / out),
                b1 = quantizeMultiplier(double(rhs) / out)](KernelBuilder &k, Value a, Value b) {
          a = scaled(k, a, a1);
          b = scaled(k, b, b1);
          return kLargest ? Value(arith::MaxSIOp::create(k, a, b))
                          : Value(arith::MinSIOp::create(k, a, b));
        };
      })
      .Case([&](graph::PreluOp) -> Combine {
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

void planQuantizedBinary(Operation *op, Plan &plan) {
  Buffers buffers(plan);
  Operand lhs = operandOf(op->getOperand(0), buffers), rhs = operandOf(op->getOperand(1), buffers),
          out = operandOf(op->getResult(0), buffers);
  auto activation = op->getAttrOfType<graph::ActivationAttr>("activation");
  auto [low, high] = clampRange(activation ? activation.getValue() : graph::Activation::None);
  CodeRange range = codesWithin({low, high}, out.type.element, out.type.scale, out.type.zeroPoint);
  Combine combine = *combineOf(op, lhs.type.scale, rhs.type.scale, out.type.scale);
  auto build = [=](KernelBuilder &k) {
    StridedNest nest(out.shape);
    for (const Operand *operand : {&lhs, &rhs, &out})
      nest.addDense(operand->shape);
    auto centred = [&](const Operand &operand, Value at) {
      Value code = k.toI32(k.load(k.buffer(operand.buffer), at), operand.type.element);
      return arith::SubIOp::create(k, code, k.constant(k.getI32Type(), operand.type.zeroPoint));
    };
    nest.build(k, [&](ArrayRef<Value> at) {
      Value result = combine(k, centred(lhs, at[0]), centred(rhs, at[1]));
      result = toCodes(k, result, out.type.zeroPoint, range);
      k.store(k.fromI32(result, out.type.element), k.buffer(out.buffer), at[2]);
    });
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
