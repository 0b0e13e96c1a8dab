// Convolutions and matrix products of 8-bit codes. Two channels at a time are one 32-bit element of
// the convolution template: products of pairs are exact in 32 bits (pmaddwd, vpdpwssd).

#include "backends/cpu/compile/conv_codes.h"

#include "backends/cpu/compile/codes.h"
#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/hybrid.h"
#include "backends/cpu/compile/table.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

/// Pairs of 16-bit weights as 32-bit elements, in panels: [out / 16][taps][channels / 2][16].
static std::vector<int32_t> packFilter(Value filter, const ConvShape &shape, int64_t pairs) {
  std::vector<int32_t> centred = centredFilter(filter, /*channelsLast=*/false);
  auto weight = [&](int64_t o, int64_t tap, int64_t channel) -> uint32_t {
    if (channel >= shape.inChannels)
      return 0;
    int64_t at = (o * shape.taps() + tap) * shape.inChannels + channel;
    return static_cast<uint16_t>(static_cast<int16_t>(centred[static_cast<size_t>(at)]));
  };
  return packPanels<int32_t>(
      shape.outChannels, shape.taps() * pairs, kPanel, [&](int64_t o, int64_t d) {
        int64_t tap = d / pairs, channel = d % pairs * 2;
        return static_cast<int32_t>(weight(o, tap, channel) | weight(o, tap, channel + 1) << 16);
      });
}

/// Adds the products of `wide`; `buffers` has what the epilogue needs.
static void planPairs(const ConvShape &shape, const Widened &padded, BufferId wide, Value filter,
                      const Epilogue &epilogue, Buffers buffers, Plan &plan) {
  ConvShape inner = shape;
  inner.inHeight = padded.height;
  inner.inWidth = padded.width;
  inner.inChannels = padded.channels / 2;
  inner.padTop = inner.padLeft = 0;
  unsigned input = buffers.add(wide, {ElementType::kI32, inner.inElements()});
  unsigned weights = buffers.addConstant(packFilter(filter, shape, inner.inChannels));
  auto build = [=](KernelBuilder &k) {
    VectorType halves = k.vector(k.getI16Type(), 2 * k.isa().lanes());
    ConvBody body{.input = k.buffer(input),
                  .weights = k.buffer(weights),
                  .accumulator = k.vectorI32(),
                  .temporaries = k.isa().pairDot == codegen::PairDot::kMultiplyThenAdd ? 2 : 1,
                  .product =
                      [&](Value x, Value weight, Value acc) {
                        return k.pairDot(vector::BitCastOp::create(k, halves, x),
                                         vector::BitCastOp::create(k, halves, weight), acc);
                      },
                  .epilogue = epilogue};
    buildConvolution(k, inner, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

/// The input of codes, widened.
static BufferId planWideCodes(Value input, const Widened &shape, Plan &plan) {
  CodeType type = codeTypeOf(input);
  Buffers buffers(plan);
  buffers.add(input);
  auto centre = [=](KernelBuilder &k, Value element, Value) -> Value {
    Value code = k.toI32(element, type.element);
    return arith::SubIOp::create(k, code, k.constant(k.getI32Type(), type.zeroPoint));
  };
  return planWiden(shape, centre, buffers, plan);
}

void planConvCodes(const ConvShape &shape, Operation *op, graph::Activation activation,
                   Plan &plan) {
  Widened padded = withPadding(shape);
  Buffers buffers(plan);
  BufferId wide;
  Epilogue epilogue;
  if (isHybrid(op)) {
    HybridInput input = planHybridInput(op, padded, plan);
    wide = input.codes;
    epilogue = hybridEpilogue(op, activation, input, plan, buffers);
  } else {
    wide = planWideCodes(op->getOperand(0), padded, plan);
    epilogue = codesEpilogue(op, activation, buffers);
  }
  planPairs(shape, padded, wide, op->getOperand(1), epilogue, buffers, plan);
}

} // namespace tandem::cpu
