#include "compiler/codegen/kernel_builder.h"

#include "compiler/codegen/intrinsic.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <cmath>

using namespace mlir;

namespace tandem::codegen {

using Values = KernelBuilder::Values;

Type KernelBuilder::elementType(ElementType type) {
  switch (type) {
  case ElementType::kF32:
    return getF32Type();
  case ElementType::kF16:
    return getF16Type();
  case ElementType::kBF16:
    return getBF16Type();
  case ElementType::kI8:
  case ElementType::kU8:
  case ElementType::kBool:
    return getI8Type();
  case ElementType::kI16:
    return getI16Type();
  case ElementType::kI32:
    return getI32Type();
  case ElementType::kI64:
    return getI64Type();
  }
  llvm_unreachable("element type");
}

KernelBuilder::KernelBuilder(ModuleOp module, const Isa &isa, StringRef name,
                             ArrayRef<BufferType> buffers)
    : ImplicitLocOpBuilder(module.getLoc(), module.getContext()), isa_(isa) {
  setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types;
  for (const BufferType &buffer : buffers)
    types.push_back(MemRefType::get({buffer.count}, elementType(buffer.element)));
  types.append(2, getIndexType());
  auto function = func::FuncOp::create(*this, name, getFunctionType(types, {}));
  // Buffers of one step never overlap (ModelBuilder::step), which is what lets LLVM vectorise.
  for (unsigned i = 0; i < buffers.size(); ++i)
    function.setArgAttr(i, "llvm.noalias", getUnitAttr());
  Block *entry = function.addEntryBlock();
  setInsertionPointToStart(entry);
  buffers_.assign(entry->args_begin(), entry->args_end() - 2);
  begin_ = entry->getArgument(buffers.size());
  end_ = entry->getArgument(buffers.size() + 1);
}

Value KernelBuilder::stack(BufferType type) {
  Value &memory = stack_[{type.element, type.count}];
  if (!memory) {
    constexpr int64_t kLine = 64;
    InsertionGuard guard(*this);
    setInsertionPointToStart(begin_.getParentBlock()); // once for a call, not for a round of a loop
    memory = memref::AllocaOp::create(
        *this, MemRefType::get({type.count}, elementType(type.element)), getI64IntegerAttr(kLine));
  }
  return memory;
}

void KernelBuilder::finish() {
  func::ReturnOp::create(*this);
}

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}
Value KernelBuilder::add(Value a, Value b) {
  return createOrFold<arith::AddIOp>(a, b);
}
Value KernelBuilder::sub(Value a, Value b) {
  return createOrFold<arith::SubIOp>(a, b);
}
Value KernelBuilder::mul(Value a, Value b) {
  return createOrFold<arith::MulIOp>(a, b);
}
Value KernelBuilder::div(Value a, int64_t b) {
  return createOrFold<arith::DivUIOp>(a, index(b));
}
Value KernelBuilder::rem(Value a, int64_t b) {
  return createOrFold<arith::RemUIOp>(a, index(b));
}
Value KernelBuilder::smaller(Value a, Value b) {
  return createOrFold<arith::MinSIOp>(a, b);
}
Value KernelBuilder::larger(Value a, Value b) {
  return createOrFold<arith::MaxSIOp>(a, b);
}

Value KernelBuilder::dot(ArrayRef<Value> values, ArrayRef<int64_t> factors) {
  Value sum = index(0);
  for (auto [value, factor] : llvm::zip_equal(values, factors))
    if (factor != 0)
      sum = add(sum, mul(value, factor));
  return sum;
}

Values KernelBuilder::loop(Value from, Value to, int64_t step, ValueRange carried, LoopBody body) {
  // What runs once or never needs no loop, and its index arithmetic folds away.
  std::optional<int64_t> first = getConstantIntValue(from), limit = getConstantIntValue(to);
  if (first && limit && *limit <= *first)
    return Values(carried);
  if (first && limit && *limit - *first <= step)
    return body(from, carried);
  auto loop = scf::ForOp::create(*this, from, to, index(step), carried);
  OpBuilder::InsertionGuard guard(*this);
  if (carried.empty()) // a terminator is there already
    setInsertionPoint(loop.getBody()->getTerminator());
  else
    setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(*this, next);
  return Values(loop.getResults());
}

void KernelBuilder::loop(Value from, Value to, int64_t step, function_ref<void(Value)> body) {
  loop(from, to, step, ValueRange(), [&](Value i, ValueRange) {
    body(i);
    return Values();
  });
}

void KernelBuilder::forChannels(int64_t channels, function_ref<void(Value, int64_t)> body) {
  int64_t lanes = isa_.lanes(), whole = channels / lanes * lanes;
  loop(index(0), index(whole), lanes, [&](Value channel) { body(channel, lanes); });
  if (whole == channels)
    return;
  if (whole > 0)
    body(index(channels - lanes), lanes);
  else
    body(index(0), channels);
}

void KernelBuilder::when(Value condition, function_ref<void()> body) {
  auto branch = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPoint(branch.thenBlock()->getTerminator());
  body();
}

Value KernelBuilder::less(Value a, Value b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, a, b);
}

Value KernelBuilder::constant(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attribute = isa<FloatType>(element)
                            ? TypedAttr(getFloatAttr(element, value))
                            : TypedAttr(getIntegerAttr(element, static_cast<int64_t>(value)));
  if (auto vector = dyn_cast<VectorType>(type))
    attribute = DenseElementsAttr::get(vector, Attribute(attribute));
  return arith::ConstantOp::create(*this, attribute);
}

Value KernelBuilder::load(Value buffer, Value index) {
  return memref::LoadOp::create(*this, buffer, index);
}
void KernelBuilder::store(Value value, Value buffer, Value index) {
  memref::StoreOp::create(*this, value, buffer, index);
}
Value KernelBuilder::loadVector(VectorType type, Value buffer, Value index) {
  return vector::LoadOp::create(*this, type, buffer, ValueRange{index});
}
void KernelBuilder::storeVector(Value value, Value buffer, Value index) {
  vector::StoreOp::create(*this, value, buffer, ValueRange{index});
}

void KernelBuilder::storePart(Value value, Value buffer, Value index, int64_t count) {
  auto type = cast<VectorType>(value.getType());
  int64_t lanes = type.getNumElements();
  if (count >= lanes)
    return storeVector(value, buffer, index);
  // Not by a mask: of a vector truncated to bytes LLVM 22 stores a single lane in its old width,
  // over what lies behind it.
  if (count == 1)
    return store(vector::ExtractOp::create(*this, value, ArrayRef<int64_t>{0}), buffer, index);
  if (isa_.maskedStores && !llvm::isPowerOf2_64(static_cast<uint64_t>(count))) {
    Value mask = vector::ConstantMaskOp::create(*this, VectorType::get({lanes}, getI1Type()),
                                                ArrayRef<int64_t>{count});
    vector::MaskedStoreOp::create(*this, buffer, ValueRange{index}, mask, value);
    return;
  }
  // Halves, quarters, ...: a masked store of AVX2 costs more than ten ordinary ones on AMD.
  int64_t done = 0;
  for (int64_t piece = lanes / 2; piece > 0; piece /= 2)
    if (count - done >= piece) {
      Value part = vector::ExtractStridedSliceOp::create(
          *this, value, ArrayRef<int64_t>{done}, ArrayRef<int64_t>{piece}, ArrayRef<int64_t>{1});
      storeVector(part, buffer, add(index, done));
      done += piece;
    }
}

Value KernelBuilder::broadcast(Value scalar, VectorType type) {
  return vector::BroadcastOp::create(*this, type, scalar);
}

Value KernelBuilder::halfOf(Value vector) {
  // In the register where the whole is: LLVM would broadcast anew, to another one. Without the wide
  // registers (avx2-wide) the half is one of two registers anyway.
  if (isa_.roundsByInstruction)
    vector = hideInRegister(*this, vector);
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements() / 2;
  return mlir::vector::ExtractStridedSliceOp::create(
      *this, vector, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1});
}

Value KernelBuilder::broadcastLane(Value vector, int64_t lane) {
  auto type = cast<VectorType>(vector.getType());
  SmallVector<int64_t> lanes(static_cast<size_t>(type.getNumElements()), lane);
  return vector::ShuffleOp::create(*this, vector, vector, lanes);
}

Value KernelBuilder::fma(Value a, Value b, Value c) {
  if (isa<VectorType>(a.getType()))
    return vector::FMAOp::create(*this, a, b, c);
  return math::FmaOp::create(*this, a, b, c);
}

/// The products of all 16-bit lanes, and the sums of neighbours by a pairwise addition: LLVM makes
/// smull, smull2, addp.
static Value widenedPairs(KernelBuilder &k, Value a, Value b, VectorType type) {
  int64_t lanes = type.getNumElements();
  VectorType wide = k.vector(k.getI32Type(), 2 * lanes);
  Value products = arith::MulIOp::create(k, arith::ExtSIOp::create(k, wide, a),
                                         arith::ExtSIOp::create(k, wide, b));
  auto half = [&](int64_t first) -> Value {
    return vector::ExtractStridedSliceOp::create(k, products, ArrayRef<int64_t>{first},
                                                 ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1});
  };
  return callIntrinsic(k, type, "llvm.aarch64.neon.addp.v4i32", {half(0), half(lanes)});
}

Value KernelBuilder::pairDot(Value a, Value b, Value acc) {
  auto type = cast<VectorType>(acc.getType());
  switch (isa_.pairDot) {
  case PairDot::kVnni:
    return callIntrinsic(*this, type, "llvm.x86.avx512.vpdpwssd.512", {acc, a, b});
  case PairDot::kWiden:
    return arith::AddIOp::create(*this, acc, widenedPairs(*this, a, b, type));
  case PairDot::kMultiplyThenAdd:
    break;
  }
  // pmaddwd, in as many registers as the vector takes.
  constexpr int64_t kLanes = 8;
  VectorType piece = vector(getI32Type(), kLanes);
  Value products = constant(type, 0);
  for (int64_t lane = 0; lane < isa_.lanes(); lane += kLanes) {
    auto part = [&](Value pairs) -> Value {
      return vector::ExtractStridedSliceOp::create(*this, pairs, ArrayRef<int64_t>{2 * lane},
                                                   ArrayRef<int64_t>{2 * kLanes},
                                                   ArrayRef<int64_t>{1});
    };
    Value sums = callIntrinsic(*this, piece, "llvm.x86.avx2.pmadd.wd", {part(a), part(b)});
    products = vector::InsertStridedSliceOp::create(*this, sums, products, ArrayRef<int64_t>{lane},
                                                    ArrayRef<int64_t>{1});
  }
  return arith::AddIOp::create(*this, acc, products);
}

/// The products of signed bytes as 16 bits each, and sums of neighbours. Two products fit into 16
/// bits, unless all their factors are -128.
static Value widenedBytes(KernelBuilder &k, Value a, Value b, Value acc, bool hasLowest) {
  VectorType products = k.vector(k.getI16Type(), 16), half = k.vector(k.getI16Type(), 8);
  Value all = arith::MulIOp::create(k, arith::ExtSIOp::create(k, products, a),
                                    arith::ExtSIOp::create(k, products, b));
  auto part = [&](int64_t first) -> Value {
    return vector::ExtractStridedSliceOp::create(k, all, ArrayRef<int64_t>{first},
                                                 ArrayRef<int64_t>{8}, ArrayRef<int64_t>{1});
  };
  auto widePairs = [&](Value eight) -> Value {
    return callIntrinsic(k, acc.getType(), "llvm.aarch64.neon.saddlp.v4i32.v8i16", {eight});
  };
  Value fours =
      hasLowest
          ? callIntrinsic(k, acc.getType(), "llvm.aarch64.neon.addp.v4i32",
                          {widePairs(part(0)), widePairs(part(8))})
          : widePairs(callIntrinsic(k, half, "llvm.aarch64.neon.addp.v8i16", {part(0), part(8)}));
  return arith::AddIOp::create(k, acc, fours);
}

Value KernelBuilder::byteDot(Value a, Value b, Value acc, bool hasLowest) {
  if (isa_.takesOff128()) {
    VectorType bytes = vector(getI8Type(), 16);
    Value x = mlir::vector::BitCastOp::create(*this, bytes, a);
    Value w = mlir::vector::BitCastOp::create(*this, bytes, b);
    x = arith::XOrIOp::create(*this, x, constant(bytes, -128));
    if (isa_.byteDot == ByteDot::kSmull)
      return widenedBytes(*this, w, x, acc, hasLowest);
    return callIntrinsic(*this, acc.getType(), "llvm.aarch64.neon.sdot.v4i32.v16i8", {acc, w, x});
  }
  if (isa_.byteDot == ByteDot::kUsdot) {
    VectorType bytes = vector(getI8Type(), 16);
    return callIntrinsic(*this, acc.getType(), "llvm.aarch64.neon.usdot.v4i32.v16i8",
                         {acc, mlir::vector::BitCastOp::create(*this, bytes, a),
                          mlir::vector::BitCastOp::create(*this, bytes, b)});
  }
  if (isa_.byteDot == ByteDot::kVnni) {
    VectorType bytes = vector(getI8Type(), 4 * isa_.lanes());
    return callIntrinsic(*this, acc.getType(), "llvm.x86.avx512.vpdpbusd.512",
                         {acc, mlir::vector::BitCastOp::create(*this, bytes, a),
                          mlir::vector::BitCastOp::create(*this, bytes, b)});
  }
  VectorType halves = vector(getI16Type(), 2 * isa_.lanes());
  Value eight = constant(halves, 8);
  auto asHalves = [&](Value bytes) -> Value {
    return mlir::vector::BitCastOp::create(*this, halves, bytes);
  };
  Value x = asHalves(a), w = asHalves(b);
  Value odd = pairDot(arith::ShRUIOp::create(*this, x, eight),
                      arith::ShRSIOp::create(*this, w, eight), acc);
  Value evenWeights = arith::ShRSIOp::create(*this, arith::ShLIOp::create(*this, w, eight), eight);
  return pairDot(arith::AndIOp::create(*this, x, constant(halves, 0xff)), evenWeights, odd);
}

Value KernelBuilder::packSaturated(Value a, Value b) {
  auto type = cast<VectorType>(a.getType());
  bool fromWords = type.getElementType().isInteger(32);
  return callIntrinsic(
      *this, vector(fromWords ? getI16Type() : getI8Type(), 2 * type.getNumElements()),
      fromWords ? "llvm.x86.avx512.packssdw.512" : "llvm.x86.avx512.packsswb.512", {a, b});
}

/// Static rounding modes as the intrinsics number them, without exceptions.
static Value roundingMode(KernelBuilder &k, KernelBuilder::Rounding rounding) {
  return k.constant(k.getI32Type(), rounding == KernelBuilder::Rounding::kDown ? 9 : 11);
}

Value KernelBuilder::fma(Value a, Value b, Value c, Rounding rounding) {
  return callIntrinsic(*this, a.getType(), "llvm.x86.avx512.vfmadd.ps.512",
                       {a, b, c, roundingMode(*this, rounding)});
}

Value KernelBuilder::floorToInt(Value value) {
  Value everyLane = constant(getIntegerType(16), -1);
  return callIntrinsic(
      *this, vectorI32(), "llvm.x86.avx512.mask.cvtps2dq.512",
      {value, constant(vectorI32(), 0), everyLane, roundingMode(*this, Rounding::kDown)});
}

Value KernelBuilder::clampF32(Value value, float low, float high) {
  if (isa_.maximumKeepsNan) {
    if (!std::isinf(low))
      value = arith::MaximumFOp::create(*this, value, constant(value.getType(), low));
    if (!std::isinf(high))
      value = arith::MinimumFOp::create(*this, value, constant(value.getType(), high));
    return value;
  }
  // What maxps and minps do: of NaN and the bound they give their second operand, NaN.
  auto limit = [&](float bound, arith::CmpFPredicate isBeyond) {
    Value limited = constant(value.getType(), bound);
    Value beyond = arith::CmpFOp::create(*this, isBeyond, value, limited);
    value = arith::SelectOp::create(*this, beyond, limited, value);
  };
  if (!std::isinf(low))
    limit(low, arith::CmpFPredicate::OLT);
  if (!std::isinf(high))
    limit(high, arith::CmpFPredicate::OGT);
  return value;
}

static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

Value KernelBuilder::toI32(Value value, ElementType element) {
  Type type = withElement(value.getType(), getI32Type());
  if (value.getType() == type)
    return value;
  if (element == ElementType::kU8 || element == ElementType::kBool)
    return arith::ExtUIOp::create(*this, type, value);
  return arith::ExtSIOp::create(*this, type, value);
}

Value KernelBuilder::fromI32(Value value, ElementType element) {
  Type type = withElement(value.getType(), elementType(element));
  if (value.getType() == type)
    return value;
  return arith::TruncIOp::create(*this, type, value);
}

Value KernelBuilder::clampInt(Value value, int64_t low, int64_t high) {
  value = arith::MaxSIOp::create(*this, value, constant(value.getType(), low));
  return arith::MinSIOp::create(*this, value, constant(value.getType(), high));
}

} // namespace tandem::codegen
