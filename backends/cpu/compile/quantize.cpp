#include "backends/cpu/compile/quantize.h"

#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// quantizeReal() as code; i32's ends need f64, which the others are quicker without.
static Value quantized(KernelBuilder &k, Value real, const CodeType &type) {
  Type f32 = k.getF32Type(), carrier = type.element == ElementType::kI32 ? k.getF64Type() : f32;
  CodeRange all = allCodes(type.element);
  Value scaled = arith::DivFOp::create(k, real, k.constant(f32, type.scale));
  Value isNan = arith::CmpFOp::create(k, arith::CmpFPredicate::UNO, scaled, scaled);
  scaled = arith::SelectOp::create(k, isNan, k.constant(f32, 0), scaled);
  Value code = math::RoundOp::create(k, scaled);
  if (carrier != f32)
    code = arith::ExtFOp::create(k, carrier, code);
  auto inside = [&](double low, double high) {
    code = arith::MaximumFOp::create(k, code, k.constant(carrier, low));
    code = arith::MinimumFOp::create(k, code, k.constant(carrier, high));
  };
  inside(double(all.low) - type.zeroPoint, double(all.high) - type.zeroPoint);
  // A code of 32 bits is less than 2^32 from its zero point.
  bool isWide = carrier != f32;
  Type integer = isWide ? k.getI64Type() : k.getI32Type();
  code = arith::FPToSIOp::create(k, integer, code);
  code = arith::AddIOp::create(k, code, k.constant(integer, type.zeroPoint));
  return isWide ? Value(arith::TruncIOp::create(k, k.getI32Type(), code))
                : k.fromI32(code, type.element);
}

Map codeOf(graph::QuantizeOp op, Buffers &buffers, Plan &plan) {
  CodeType type = codeTypeOf(op.getResult());
  if (!graph::isQuantized(op.getInput().getType()))
    return [=](KernelBuilder &k, Value real) { return quantized(k, real, type); };
  CodeType from = codeTypeOf(op.getInput());
  FixedMultiplier by = quantizeMultiplier(double(from.scale) / double(type.scale));
  return tableMap(rescaleTable(from, type, by, allCodes(type.element)), buffers, plan);
}

Value centredReal(KernelBuilder &k, Value code, ElementType element, Value zeroPoint) {
  auto real = [&](Value integer) -> Value {
    Type type = k.getF32Type();
    if (auto vector = dyn_cast<VectorType>(integer.getType()))
      type = vector.clone(type);
    return arith::SIToFPOp::create(k, type, integer);
  };
  if (element != ElementType::kI32)
    return real(arith::SubIOp::create(k, k.toI32(code, element), zeroPoint));
  auto wide = [&](Value x) { return arith::ExtSIOp::create(k, k.getI64Type(), x).getResult(); };
  return real(arith::SubIOp::create(k, wide(code), wide(zeroPoint)));
}

Value realOf(KernelBuilder &k, Value code, const CodeType &type) {
  Type integer = k.getI32Type();
  if (auto vector = dyn_cast<VectorType>(code.getType()))
    integer = vector.clone(integer);
  Value steps = centredReal(k, code, type.element, k.constant(integer, type.zeroPoint));
  return arith::MulFOp::create(k, steps, k.constant(steps.getType(), type.scale));
}

bool leaveToReader(graph::QuantizeOp op, Plan &plan) {
  Value codes = op.getResult();
  bool isDense = plan.stepOf(op.getInput()) == rowOf(op.getInput());
  if (!isDense || !plan.isOnlyReadInside(codes))
    return false;
  Operation *reader = *codes.getUsers().begin();
  if (!isa<graph::Conv2dOp, graph::FullyConnectedOp>(reader) || reader->getOperand(0) != codes ||
      elementSize(codeTypeOf(codes).element) != 1)
    return false;
  plan.postpone(op);
  return true;
}

CodesInput codesInput(Value value, Buffers &buffers, Plan &plan) {
  auto quantize = value.getDefiningOp<graph::QuantizeOp>();
  if (!quantize || !plan.takePostponed(quantize)) {
    buffers.add(value);
    return {value, nullptr};
  }
  buffers.add(quantize.getInput());
  return {quantize.getInput(), codeOf(quantize, buffers, plan)};
}

Value takeDequantized(Operation *op, Plan &plan) {
  Value codes = op->getResult(0);
  if (!plan.isOnlyReadInside(codes))
    return codes;
  auto dequantize = dyn_cast<graph::DequantizeOp>(*codes.getUsers().begin());
  if (!dequantize || (isa<graph::SoftmaxOp>(op) && // writes rows one behind another
                      plan.stepOf(dequantize.getResult()) != rowOf(codes)))
    return codes;
  plan.fuse(dequantize);
  return dequantize.getResult();
}

} // namespace tandem::cpu
