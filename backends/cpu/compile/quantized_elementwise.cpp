#include "backends/cpu/compile/quantized_elementwise.h"

#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/strided.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

static std::optional<RealRange> clampOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<RealRange>>(op)
      .Case([](graph::ReluOp) { return RealRange{0}; })
      .Case([](graph::Relu6Op) { return RealRange{0, 6}; })
      .Case([](graph::ReluN1To1Op) { return RealRange{-1, 1}; })
      .Default([](Operation *) { return std::nullopt; });
}

Support supportsQuantizedUnary(Operation *op) {
  if (Support codes = supportsByteCodes(op); !codes)
    return codes;
  if (!clampOf(op) && !isa<graph::SigmoidOp, graph::TanhOp>(op))
    return Support::no("has no table for quantized codes");
  return Support::yes();
}

void planQuantizedUnary(Operation *op, Plan &plan) {
  CodeType in = codeTypeOf(op->getOperand(0)), out = codeTypeOf(op->getResult(0));
  ByteTable table;
  if (std::optional<RealRange> range = clampOf(op))
    // The multiplier is a float quotient, unlike quantize's.
    table = rescaleTable(in, out, quantizeMultiplier(in.scale / out.scale),
                         codesWithin(*range, out.element, out.scale, out.zeroPoint));
  else
    table = byteTable(in.element, in.quantization(), out.quantization(),
                      isa<graph::SigmoidOp>(op) ? sigmoidReal : tanhReal);
  planTable(op->getOperand(0), op->getResult(0), table, plan);
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
} // namespace

Support supportsQuantizedBinary(Operation *op) {
  if (!isa<graph::AddOp, graph::SubOp, graph::MulOp>(op))
    return Support::no("has no kernel for quantized operands");
  return supportsByteCodes(op);
}

void planQuantizedBinary(Operation *op, Plan &plan) {
  Buffers buffers(plan);
  Operand lhs = operandOf(op->getOperand(0), buffers), rhs = operandOf(op->getOperand(1), buffers),
          out = operandOf(op->getResult(0), buffers);
  auto activation = op->getAttrOfType<graph::ActivationAttr>("activation");
  auto [low, high] = clampRange(activation ? activation.getValue() : graph::Activation::None);
  CodeRange range = codesWithin({low, high}, out.type.element, out.type.scale, out.type.zeroPoint);
  bool multiplies = isa<graph::MulOp>(op), subtracts = isa<graph::SubOp>(op);
  AddScaling scaling = addScaling(lhs.type.scale, rhs.type.scale, out.type.scale);
  FixedMultiplier productScale =
      quantizeMultiplier(double(lhs.type.scale) * double(rhs.type.scale) / double(out.type.scale));

  auto combine = [=](KernelBuilder &k, Value a, Value b) -> Value {
    Type i32 = k.getI32Type();
    if (multiplies)
      return multiplyRoundingTwice(k, arith::MulIOp::create(k, a, b),
                                   multiplierConstant(k, productScale, i32));
    auto rescale = [&](Value x, FixedMultiplier by) {
      Value shifted = arith::ShLIOp::create(k, x, k.constant(i32, AddScaling::kLeftShift));
      return multiplyRoundingTwice(k, shifted, multiplierConstant(k, by, i32));
    };
    a = rescale(a, scaling.lhs);
    b = rescale(b, scaling.rhs);
    Value sum =
        subtracts ? Value(arith::SubIOp::create(k, a, b)) : Value(arith::AddIOp::create(k, a, b));
    return multiplyRoundingTwice(k, sum, multiplierConstant(k, scaling.result, i32));
  };
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
