#include "backends/cpu/compile/channel_scaling.h"

#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// The sums that each output channel can have, whatever the input's codes. Taps outside the input
/// and those of another phase add nothing, which is between what a code adds at least and at most.
static std::vector<SumRange> sumRanges(Operation *op, const CodeType &input,
                                       ArrayRef<int32_t> bias) {
  bool channelsLast = isa<graph::DepthwiseConv2dOp>(op);
  std::vector<int32_t> weights = centredFilter(op->getOperand(1), channelsLast);
  CodeRange codes = allCodes(input.element);
  std::vector<SumRange> sums;
  for (int32_t value : bias)
    sums.push_back({value, value});
  size_t run = weights.size() / bias.size();
  for (auto [i, weight] : llvm::enumerate(weights)) {
    SumRange &own = sums[channelsLast ? i % bias.size() : i / run];
    int64_t one = int64_t(codes.low - input.zeroPoint) * weight,
            other = int64_t(codes.high - input.zeroPoint) * weight;
    own.low += std::min(one, other);
    own.high += std::max(one, other);
  }
  return sums;
}

static int32_t wrappingSum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

/// Entries of channels as entries of slots.
template <typename T>
static std::vector<T> perSlot(ArrayRef<T> perChannel, ArrayRef<int32_t> channelOf) {
  if (channelOf.empty())
    return perChannel.vec();
  std::vector<T> result;
  for (int32_t channel : channelOf)
    result.push_back(perChannel[static_cast<size_t>(channel)]);
  return result;
}

ChannelScaling::ChannelScaling(Operation *op, graph::Activation activation, Slots slots,
                               Buffers &buffers) {
  CodeType in = codeTypeOf(op->getOperand(0)),
           out = storedCodeType(op->getResult(0), buffers.plan());
  Quantization filter =
      graph::quantizationOf(graph::tensorType(op->getOperand(1)).getElementType());
  bool isMatrix = isa<graph::FullyConnectedOp>(op);
  // Where TFLite multiplies the scales in float: the older scheme, and matrices with one scale.
  bool productInFloat = isMatrix ? !filter.perChannel() : in.element == ElementType::kU8;
  roundsOnce_ = isMatrix && in.element == ElementType::kI8;
  element_ = out.element;
  zeroPoint_ = out.zeroPoint;
  auto [low, high] = clampRange(activation);
  range_ = codesWithin({low, high}, out.element, out.scale, out.zeroPoint);

  auto channels = static_cast<size_t>(graph::tensorType(op->getResult(0)).getShape().back());
  std::vector<int32_t> bias(channels), multiplier, left, right;
  std::vector<FixedMultiplier> multipliers;
  if (op->getNumOperands() > 2)
    bias = graph::constantOf(op->getOperand(2))->as<int32_t>().vec();
  for (size_t channel = 0; channel < channels; ++channel) {
    float scale = filter.scales[filter.perChannel() ? channel : 0];
    FixedMultiplier by =
        quantizeMultiplier(productInFloat ? tensorMultiplier(in.scale, scale, out.scale)
                                          : channelMultiplier(in.scale, scale, out.scale));
    multipliers.push_back(by);
    multiplier.push_back(by.multiplier);
    left.push_back(std::max(by.shift, 0));
    right.push_back(roundsOnce_ ? 31 - by.shift : std::max(-by.shift, 0));
    shiftsLeft_ |= by.shift > 0;
  }
  std::vector<SumRange> sums = sumRanges(op, in, bias);
  constexpr int64_t kFusedBelow = 1 << 30;
  canFuse_ = !roundsOnce_ && llvm::all_of(sums, [](SumRange own) {
    return own.low > -kFusedBelow && own.high < kFusedBelow;
  }) && llvm::all_of(multiplier, [](int32_t m) {
    return m != 0;
  }) && llvm::all_of(right, [](int32_t e) { return e >= 1 && e <= 30; });

  bias = perSlot<int32_t>(bias, slots.channelOf);
  for (auto [slot, sum] : llvm::enumerate(slots.missing))
    bias[slot] = wrappingSum(bias[slot], sum);
  bias_ = buffers.addPerChannel(bias);
  multiplier_ = buffers.addPerChannel(perSlot<int32_t>(multiplier, slots.channelOf));
  right_ = buffers.addPerChannel(perSlot<int32_t>(right, slots.channelOf));
  if (shiftsLeft_ && !roundsOnce_)
    left_ = buffers.addPerChannel(perSlot<int32_t>(left, slots.channelOf));
  addFloatWay(multipliers, sums, bias, slots.channelOf, buffers);
}

void ChannelScaling::addFloatWay(ArrayRef<FixedMultiplier> by, ArrayRef<SumRange> sums,
                                 std::vector<int32_t> bias, ArrayRef<int32_t> channelOf,
                                 Buffers &buffers) {
  auto found = floatRequantization({by, sums, roundsOnce_, asSigned(zeroPoint_), signedRange()});
  if (!found)
    return;
  floatWay_ = found->way;
  std::vector<int32_t> centres = perSlot<int32_t>(found->centre, channelOf);
  for (auto [slot, centre] : llvm::enumerate(centres))
    bias[slot] = wrappingSum(bias[slot], -centre);
  isMixed_ = !found->without.empty();
  if (isMixed_) {
    std::vector<int32_t> without(by.size());
    for (size_t channel : found->without)
      without[channel] = 1;
    without_ = buffers.addPerChannel(perSlot<int32_t>(without, channelOf));
    centre_ = buffers.addPerChannel(centres);
  }
  centredBias_ = buffers.addPerChannel(bias);
  scale_ = buffers.addPerChannel(perSlot<float>(found->scale, channelOf));
  offset_ = buffers.addPerChannel(perSlot<float>(found->offset, channelOf));
}

bool ChannelScaling::usesFloats(KernelBuilder &k) const {
  return k.isa().roundsByInstruction && floatWay_;
}

Value ChannelScaling::initial(KernelBuilder &k, Value slot) const {
  return k.loadVector(k.vectorI32(), k.buffer(usesFloats(k) ? centredBias_ : bias_), slot);
}

Value ChannelScaling::load(KernelBuilder &k, Type element, unsigned buffer, SlotRange slots) const {
  int64_t lanes = k.isa().lanes();
  if (!slots.isTwice)
    return k.loadVector(k.vector(element, lanes), k.buffer(buffer), slots.first);
  Value half = k.loadVector(k.vector(element, lanes / 2), k.buffer(buffer), slots.first);
  SmallVector<int64_t> twice;
  for (int64_t lane = 0; lane < lanes; ++lane)
    twice.push_back(lane % (lanes / 2));
  return vector::ShuffleOp::create(k, half, half, twice);
}

Value ChannelScaling::inFloats(KernelBuilder &k, Value sum, SlotRange slots) const {
  VectorType integers = k.vectorI32(), floats = k.vectorF32();
  auto bits = [&](Value value) -> Value { return vector::BitCastOp::create(k, integers, value); };
  Value real = arith::SIToFPOp::create(k, floats, sum);
  Value scale = load(k, k.getF32Type(), scale_, slots);
  Value offset = load(k, k.getF32Type(), offset_, slots);
  if (floatWay_ == FloatWay::kFloor)
    return k.floorToInt(k.fma(real, scale, offset, KernelBuilder::Rounding::kDown));
  Value sign = arith::AndIOp::create(k, bits(real), k.constant(integers, INT32_MIN));
  Value sameSign = arith::OrIOp::create(k, bits(offset), sign);
  Value rounded = k.fma(real, scale, vector::BitCastOp::create(k, floats, sameSign),
                        KernelBuilder::Rounding::kToZero);
  Value scaled = arith::FPToSIOp::create(k, integers, rounded);
  return arith::AddIOp::create(k, scaled, k.constant(integers, asSigned(zeroPoint_)));
}

/// A signed code kept in its range; of one that bytes are saturated from anyway, what that leaves.
Value ChannelScaling::inRange(KernelBuilder &k, Value code, bool isSaturated) const {
  CodeRange range = signedRange();
  if (!isSaturated || range.low > INT8_MIN)
    code = arith::MaxSIOp::create(k, code, k.constant(code.getType(), range.low));
  if (!isSaturated || range.high < INT8_MAX)
    code = arith::MinSIOp::create(k, code, k.constant(code.getType(), range.high));
  return code;
}

Value ChannelScaling::inIntegers(KernelBuilder &k, Value sum, SlotRange slots, int32_t zeroPoint,
                                 CodeRange range) const {
  auto own = [&](unsigned buffer) { return load(k, k.getI32Type(), buffer, slots); };
  MultiplierCode by{own(multiplier_), {}, own(right_)};
  if (shiftsLeft_ && !roundsOnce_)
    by.left = own(left_);
  auto *multiply = roundsOnce_ ? multiplyRoundingOnce
                   : canFuse_  ? multiplyRoundingTwiceFused
                               : multiplyRoundingTwice;
  return toCodes(k, multiply(k, sum, by), zeroPoint, range);
}

Value ChannelScaling::signedCode(KernelBuilder &k, Value sum, SlotRange slots,
                                 bool isSaturated) const {
  if (!usesFloats(k))
    return inIntegers(k, sum, slots, asSigned(zeroPoint_), signedRange());
  if (!isMixed_)
    return inRange(k, inFloats(k, sum, slots), isSaturated);
  auto own = [&](unsigned buffer) { return load(k, k.getI32Type(), buffer, slots); };
  Value isWithout = arith::CmpIOp::create(k, arith::CmpIPredicate::ne, own(without_),
                                          k.constant(k.vectorI32(), 0));
  Value any = vector::ReductionOp::create(k, vector::CombiningKind::OR, isWithout);
  auto branch = scf::IfOp::create(k, k.vectorI32(), any, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k);
  k.setInsertionPointToStart(branch.thenBlock());
  Value whole = arith::AddIOp::create(k, sum, own(centre_));
  scf::YieldOp::create(k, inIntegers(k, whole, slots, asSigned(zeroPoint_), signedRange()));
  k.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(k, inRange(k, inFloats(k, sum, slots), isSaturated));
  return branch.getResult(0);
}

Value ChannelScaling::fromSigned(KernelBuilder &k, Value bytes) const {
  if (element_ != ElementType::kU8)
    return bytes;
  return arith::XOrIOp::create(k, bytes, k.constant(bytes.getType(), INT8_MIN));
}

Value ChannelScaling::stored(KernelBuilder &k, Value sum, Value slot) const {
  if (!usesFloats(k))
    return k.fromI32(inIntegers(k, sum, {slot}, zeroPoint_, range_), element_);
  return fromSigned(k,
                    k.fromI32(signedCode(k, sum, {slot}, /*isSaturated=*/false), ElementType::kI8));
}

Value ChannelScaling::storedBlock(KernelBuilder &k, const SumBlock &block, Value slot) const {
  int64_t lanes = k.isa().lanes(), vectors = block.lanes / lanes; // none: half a vector
  SmallVector<Value, 4> codes;
  for (auto [i, sum] : llvm::enumerate(block.sums)) {
    int64_t vector = vectors == 0 ? 0 : static_cast<int64_t>(i) % vectors;
    codes.push_back(signedCode(k, sum, {k.add(slot, vector * lanes), vectors == 0},
                               /*isSaturated=*/true));
  }
  auto packed = [&](size_t first) { // beyond them the last one, which is never stored
    size_t last = codes.size() - 1;
    return k.packSaturated(codes[std::min(first, last)], codes[std::min(first + 1, last)]);
  };
  Value first = packed(0), second = codes.size() <= 2 ? first : packed(2);
  Value bytes = k.packSaturated(first, second);
  // Each 128 bits have four codes of each vector.
  constexpr int64_t kQuarters = 4;
  SmallVector<int64_t> order;
  for (int64_t vector = 0; vector < kQuarters; ++vector)
    for (int64_t quarter = 0; quarter < kQuarters; ++quarter)
      order.push_back(quarter * kQuarters + vector);
  Value fours = vector::BitCastOp::create(k, k.vectorI32(), bytes);
  fours = vector::ShuffleOp::create(k, fours, fours, order);
  return fromSigned(k, vector::BitCastOp::create(k, cast<VectorType>(bytes.getType()), fours));
}

} // namespace tandem::cpu
