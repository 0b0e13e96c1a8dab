#include "backends/cpu/compile/codes.h"

#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

static bool isByte(Value value) {
  std::optional<ElementType> element =
      graph::elementTypeOf(graph::tensorType(value).getElementType());
  return element == ElementType::kI8 || element == ElementType::kU8;
}
static Quantization quantizationOf(Value value) {
  return graph::quantizationOf(graph::tensorType(value).getElementType());
}

Support supportsProductOfCodes(Operation *op) {
  Value input = op->getOperand(0), filter = op->getOperand(1), result = op->getResult(0);
  if (isHybrid(op))
    return supportsHybrid(op);
  if (!isByte(input) || !isByte(filter) || !isByte(result) ||
      quantizationOf(input).scales.size() != 1 || quantizationOf(result).scales.size() != 1 ||
      quantizationOf(filter).empty())
    return Support::no("only 8-bit codes have a kernel, input and result quantized per tensor");
  return Support::yes();
}

/// Whether the magnitude of every sum of products is below `limit`, whatever the codes.
static bool staysBelow(int64_t limit, Value filter, ArrayRef<int32_t> bias) {
  int64_t depth = graph::tensorType(filter).getNumElements() / static_cast<int64_t>(bias.size());
  int64_t largestBias = 0;
  for (int32_t value : bias)
    largestBias = std::max(largestBias, std::abs(static_cast<int64_t>(value)));
  return depth < limit / (255 * 255) && depth * 255 * 255 + largestBias < limit;
}

namespace {
/// From the sum of products to the result's codes, per output channel: buffers of a kernel.
struct ChannelScaling {
  unsigned bias, multiplier, left, right; ///< i32, padded to whole panels
  bool shiftsLeft;
  bool roundsOnce; ///< fully connected on i8; else twice
  bool canFuse;    ///< multiplyRoundingTwiceFused does
  ElementType element;
  int32_t zeroPoint;
  CodeRange range;
};

ChannelScaling channelScaling(Operation *op, graph::Activation activation, Buffers &buffers) {
  CodeType in = codeTypeOf(op->getOperand(0)), out = codeTypeOf(op->getResult(0));
  Quantization filter = quantizationOf(op->getOperand(1));
  bool isMatrix = isa<graph::FullyConnectedOp>(op);
  // Where TFLite multiplies the scales in float: the older scheme, and matrices with one scale.
  bool productInFloat = isMatrix ? !filter.perChannel() : in.element == ElementType::kU8;
  ChannelScaling scaling = {};
  scaling.roundsOnce = isMatrix && in.element == ElementType::kI8;
  scaling.element = out.element;
  scaling.zeroPoint = out.zeroPoint;
  auto [low, high] = clampRange(activation);
  scaling.range = codesWithin({low, high}, out.element, out.scale, out.zeroPoint);

  auto channels = static_cast<size_t>(graph::tensorType(op->getResult(0)).getShape().back());
  std::vector<int32_t> bias(channels), multiplier, left, right;
  if (op->getNumOperands() > 2)
    bias = graph::constantOf(op->getOperand(2))->as<int32_t>().vec();
  for (size_t channel = 0; channel < channels; ++channel) {
    float scale = filter.scales[filter.perChannel() ? channel : 0];
    FixedMultiplier by =
        quantizeMultiplier(productInFloat ? tensorMultiplier(in.scale, scale, out.scale)
                                          : channelMultiplier(in.scale, scale, out.scale));
    multiplier.push_back(by.multiplier);
    left.push_back(std::max(by.shift, 0));
    right.push_back(scaling.roundsOnce ? 31 - by.shift : std::max(-by.shift, 0));
    scaling.shiftsLeft |= by.shift > 0;
  }
  scaling.canFuse = !scaling.roundsOnce && staysBelow(1 << 30, op->getOperand(1), bias) &&
                    llvm::all_of(multiplier, [](int32_t m) { return m != 0; }) &&
                    llvm::all_of(right, [](int32_t e) { return e >= 1 && e <= 30; });
  scaling.bias = buffers.addPerChannel(bias);
  scaling.multiplier = buffers.addPerChannel(multiplier);
  scaling.right = buffers.addPerChannel(right);
  if (scaling.shiftsLeft && !scaling.roundsOnce)
    scaling.left = buffers.addPerChannel(left);
  return scaling;
}

/// The codes of vectors of sums for channels from `channel` on, in the type they are stored in.
Value scaledCodes(KernelBuilder &k, const ChannelScaling &scaling, Value sum, Value channel) {
  auto load = [&](unsigned buffer) {
    return k.loadVector(k.vectorI32(), k.buffer(buffer), channel);
  };
  MultiplierCode by{load(scaling.multiplier), {}, load(scaling.right)};
  if (scaling.shiftsLeft && !scaling.roundsOnce)
    by.left = load(scaling.left);
  auto *multiply = scaling.roundsOnce ? multiplyRoundingOnce
                   : scaling.canFuse  ? multiplyRoundingTwiceFused
                                      : multiplyRoundingTwice;
  Value scaled = multiply(k, sum, by);
  return k.fromI32(toCodes(k, scaled, scaling.zeroPoint, scaling.range), scaling.element);
}
} // namespace

Epilogue codesEpilogue(Operation *op, graph::Activation activation, Buffers &buffers) {
  ChannelScaling scaling = channelScaling(op, activation, buffers);
  unsigned output = buffers.add(op->getResult(0));
  return {[=](KernelBuilder &k, Value channel) {
            return k.loadVector(k.vectorI32(), k.buffer(scaling.bias), channel);
          },
          [=](KernelBuilder &k, Value sum, Value index, Value channel, int64_t valid) {
            k.storePart(scaledCodes(k, scaling, sum, channel), k.buffer(output), index, valid);
          }};
}

std::vector<int32_t> centredFilter(Value filter, bool channelsLast) {
  RankedTensorType type = graph::tensorType(filter);
  graph::ConstantBytes bytes = *graph::constantOf(filter);
  Quantization quantization = quantizationOf(filter);
  bool isSigned = *graph::elementTypeOf(type.getElementType()) == ElementType::kI8;
  auto channels = static_cast<size_t>(channelsLast ? type.getShape().back() : type.getDimSize(0));
  size_t run = bytes.raw().size() / channels;
  std::vector<int32_t> centred;
  centred.reserve(bytes.raw().size());
  for (auto [i, byte] : llvm::enumerate(bytes.raw())) {
    int32_t code = isSigned ? static_cast<int32_t>(static_cast<int8_t>(byte))
                            : static_cast<int32_t>(static_cast<uint8_t>(byte));
    size_t channel = channelsLast ? i % channels : i / run;
    centred.push_back(code - quantization.zeroPoints[quantization.perChannel() ? channel : 0]);
  }
  return centred;
}

} // namespace tandem::cpu
