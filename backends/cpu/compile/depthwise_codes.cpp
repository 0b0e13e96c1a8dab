// Depthwise convolutions of 8-bit codes: by byte products where the instruction set has them, and
// else in f32: products and sums of codes are integers below 2^24, which is exact.

#include "backends/cpu/compile/depthwise.h"

#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/conv_bytes.h"
#include "backends/cpu/compile/depthwise_bytes.h"
#include "backends/cpu/compile/depthwise_template.h"
#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/quantize.h"
#include "backends/cpu/compile/table.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

bool sumsOfCodesAreExact(const ConvShape &shape) {
  constexpr int64_t kExact = 1 << 24, kLargestProduct = 255 * 255;
  return shape.taps() * kLargestProduct < kExact;
}

/// The epilogue of i32 sums, for sums in f32.
static Epilogue afterFloats(const Epilogue &epilogue) {
  return {[](KernelBuilder &k, Value) { return k.constant(k.vectorF32(), 0); },
          [=](KernelBuilder &k, Value acc, Value index, Value channel, int64_t valid) {
            Value sum = arith::FPToSIOp::create(k, k.vectorI32(), acc);
            sum = arith::AddIOp::create(k, sum, epilogue.initial(k, channel));
            epilogue.finish(k, sum, index, channel, valid);
          },
          /*finishBlock=*/nullptr, epilogue.pixelStep, epilogue.isLong};
}

namespace {
/// What the kernel needs for byte products of some channels besides input and result.
struct ByteWay {
  DepthwiseBytes code;
  ChannelScaling scaling;
  unsigned output, weights, firstSlots;
  std::optional<CodeType> reals;

  ByteWay(graph::DepthwiseConv2dOp conv, Value result, const DepthwiseBytes &bytes,
          Buffers &buffers)
      : code(bytes),
        scaling(conv, conv.getActivation(),
                {bytes.missing(unsignedZeroPoint(conv.getInput())), bytes.channelOfSlots()},
                buffers),
        output(buffers.addOnce(result)), weights(buffers.addConstant(bytes.packedWeights())),
        firstSlots(buffers.addConstant(bytes.firstSlots())) {
    if (isF32(result))
      reals = codeTypeOf(conv.getResult());
  }
};

struct UnitRange {
  Value from, to;
};
} // namespace

/// Rows that are asked for begin with a unit, and end with one or the image.
static UnitRange unitsOf(KernelBuilder &k, const DepthwiseBytes &code, const RowRange *rows) {
  if (rows) {
    int64_t each = code.rowsOfUnit();
    return {k.div(rows->from, each), k.div(k.add(rows->to, each - 1), each)};
  }
  k.units = code.units();
  return {k.begin(), k.end()};
}

RowsCode depthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan, Buffers &buffers) {
  ConvShape shape = shapeOf(conv);
  TypedBuffer channels;
  int32_t zeroPoint = 0;
  Epilogue epilogue;
  Value result = conv.getResult();
  if (isHybrid(conv)) {
    HybridInput quantized = planHybridInput(conv, withoutPadding(shape), ElementType::kI16, plan);
    channels = {quantized.codes, {ElementType::kI16, shape.inElements()}};
    epilogue = hybridEpilogue(conv, conv.getActivation(), quantized, plan, buffers);
  } else {
    CodeType type = storedCodeType(conv.getInput(), plan);
    zeroPoint = type.zeroPoint;
    channels = plan.typed(conv.getInput());
    result = takeDequantized(conv, plan);
    epilogue = codesEpilogue(conv, conv.getActivation(), result, buffers);
  }
  int64_t inStep = shape.inChannels;
  channels = planChannels(channels, inStep, shape, plan);
  ElementType stored = channels.type.element;
  unsigned input = buffers.add(channels);
  std::vector<int32_t> centred = centredFilter(conv.getFilter(), /*channelsLast=*/true);
  unsigned weights = buffers.addConstant(std::vector<float>(centred.begin(), centred.end()));
  std::vector<ByteWay> byBytes;
  int64_t outStep = epilogue.pixelStep;
  if (!isHybrid(conv) && DepthwiseBytes::fits(shape, outStep, centred))
    for (DepthwiseBytes::Channels part : DepthwiseBytes::partsOf(shape))
      byBytes.emplace_back(conv, result, DepthwiseBytes(shape, part, outStep, centred), buffers);
  return [=](KernelBuilder &k, const RowRange *rows) {
    if (!byBytes.empty() && k.isa().byteDot == codegen::ByteDot::kVnni) {
      const DepthwiseBytes &first = byBytes.front().code;
      UnitRange units = unitsOf(k, first, rows);
      return k.loop(units.from, units.to, 1, [&](Value unit) {
        for (const ByteWay &part : byBytes)
          part.code.build(k, unit,
                          {k.buffer(input), k.buffer(part.output), k.buffer(part.weights),
                           k.buffer(part.firstSlots), stored == ElementType::kI8, zeroPoint,
                           part.scaling, part.reals, rows ? rows->in : RowPlaces(),
                           rows ? rows->out : RowPlaces()});
      });
    }
    auto load = [&](VectorType, Value index) -> Value {
      VectorType codes = k.vector(k.elementType(stored), k.isa().lanes());
      Value wide = k.toI32(k.loadVector(codes, k.buffer(input), index), stored);
      wide = arith::SubIOp::create(k, wide, k.constant(k.vectorI32(), zeroPoint));
      return arith::SIToFPOp::create(k, k.vectorF32(), wide);
    };
    DepthwiseBody body{.load = load,
                       .inStep = inStep,
                       .weights = k.buffer(weights),
                       .epilogue = afterFloats(epilogue)};
    buildDepthwise(k, shape, body, rows);
  };
}

void planDepthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan) {
  Buffers buffers(plan);
  planWhole(depthwiseCodes(conv, plan, buffers), buffers, plan);
}

} // namespace tandem::cpu
