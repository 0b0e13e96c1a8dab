#include "backends/cpu/compile/codes.h"

#include "backends/cpu/compile/channel_scaling.h"
#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/quantize.h"
#include "backends/cpu/compile/reals.h"
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

bool hasCodes(Operation *op) {
  return graph::isQuantized(op->getOperand(1).getType());
}

bool givesSums(Operation *op) {
  return hasCodes(op) && graph::tensorType(op->getResult(0)).getElementType().isInteger(32);
}

Support supportsProductOfCodes(Operation *op) {
  Value input = op->getOperand(0), filter = op->getOperand(1), result = op->getResult(0);
  if (isHybrid(op))
    return supportsHybrid(op);
  if (givesSums(op) && isByte(input) && isByte(filter))
    return Support::yes();
  if (!isByte(input) || !isByte(filter) || !isByte(result) ||
      quantizationOf(input).scales.size() != 1 || quantizationOf(result).scales.size() != 1 ||
      quantizationOf(filter).empty())
    return Support::no("only 8-bit codes have a kernel, input and result quantized per tensor");
  return Support::yes();
}

/// `codes`: one vector, pixel by pixel.
static void storeBlock(KernelBuilder &k, Value codes, const SumBlock &block, Value output,
                       Value index) {
  bool isDense = block.pixelStep == block.lanes && block.valid == block.lanes;
  if (isDense || block.pixels == 1)
    return k.storePart(codes, output, index, (block.pixels - 1) * block.lanes + block.valid);
  for (int64_t pixel = 0; pixel < block.pixels; ++pixel) {
    Value own =
        vector::ExtractStridedSliceOp::create(k, codes, ArrayRef<int64_t>{pixel * block.lanes},
                                              ArrayRef<int64_t>{block.lanes}, ArrayRef<int64_t>{1});
    k.storePart(own, output, k.add(index, pixel * block.pixelStep), block.valid);
  }
}

Epilogue codesEpilogue(Operation *op, graph::Activation activation, Value result, Buffers &buffers,
                       ArrayRef<int32_t> missing) {
  ChannelScaling scaling(op, activation, {missing, {}}, buffers);
  unsigned output = buffers.add(result);
  int64_t pixelStep = buffers.plan().stepOf(result);
  if (isF32(result)) {
    CodeType codes = codeTypeOf(op->getResult(0));
    return {[=](KernelBuilder &k, Value channel) { return scaling.initial(k, channel); },
            [=](KernelBuilder &k, Value sum, Value index, Value channel, int64_t valid) {
              Value real = realOf(k, scaling.stored(k, sum, channel), codes);
              storeReals(k, real, k.buffer(output), index, valid);
            },
            /*finishBlock=*/nullptr, pixelStep};
  }
  return {[=](KernelBuilder &k, Value channel) { return scaling.initial(k, channel); },
          [=](KernelBuilder &k, Value sum, Value index, Value channel, int64_t valid) {
            k.storePart(scaling.stored(k, sum, channel), k.buffer(output), index, valid);
          },
          [=](KernelBuilder &k, const SumBlock &block, Value index, Value channel) {
            storeBlock(k, scaling.storedBlock(k, block, channel), block, k.buffer(output), index);
          },
          pixelStep};
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
