// cast, quantize and dequantize.

#include "backends/cpu/compile/chains.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/map.h"
#include "backends/cpu/compile/quantize.h"
#include "backends/cpu/compile/reals.h"
#include "backends/cpu/compile/strided.h"
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
  return type == ElementType::kF32 || type == ElementType::kF16 || type == ElementType::kBF16;
}
bool isInteger(ElementType type) {
  return type == ElementType::kI8 || type == ElementType::kU8 || type == ElementType::kI16 ||
         type == ElementType::kI32 || type == ElementType::kI64;
}
bool isUnsigned(ElementType type) {
  return type == ElementType::kU8 || type == ElementType::kBool;
}

Support supportsCast(Operation *op) {
  for (Value value : {op->getOperand(0), Value(op->getResult(0))})
    if (ElementType type = elementOf(value);
        !isFloat(type) && !isInteger(type) && type != ElementType::kBool)
      return Support::no("no kernel for a cast from or to " + std::string(elementTypeName(type)));
  return Support::yes();
}

/// Ends of an integer type as f64 that are inside it; i64's upper end is not, and not needed.
std::pair<double, double> endsOf(ElementType type) {
  if (type == ElementType::kI64)
    return {-0x1p63, 0x1p63};
  CodeRange all = allCodes(type);
  return {all.low, all.high};
}

/// Toward zero; beyond the type's integers to the nearest of them, NaN to 0.
Value toInteger(KernelBuilder &k, Value real, ElementType to) {
  Type f64 = k.getF64Type(), i64 = k.getI64Type();
  auto [low, high] = endsOf(to);
  real = arith::ExtFOp::create(k, f64, real);
  Value isNan = arith::CmpFOp::create(k, arith::CmpFPredicate::UNO, real, real);
  Value above = arith::CmpFOp::create(k, arith::CmpFPredicate::OGE, real, k.constant(f64, high));
  // What the conversion must not see is taken out first, and put right behind it.
  real = arith::MaximumFOp::create(k, real, k.constant(f64, low));
  Value inside =
      arith::SelectOp::create(k, arith::OrIOp::create(k, isNan, above), k.constant(f64, 0), real);
  Value whole = arith::FPToSIOp::create(k, i64, inside);
  int64_t largest = to == ElementType::kI64 ? INT64_MAX : static_cast<int64_t>(high);
  whole = arith::SelectOp::create(
      k, above, arith::ConstantOp::create(k, k.getIntegerAttr(i64, largest)), whole);
  Type type = k.elementType(to);
  return type == i64 ? whole : Value(arith::TruncIOp::create(k, type, whole));
}

Value isNotZero(KernelBuilder &k, Value x) {
  Value zero = k.constant(x.getType(), 0);
  Value truth = isa<FloatType>(x.getType())
                    ? Value(arith::CmpFOp::create(k, arith::CmpFPredicate::UNE, x, zero))
                    : Value(arith::CmpIOp::create(k, arith::CmpIPredicate::ne, x, zero));
  return arith::ExtUIOp::create(k, k.getI8Type(), truth);
}

/// Between integers; they wrap.
Value resized(KernelBuilder &k, Value x, ElementType from, ElementType to) {
  unsigned have = x.getType().getIntOrFloatBitWidth();
  Type type = k.elementType(to);
  unsigned want = type.getIntOrFloatBitWidth();
  if (have == want)
    return x;
  if (have > want)
    return arith::TruncIOp::create(k, type, x);
  return isUnsigned(from) ? Value(arith::ExtUIOp::create(k, type, x))
                          : Value(arith::ExtSIOp::create(k, type, x));
}

/// Of an integer, or of f32 as any float is loaded. To 16 bits here, as a reader in the same loop
/// takes it. Through f32 to those, in two roundings only where f32 does not hold the integer.
Value toFloat(KernelBuilder &k, Value x, ElementType from, ElementType to) {
  if (!isFloat(from))
    x = arith::SIToFPOp::create(k, k.getF32Type(), resized(k, x, from, ElementType::kI64));
  if (to == ElementType::kF16)
    return arith::TruncFOp::create(k, k.getF16Type(), x);
  return to == ElementType::kBF16 ? roundToBf16(k, x) : x;
}

ElementCode castCode(Operation *op) {
  ElementType from = elementOf(op->getOperand(0)), to = elementOf(op->getResult(0));
  return {[=](KernelBuilder &k, ArrayRef<Value> of) -> Value {
    Value x = of[0];
    if (from == to)
      return x;
    if (from == ElementType::kBool)
      x = isNotZero(k, x);
    if (to == ElementType::kBool)
      return isNotZero(k, x);
    if (isFloat(to))
      return toFloat(k, x, from, to);
    return isFloat(from) ? toInteger(k, toFloat(k, x, from, ElementType::kF32), to)
                         : resized(k, x, from, to);
  }};
}

Quantization quantizationOf(Value value) {
  return graph::quantizationOf(graph::tensorType(value).getElementType());
}

Support supportsDequantize(Operation *op) {
  if (quantizationOf(op->getOperand(0)).empty())
    return Support::no("has an input that is not quantized");
  return Support::yes();
}

/// Scales and zero points of each channel are read from buffers.
void planDequantizePerChannel(Operation *op, Plan &plan) {
  Quantization quantization = quantizationOf(op->getOperand(0));
  ElementType element = elementOf(op->getOperand(0));
  std::vector<int64_t> shape = graph::tensorType(op->getOperand(0)).getShape().vec();
  std::vector<int64_t> inStrides = plan.stridesOf(op->getOperand(0)),
                       outStrides = plan.stridesOf(op->getResult(0));
  std::vector<int64_t> ofChannel(shape.size(), 0);
  ofChannel[static_cast<size_t>(quantization.axis)] = 1;
  Buffers buffers(plan);
  unsigned in = buffers.add(op->getOperand(0)), out = buffers.add(op->getResult(0));
  unsigned scales = buffers.addConstant(quantization.scales);
  unsigned zeros = buffers.addConstant(quantization.zeroPoints);
  plan.step({buffers.types,
             [=](KernelBuilder &k) {
               StridedNest nest(shape);
               nest.add(inStrides);
               nest.add(outStrides);
               nest.add(ofChannel);
               nest.build(k, [&](ArrayRef<Value> at) {
                 Value steps = centredReal(k, k.load(k.buffer(in), at[0]), element,
                                           k.load(k.buffer(zeros), at[2]));
                 Value scale = k.load(k.buffer(scales), at[2]);
                 k.store(arith::MulFOp::create(k, scale, steps), k.buffer(out), at[1]);
               });
             }},
            buffers.ids);
}

ElementCode dequantizeCode(Operation *op) {
  if (quantizationOf(op->getOperand(0)).perChannel())
    return {};
  CodeType type = codeTypeOf(op->getOperand(0));
  return {[=](KernelBuilder &k, ArrayRef<Value> codes) { return realOf(k, codes[0], type); }};
}

void planDequantize(Operation *op, Plan &plan) {
  (quantizationOf(op->getOperand(0)).perChannel() ? planDequantizePerChannel : planChain)(op, plan);
}

Support supportsQuantize(Operation *op) {
  if (graph::isQuantized(op->getOperand(0).getType()))
    return supportsByteCodes(op);
  if (!isF32(op->getOperand(0)) || quantizationOf(op->getResult(0)).scales.size() != 1)
    return Support::no("only f32 to codes quantized per tensor has a kernel");
  return Support::yes();
}

void planQuantize(Operation *op, Plan &plan) {
  auto quantize = cast<graph::QuantizeOp>(op);
  if (leaveToReader(quantize, plan))
    return;
  Buffers buffers(plan);
  Map map = codeOf(quantize, buffers, plan);
  planMap(op->getOperand(0), op->getResult(0), map, buffers, plan);
}
} // namespace

void registerCasts(HandlerTable &table) {
  table.add<graph::CastOp>({supportsCast, planChain, ofAll, castCode});
  table.add<graph::DequantizeOp>({supportsDequantize, planDequantize, ofAll, dequantizeCode});
  table.add<graph::QuantizeOp>({supportsQuantize, planQuantize, ofAll});
}

} // namespace tandem::cpu
