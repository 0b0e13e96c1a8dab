// cast, quantize and dequantize.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/map.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
ElementType elementOf(Value value) {
  return *graph::elementTypeOf(graph::tensorType(value).getElementType());
}

bool isFloat(ElementType type) {
  return type == ElementType::kF32 || type == ElementType::kF16;
}
bool isInteger(ElementType type) {
  return type == ElementType::kI8 || type == ElementType::kU8 || type == ElementType::kI32;
}

Support supportsCast(Operation *op) {
  ElementType from = elementOf(op->getOperand(0)), to = elementOf(op->getResult(0));
  bool known = (isFloat(from) || isInteger(from)) && (isFloat(to) || isInteger(to));
  bool throughFloat = from == ElementType::kF16 && isInteger(to);
  if (!known || throughFloat || (isInteger(from) && to == ElementType::kF16))
    return Support::no("no kernel for a cast from " + std::string(elementTypeName(from)) + " to " +
                       std::string(elementTypeName(to)));
  return Support::yes();
}

void planCast(Operation *op, Plan &plan) {
  ElementType from = elementOf(op->getOperand(0)), to = elementOf(op->getResult(0));
  auto convert = [=](KernelBuilder &k, Value x) -> Value {
    if (from == to)
      return x;
    if (from == ElementType::kF16)
      return arith::ExtFOp::create(k, k.getF32Type(), x);
    if (to == ElementType::kF16)
      return arith::TruncFOp::create(k, k.getF16Type(), x);
    if (from == ElementType::kF32)
      return k.fromI32(arith::FPToSIOp::create(k, k.getI32Type(), x), to);
    Value wide = k.toI32(x, from);
    if (to == ElementType::kF32)
      return arith::SIToFPOp::create(k, k.getF32Type(), wide);
    return k.fromI32(wide, to);
  };
  planMap(op->getOperand(0), op->getResult(0), convert, Buffers(plan), plan);
}

Support supportsCodes(Value value) {
  ElementType element = elementOf(value);
  Quantization quantization = graph::quantizationOf(graph::tensorType(value).getElementType());
  if (quantization.scales.size() != 1 || elementSize(element) > 2)
    return Support::no("only 8-bit and 16-bit codes quantized per tensor have a kernel");
  return Support::yes();
}

Support supportsDequantize(Operation *op) {
  return supportsCodes(op->getOperand(0));
}

void planDequantize(Operation *op, Plan &plan) {
  CodeType type = codeTypeOf(op->getOperand(0));
  auto toReal = [=](KernelBuilder &k, Value code) -> Value {
    Value centred = arith::SubIOp::create(k, k.toI32(code, type.element),
                                          k.constant(k.getI32Type(), type.zeroPoint));
    Value real = arith::SIToFPOp::create(k, k.getF32Type(), centred);
    return arith::MulFOp::create(k, real, k.constant(k.getF32Type(), type.scale));
  };
  planMap(op->getOperand(0), op->getResult(0), toReal, Buffers(plan), plan);
}

Support supportsQuantize(Operation *op) {
  if (graph::isQuantized(op->getOperand(0).getType()))
    return supportsByteCodes(op);
  return supportsCodes(op->getResult(0));
}

/// quantizeReal() as code.
Value quantize(KernelBuilder &k, Value real, const CodeType &type) {
  Type f32 = k.getF32Type();
  CodeRange all = allCodes(type.element);
  Value scaled = arith::DivFOp::create(k, real, k.constant(f32, type.scale));
  // Clamped a step beyond what is kept, so that rounding cannot bring the ends back in.
  scaled = k.clampF32(scaled, static_cast<float>(all.low - type.zeroPoint - 1),
                      static_cast<float>(all.high - type.zeroPoint + 1));
  Value isNan = arith::CmpFOp::create(k, arith::CmpFPredicate::UNO, scaled, scaled);
  scaled = arith::SelectOp::create(k, isNan, k.constant(f32, 0), scaled);
  Value rounded = math::RoundOp::create(k, scaled);
  Value code = arith::FPToSIOp::create(k, k.getI32Type(), rounded);
  code = arith::AddIOp::create(k, code, k.constant(k.getI32Type(), type.zeroPoint));
  return k.fromI32(k.clampInt(code, all.low, all.high), type.element);
}

void planQuantize(Operation *op, Plan &plan) {
  CodeType type = codeTypeOf(op->getResult(0));
  if (graph::isQuantized(op->getOperand(0).getType())) {
    CodeType from = codeTypeOf(op->getOperand(0));
    FixedMultiplier by = quantizeMultiplier(double(from.scale) / double(type.scale));
    ByteTable table = rescaleTable(from, type, by, allCodes(type.element));
    return planTable(op->getOperand(0), op->getResult(0), table, plan);
  }
  planMap(
      op->getOperand(0), op->getResult(0),
      [=](KernelBuilder &k, Value real) { return quantize(k, real, type); }, Buffers(plan), plan);
}
} // namespace

void registerCasts(HandlerTable &table) {
  table.add<graph::CastOp>({supportsCast, planCast});
  table.add<graph::DequantizeOp>({supportsDequantize, planDequantize});
  table.add<graph::QuantizeOp>({supportsQuantize, planQuantize});
}

} // namespace tandem::cpu
