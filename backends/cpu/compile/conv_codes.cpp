// Convolutions of 8-bit codes. A first step widens the input to 16 bits, takes the zero point away
// and puts the padding around it; so padding is plain zero, filters with a zero point need nothing
// more, and two channels at a time are one 32-bit element of the convolution template: products of
// pairs are exact in 32 bits (pmaddwd, vpdpwssd).

#include "backends/cpu/compile/conv_codes.h"

#include "backends/cpu/compile/packing.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
/// The widened input: [batch][height][width][channels], channels even.
struct Widened {
  int64_t batch, height, width, channels;
  int64_t inHeight, inWidth, inChannels, top, left;

  int64_t elements() const { return batch * height * width * channels; }
  bool isPlain() const { return height == inHeight && width == inWidth && channels == inChannels; }
};

Widened widenedShape(const ConvShape &s) {
  Widened w;
  w.batch = s.batch;
  w.inHeight = s.inHeight;
  w.inWidth = s.inWidth;
  w.inChannels = s.inChannels;
  w.top = s.padTop;
  w.left = s.padLeft;
  w.channels = (s.inChannels + 1) / 2 * 2;
  // As far as the windows reach, which may be less than the input.
  auto reach = [](int64_t out, int64_t stride, int64_t kernel, int64_t dilation) {
    return (out - 1) * stride + (kernel - 1) * dilation + 1;
  };
  w.height = std::max(reach(s.outHeight, s.strideHeight, s.kernelHeight, s.dilationHeight),
                      s.inHeight + s.padTop);
  w.width = std::max(reach(s.outWidth, s.strideWidth, s.kernelWidth, s.dilationWidth),
                     s.inWidth + s.padLeft);
  return w;
}

class WidenCode {
public:
  WidenCode(KernelBuilder &k, const Widened &shape, const CodeType &type)
      : k_(k), w_(shape), type_(type) {}

  void build() {
    if (w_.isPlain())
      return plain();
    int64_t rowSize = w_.width * w_.channels;
    k_.units = w_.batch * w_.height;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value row) {
      Value out = k_.mul(row, rowSize);
      Value batch = k_.div(row, w_.height), y = k_.add(k_.rem(row, w_.height), -w_.top);
      // Zeros everywhere first: rows outside stay so, and so do pads and the odd channel.
      zeros(out, rowSize);
      Value above = k_.less(y, k_.index(0)), inside = k_.less(y, k_.index(w_.inHeight));
      Value isRow = arith::SelectOp::create(
          k_, above, arith::ConstantIntOp::create(k_, 0, 1).getResult(), inside);
      k_.when(isRow, [&] {
        Value in = k_.mul(k_.add(k_.mul(batch, w_.inHeight), y), w_.inWidth * w_.inChannels);
        imageRow(in, k_.add(out, w_.left * w_.channels));
      });
    });
  }

private:
  void plain() {
    constexpr int64_t kChunk = 4096;
    int64_t count = w_.elements();
    k_.units = (count + kChunk - 1) / kChunk;
    k_.loop(k_.mul(k_.begin(), kChunk), k_.smaller(k_.mul(k_.end(), kChunk), k_.index(count)), 1,
            [&](Value i) { widen(i, i); });
  }
  void imageRow(Value in, Value out) {
    if (w_.channels == w_.inChannels) {
      k_.loop(w_.inWidth * w_.channels, [&](Value i) { widen(k_.add(in, i), k_.add(out, i)); });
      return;
    }
    k_.loop(w_.inWidth, [&](Value x) {
      Value from = k_.add(in, k_.mul(x, w_.inChannels)), to = k_.add(out, k_.mul(x, w_.channels));
      k_.loop(w_.inChannels, [&](Value c) { widen(k_.add(from, c), k_.add(to, c)); });
    });
  }
  void zeros(Value out, int64_t count) {
    k_.loop(count, [&](Value i) {
      k_.store(k_.constant(k_.getI16Type(), 0), k_.buffer(1), k_.add(out, i));
    });
  }
  void widen(Value from, Value to) {
    Value code = k_.toI32(k_.load(k_.buffer(0), from), type_.element);
    code = arith::SubIOp::create(k_, code, k_.constant(k_.getI32Type(), type_.zeroPoint));
    k_.store(k_.fromI32(code, ElementType::kI16), k_.buffer(1), to);
  }

  KernelBuilder &k_;
  const Widened &w_;
  const CodeType &type_;
};

/// Pairs of 16-bit weights as 32-bit elements, in panels: [out / 16][taps][channels / 2][16].
std::vector<int32_t> packFilter(Value filter, const ConvShape &shape, int64_t pairs) {
  std::vector<int32_t> codes = filterCodes(filter);
  std::vector<int32_t> zeros = filterZeroPoints(filter, shape.outChannels);
  auto weight = [&](int64_t o, int64_t tap, int64_t channel) -> uint32_t {
    if (channel >= shape.inChannels)
      return 0;
    int64_t at = (o * shape.taps() + tap) * shape.inChannels + channel;
    int32_t centred = codes[static_cast<size_t>(at)] - zeros[static_cast<size_t>(o)];
    return static_cast<uint16_t>(static_cast<int16_t>(centred));
  };
  return packPanels<int32_t>(
      shape.outChannels, shape.taps() * pairs, kPanel, [&](int64_t o, int64_t d) {
        int64_t tap = d / pairs, channel = d % pairs * 2;
        return static_cast<int32_t>(weight(o, tap, channel) | weight(o, tap, channel + 1) << 16);
      });
}
} // namespace

void planConvCodes(const ConvShape &shape, Operation *op, graph::Activation activation,
                   Plan &plan) {
  Widened widened = widenedShape(shape);
  int64_t pairs = widened.channels / 2;
  BufferId wide = plan.scratch(widened.elements() * 2);
  CodeType inType = codeTypeOf(op->getOperand(0));
  Buffers first(plan);
  first.add(op->getOperand(0));
  first.add(wide, {ElementType::kI16, widened.elements()});
  plan.step({first.types, [=](KernelBuilder &k) { WidenCode(k, widened, inType).build(); }},
            first.ids);

  ConvShape inner = shape;
  inner.inHeight = widened.height;
  inner.inWidth = widened.width;
  inner.inChannels = pairs;
  inner.padTop = inner.padLeft = 0;
  Buffers buffers(plan);
  unsigned input = buffers.add(wide, {ElementType::kI32, widened.elements() / 2});
  unsigned weights = buffers.addConstant(packFilter(op->getOperand(1), shape, pairs));
  unsigned output = buffers.add(op->getResult(0));
  ChannelScaling scaling = channelScaling(op, activation, buffers);
  auto build = [=](KernelBuilder &k) {
    VectorType halves = k.vector(k.getI16Type(), 2 * k.isa().lanes());
    ConvBody body;
    body.input = k.buffer(input);
    body.weights = k.buffer(weights);
    body.accumulator = k.vectorI32();
    body.temporaries = k.isa().pairDot == codegen::PairDot::kMultiplyThenAdd ? 2 : 1;
    body.product = [&](Value x, Value weight, Value acc) {
      return k.pairDot(vector::BitCastOp::create(k, halves, x),
                       vector::BitCastOp::create(k, halves, weight), acc);
    };
    body.initial = [&](Value channel) {
      return k.loadVector(k.vectorI32(), k.buffer(scaling.bias), channel);
    };
    body.finish = [&](Value acc, Value index, Value channel, int64_t valid) {
      k.storePart(scaledCodes(k, scaling, acc, channel), k.buffer(output), index, valid);
    };
    buildConvolution(k, inner, body);
  };
  plan.step({buffers.types, build}, buffers.ids);
}

} // namespace tandem::cpu
