#include "backends/cpu/compile/reals.h"

#include "compiler/codegen/intrinsic.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

static Type withElement(Type type, Type element) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? Type(vector.clone(element)) : element;
}

/// The same bits in each lane as another type of that width.
static Value bitsAs(KernelBuilder &k, Value value, Type element) {
  Type type = withElement(value.getType(), element);
  if (isa<VectorType>(type))
    return vector::BitCastOp::create(k, type, value);
  return arith::BitcastOp::create(k, type, value);
}

Value widenReals(KernelBuilder &k, Value stored) {
  Type element = getElementTypeOrSelf(stored.getType());
  if (element.isF16())
    return arith::ExtFOp::create(k, withElement(stored.getType(), k.getF32Type()), stored);
  if (!element.isBF16())
    return stored;
  Value bits = bitsAs(k, stored, k.getI16Type());
  Value wide = arith::ExtUIOp::create(k, withElement(stored.getType(), k.getI32Type()), bits);
  wide = arith::ShLIOp::create(k, wide, k.constant(wide.getType(), 16));
  return bitsAs(k, wide, k.getF32Type());
}

/// The instruction; on x86-64 of a vector that is as wide as its registers or half that.
static Value roundedByInstruction(KernelBuilder &k, Value reals) {
  if (k.isa().bf16Dot == codegen::Bf16Dot::kBfdot)
    return arith::TruncFOp::create(k, withElement(reals.getType(), k.getBF16Type()), reals);
  auto type = cast<VectorType>(reals.getType());
  return codegen::callIntrinsic(k, type.clone(k.getBF16Type()),
                                type.getNumElements() == k.isa().lanes()
                                    ? "llvm.x86.avx512bf16.cvtneps2bf16.512"
                                    : "llvm.x86.avx512bf16.cvtneps2bf16.256",
                                {reals});
}

Value roundToBf16(KernelBuilder &k, Value reals) {
  bool ofScalars = k.isa().bf16Dot == codegen::Bf16Dot::kBfdot;
  if (k.isa().bf16Dot != codegen::Bf16Dot::kNone && (ofScalars || isa<VectorType>(reals.getType())))
    return roundedByInstruction(k, reals);
  Value bits = bitsAs(k, reals, k.getI32Type());
  Type type = bits.getType();
  auto number = [&](int64_t value) { return k.constant(type, static_cast<double>(value)); };
  // Half of what is cut off, and less by the least bit when the bit before is even.
  Value last = arith::AndIOp::create(k, arith::ShRUIOp::create(k, bits, number(16)), number(1));
  Value rounded = arith::AddIOp::create(k, bits, arith::AddIOp::create(k, last, number(0x7fff)));
  Value isNan = arith::CmpFOp::create(k, arith::CmpFPredicate::UNO, reals, reals);
  Value quiet = arith::OrIOp::create(k, bits, number(1 << 22));
  Value chosen = arith::SelectOp::create(k, isNan, quiet, rounded);
  Value high = arith::ShRUIOp::create(k, chosen, number(16));
  return bitsAs(k, arith::TruncIOp::create(k, withElement(type, k.getI16Type()), high),
                k.getBF16Type());
}

Value loadReals(KernelBuilder &k, VectorType type, Value buffer, Value index) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  return widenReals(k, k.loadVector(type.clone(element), buffer, index));
}

Value loadReal(KernelBuilder &k, Value buffer, Value index) {
  return widenReals(k, k.load(buffer, index));
}

static Value stored(KernelBuilder &k, Value value, Value buffer) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  if (!getElementTypeOrSelf(value.getType()).isF32())
    return value;
  if (element.isF16())
    return arith::TruncFOp::create(k, withElement(value.getType(), element), value);
  return element.isBF16() ? roundToBf16(k, value) : value;
}

void storeReals(KernelBuilder &k, Value value, Value buffer, Value index, int64_t count) {
  k.storePart(stored(k, value, buffer), buffer, index, count);
}

void storeReal(KernelBuilder &k, Value value, Value buffer, Value index) {
  k.store(stored(k, value, buffer), buffer, index);
}

Value bf16Dot(KernelBuilder &k, Value a, Value b, Value acc) {
  auto type = cast<VectorType>(acc.getType());
  if (k.isa().bf16Dot != codegen::Bf16Dot::kNone) {
    VectorType pairs = k.vector(k.getBF16Type(), 2 * type.getNumElements());
    bool isWhole = type.getNumElements() == k.isa().lanes();
    StringRef name = k.isa().bf16Dot == codegen::Bf16Dot::kBfdot
                         ? "llvm.aarch64.neon.bfdot.v4f32.v8bf16"
                     : isWhole ? "llvm.x86.avx512bf16.dpbf16ps.512"
                               : "llvm.x86.avx512bf16.dpbf16ps.256";
    return codegen::callIntrinsic(
        k, type, name,
        {acc, vector::BitCastOp::create(k, pairs, a), vector::BitCastOp::create(k, pairs, b)});
  }
  auto first = [&](Value pair) {
    return bitsAs(k, arith::ShLIOp::create(k, pair, k.constant(pair.getType(), 16)),
                  k.getF32Type());
  };
  auto second = [&](Value pair) {
    Value mask = k.constant(pair.getType(), -0x10000);
    return bitsAs(k, arith::AndIOp::create(k, pair, mask), k.getF32Type());
  };
  return k.fma(first(a), first(b), k.fma(second(a), second(b), acc));
}

} // namespace tandem::cpu
