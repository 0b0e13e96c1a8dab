#include "backends/cpu/compile/codes.h"

#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/packing.h"
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
  if (isF32(input) && graph::isQuantized(filter.getType()))
    return Support::no("is hybrid (f32 with a quantized filter), which has no kernel");
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
  auto add = [&](const std::vector<int32_t> &values) {
    return buffers.addConstant(padded(ArrayRef<int32_t>(values), kPanel));
  };
  scaling.bias = add(bias);
  scaling.multiplier = add(multiplier);
  scaling.right = add(right);
  if (scaling.shiftsLeft && !scaling.roundsOnce)
    scaling.left = add(left);
  return scaling;
}

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

std::vector<int32_t> filterCodes(Value filter) {
  graph::ConstantBytes bytes = *graph::constantOf(filter);
  bool isSigned =
      *graph::elementTypeOf(graph::tensorType(filter).getElementType()) == ElementType::kI8;
  std::vector<int32_t> codes;
  codes.reserve(bytes.raw().size());
  for (char byte : bytes.raw())
    codes.push_back(isSigned ? static_cast<int32_t>(static_cast<int8_t>(byte))
                             : static_cast<int32_t>(static_cast<uint8_t>(byte)));
  return codes;
}

std::vector<int32_t> filterZeroPoints(Value filter, int64_t channels) {
  std::vector<int32_t> zeros = quantizationOf(filter).zeroPoints;
  if (zeros.size() == 1)
    zeros.resize(static_cast<size_t>(channels), zeros.front());
  return zeros;
}

} // namespace tandem::cpu
