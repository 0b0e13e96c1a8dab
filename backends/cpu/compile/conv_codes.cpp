// Convolutions and matrix products of 8-bit codes that are no byte products: filters with a zero
// point that makes 9 bits of many weights. Two channels at a time are one 32-bit
// element of the convolution template: products of pairs are exact in 32 bits (pmaddwd, vpdpwssd).

#include "backends/cpu/compile/conv_codes.h"

#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/conv_bytes.h"
#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/quantize.h"
#include "backends/cpu/compile/sums.h"
#include "backends/cpu/compile/table.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// Pairs of 16-bit weights as 32-bit elements, in panels:
/// [group][out / 16][taps][channels / 2][16].
static std::vector<int32_t> packPairs(const FilterElement &filter, const ConvShape &shape,
                                      int64_t groups, int64_t pairs) {
  auto half = [&](int64_t group, int64_t o, int64_t tap, int64_t channel) -> uint32_t {
    if (channel >= shape.inChannels)
      return 0;
    return static_cast<uint16_t>(static_cast<int16_t>(filter(group, o, tap, channel)));
  };
  return packGroups<int32_t>(groups, shape.outChannels, shape.taps() * pairs,
                             [&](int64_t group, int64_t o, int64_t d) {
                               int64_t tap = d / pairs, channel = d % pairs * 2;
                               return static_cast<int32_t>(half(group, o, tap, channel) |
                                                           half(group, o, tap, channel + 1) << 16);
                             });
}

void planPairs(const ConvShape &shape, const ConvPlaces::Steps &out, int64_t groups,
               const Widened &padded, BufferId wide, const FilterElement &filter,
               const Epilogue &epilogue, Buffers buffers, Plan &plan) {
  ConvShape inner = shape;
  inner.inHeight = padded.height;
  inner.inWidth = padded.width / groups;
  inner.inChannels = padded.channels / 2;
  unsigned input = buffers.add(wide, {ElementType::kI32, inner.inElements() * groups});
  unsigned weights = buffers.addConstant(packPairs(filter, shape, groups, inner.inChannels));
  ConvPlaces places = ConvPlaces::dense(inner, groups);
  places.out = out;
  places.spreadResults(groups * shape.outChannels, epilogue.pixelStep);
  auto build = [=, tuning = plan.settings().tuning](KernelBuilder &k) {
    VectorType halves = k.vector(k.getI16Type(), 2 * k.isa().lanes());
    ConvBody body{.input = k.buffer(input),
                  .weights = k.buffer(weights),
                  .accumulator = k.vectorI32(),
                  .registers = {.others = k.isa().pairDot == codegen::PairDot::kVnni    ? 1
                                          : k.isa().pairDot == codegen::PairDot::kWiden ? 8
                                                                                        : 2},
                  .product =
                      [&](Value x, Value weight, Value acc) {
                        return k.pairDot(vector::BitCastOp::create(k, halves, x),
                                         vector::BitCastOp::create(k, halves, weight), acc);
                      },
                  .epilogue = epilogue,
                  .places = places,
                  .tuning = tuning.get()};
    buildConvolution(k, inner, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

BufferId planWideCodes(Value input, const Widened &shape, Plan &plan) {
  CodeType type = storedCodeType(input, plan);
  Buffers buffers(plan);
  CodesInput codes = codesInput(input, buffers, plan);
  auto centre = [=](KernelBuilder &k, Value element, Value) -> Value {
    Value code = k.toI32(codes.code ? codes.code(k, element) : element, type.element);
    return arith::SubIOp::create(k, code, k.constant(k.getI32Type(), type.zeroPoint));
  };
  return planWiden(shape, {}, centre, buffers, plan).id;
}

void planConvCodes(const ConvShape &shape, int64_t groups, Operation *op,
                   graph::Activation activation, Plan &plan) {
  std::vector<int32_t> centred = centredFilter(op->getOperand(1), /*channelsLast=*/false);
  if (areByteProducts(op, shape, groups, centred))
    return planConvBytes(shape, groups, op, activation, centred, plan);
  Widened padded = withPadding(shape, groups, /*together=*/2);
  Buffers buffers(plan);
  buffers.channelGroups = groups;
  BufferId wide;
  Epilogue epilogue;
  if (isHybrid(op)) {
    HybridInput input = planHybridInput(op, padded, ElementType::kI16, plan);
    wide = input.codes;
    epilogue = hybridEpilogue(op, activation, input, plan, buffers);
  } else {
    wide = planWideCodes(op->getOperand(0), padded, plan);
    epilogue = givesSums(op) ? sumsEpilogue(op, plan, buffers)
                             : codesEpilogue(op, activation, takeDequantized(op, plan), buffers);
  }
  auto filter = [&](int64_t group, int64_t o, int64_t tap, int64_t channel) {
    int64_t row = (group * shape.outChannels + o) * shape.taps() + tap;
    return centred[static_cast<size_t>(row * shape.inChannels + channel)];
  };
  ConvShape inside = shape;
  inside.padTop = inside.padLeft = 0; // it is in the widened input
  planPairs(inside, ConvPlaces::dense(shape, groups).out, groups, padded, wide, filter, epilogue,
            buffers, plan);
}

} // namespace tandem::cpu
