#include "backends/cpu/compile/table.h"

#include "compiler/graph/type_text.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

CodeType codeTypeOf(Value value) {
  Type type = graph::tensorType(value).getElementType();
  Quantization quantization = graph::quantizationOf(type);
  if (quantization.empty()) // plain integers are codes of themselves
    return {*graph::elementTypeOf(type), 1, 0};
  return {*graph::elementTypeOf(type), quantization.scales[0], quantization.zeroPoints[0]};
}

CodeType storedCodeType(Value value, const Plan &plan) {
  CodeType type = codeTypeOf(value);
  if (plan.storesUnsigned(value))
    type = {ElementType::kU8, type.scale, type.zeroPoint + 128};
  return type;
}

Value centred(KernelBuilder &k, Value code, const CodeType &type) {
  return arith::SubIOp::create(k, k.toI32(code, type.element),
                               k.constant(k.getI32Type(), type.zeroPoint));
}

Support supportsByteCodes(Operation *op) {
  for (Value value : llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                                         SmallVector<Value>(op->getResults()))) {
    Type type = graph::tensorType(value).getElementType();
    Quantization quantization = graph::quantizationOf(type);
    if (quantization.scales.size() != 1 || elementSize(*graph::elementTypeOf(type)) != 1)
      return Support::no("has element type " + graph::typeText(type) +
                         ", only 8-bit codes quantized per tensor are compiled");
  }
  return Support::yes();
}

Support supportsSameCodes(Operation *op) {
  if (Support codes = supportsByteCodes(op); !codes)
    return codes;
  for (Value operand : op->getOperands())
    if (codeTypeOf(operand).element != codeTypeOf(op->getResult(0)).element)
      return Support::no("mixes signed and unsigned codes, which has no kernel");
  return Support::yes();
}

ByteTable rescaleTable(const CodeType &in, const CodeType &out, FixedMultiplier by,
                       CodeRange range) {
  CodeRange all = allCodes(in.element);
  ByteTable table;
  for (int32_t code = all.low; code <= all.high; ++code) {
    int32_t result = multiplyRoundingTwice(code - in.zeroPoint, by) + out.zeroPoint;
    table[static_cast<uint8_t>(code)] = static_cast<uint8_t>(range.clamp(result));
  }
  return table;
}

unsigned addTable(const ByteTable &table, Buffers &buffers, Plan &plan) {
  return buffers.add(plan.constant(std::vector<uint8_t>(table.begin(), table.end())),
                     {ElementType::kU8, int64_t(table.size())});
}

Value lookUp(KernelBuilder &k, unsigned table, Value byte) {
  return k.load(k.buffer(table), arith::IndexCastUIOp::create(k, k.getIndexType(), byte));
}

Map tableMap(const ByteTable &table, Buffers &buffers, Plan &plan) {
  // From signed codes to unsigned ones of the same scale: no look-up, which is byte by byte.
  uint8_t flipped = table[0];
  bool flipsBits = true;
  for (size_t code = 0; code < table.size(); ++code)
    flipsBits &= table[code] == (code ^ flipped);
  if (flipsBits)
    return [=](KernelBuilder &k, Value byte) -> Value {
      return arith::XOrIOp::create(k, byte, k.constant(byte.getType(), int8_t(flipped)));
    };
  unsigned entries = addTable(table, buffers, plan);
  return [=](KernelBuilder &k, Value byte) { return lookUp(k, entries, byte); };
}

void planTable(Value input, Value result, const ByteTable &table, Plan &plan) {
  Buffers buffers(plan);
  Map map = tableMap(table, buffers, plan);
  planMap(input, result, map, buffers, plan);
}

} // namespace tandem::cpu
