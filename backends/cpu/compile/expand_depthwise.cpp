#include "backends/cpu/compile/expand_depthwise.h"

#include "backends/cpu/compile/bf16_pairs.h"
#include "backends/cpu/compile/conv_f32.h"
#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/reals.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

/// Less than the second cache of any processor that these kernels are for.
constexpr int64_t kSecondCache = 1 << 20;
constexpr int64_t kVectors = 2; ///< of channels that are made together
constexpr int64_t kBands = 8;   ///< units: each makes some rows that its neighbour makes too

namespace {

/// Buffers of the kernel, and its sizes.
struct Fused {
  ConvShape expand, depthwise; ///< the first with rows as the second sees them
  unsigned input, weights, taps, rows;
  int64_t inStep = 0;   ///< from pixel to pixel of the input
  int64_t together = 1; ///< elements of the input in a product of the first: 2 of pairs of bf16
  Epilogue first, second;

  int64_t ringRows() const { // a power of two
    int64_t rows = 1;
    while (rows < depthwise.kernelHeight)
      rows *= 2;
    return rows;
  }
  EvenSplit bands() const { return {depthwise.outHeight, std::min(kBands, depthwise.outHeight)}; }
  int64_t ringElements() const { return ringRows() * depthwise.inWidth * kVectors * kPanel; }
};

class FusedCode {
public:
  FusedCode(KernelBuilder &k, const Fused &fused)
      : k_(k), f_(fused), d_(fused.depthwise), lanes_(k.isa().lanes()) {
    ProductRegisters registers;
    if (fused.together == 2)
      registers = registersOfPairs(k.isa());
    registers.ofMatrices = false;
    Tile tile = chooseTile(k.isa(), d_.inWidth, kVectors * lanes_, registers);
    tiles_ = EvenSplit::ofAtMost(d_.inWidth, tile.pixels);
    int64_t pixels = chooseDepthwisePixels(k.isa(), d_.outWidth, d_.kernelWidth);
    runs_ = tileRuns(d_, EvenSplit::ofAtMost(d_.outWidth, pixels));
  }

  void build() {
    EvenSplit bands = f_.bands();
    k_.units = bands.parts;
    // A call has the ring of its first unit for itself.
    ring_ = k_.mul(k_.begin(), f_.ringElements());
    auto rowOf = [&](Value band) {
      Value longer = k_.smaller(band, k_.index(bands.longer()));
      return k_.add(k_.mul(band, bands.shorter()), longer);
    };
    Value from = rowOf(k_.begin()), to = rowOf(k_.end());
    int64_t channels = d_.inChannels, together = kVectors * lanes_;
    int64_t whole = channels / together;
    k_.loop(whole, [&](Value group) { rows(from, to, k_.mul(group, together), kVectors); });
    for (int64_t channel = whole * together; channel < channels; channel += lanes_)
      rows(from, to, k_.index(channel), 1);
  }

private:
  void rows(Value from, Value to, Value channel, int64_t vectors) {
    Value none = k_.index(0);
    k_.loop(from, to, 1, none, [&](Value row, ValueRange carried) -> Values {
      Value top = k_.add(k_.mul(row, d_.strideHeight), -d_.padTop);
      Value first = k_.larger(carried[0], k_.larger(top, none));
      Value end = k_.smaller(k_.add(top, d_.kernelHeight), k_.index(d_.inHeight));
      k_.loop(first, end, 1, [&](Value y) { expandRow(y, channel, vectors); });
      depthwiseRow(row, top, channel, vectors);
      return {end};
    });
  }

  /// Where a row of the expanded image is kept.
  Value ringRow(Value y, int64_t vectors) {
    return k_.add(ring_, k_.mul(k_.rem(y, f_.ringRows()), d_.inWidth * vectors * lanes_));
  }

  void expandRow(Value y, Value channel, int64_t vectors) {
    Value out = ringRow(y, vectors);
    auto tilesOf = [&](int64_t first, int64_t count, int64_t pixels, int64_t firstPixel) {
      k_.loop(k_.index(first), k_.index(first + count), 1, [&](Value tile) {
        Value pixel = k_.add(k_.mul(tile, pixels), firstPixel - first * pixels);
        expandTile(k_.add(k_.mul(y, d_.inWidth), pixel),
                   k_.add(out, k_.mul(pixel, vectors * lanes_)), channel, pixels, vectors);
      });
    };
    tilesOf(0, tiles_.longer(), tiles_.longest(), 0);
    tilesOf(tiles_.longer(), tiles_.parts - tiles_.longer(), tiles_.shorter(),
            tiles_.longer() * tiles_.longest());
  }

  void expandTile(Value pixel, Value out, Value channel, int64_t pixels, int64_t vectors) {
    int64_t depth = f_.expand.inChannels / f_.together; // products
    Values sums, panels;
    for (int64_t v = 0; v < vectors; ++v) {
      Value at = k_.add(channel, v * lanes_);
      panels.push_back(k_.add(k_.mul(k_.div(at, kPanel), depth * kPanel), k_.rem(at, kPanel)));
    }
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(p > 0 ? sums[static_cast<size_t>(v)]
                             : f_.first.initial(k_, k_.add(channel, v * lanes_)));
    Value in = k_.mul(pixel, f_.inStep);
    sums = k_.loop(k_.index(0), k_.index(depth), 1, sums, [&](Value i, ValueRange carried) {
      Values next(carried.begin(), carried.end()), weights;
      for (Value panel : panels)
        weights.push_back(weight(k_.add(panel, k_.mul(i, kPanel))));
      for (int64_t p = 0; p < pixels; ++p) {
        Value x = activation(k_.add(k_.add(in, k_.mul(i, f_.together)), p * f_.inStep));
        for (int64_t v = 0; v < vectors; ++v) {
          Value &sum = next[static_cast<size_t>(p * vectors + v)];
          Value factor = weights[static_cast<size_t>(v)];
          sum = f_.together == 2 ? bf16Dot(k_, x, factor, sum) : k_.fma(x, factor, sum);
        }
      }
      return next;
    });
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t v = 0; v < vectors; ++v)
        f_.first.finish(k_, sums[static_cast<size_t>(p * vectors + v)],
                        k_.add(out, (p * vectors + v) * lanes_), k_.add(channel, v * lanes_),
                        lanes_);
  }

  /// A vector of weights: reals, or pairs of bf16.
  Value weight(Value at) {
    return f_.together == 2 ? k_.loadVector(k_.vectorI32(), k_.buffer(f_.weights), at)
                            : loadReals(k_, k_.vectorF32(), k_.buffer(f_.weights), at);
  }
  /// The elements of one product, in all lanes.
  Value activation(Value at) {
    Value input = k_.buffer(f_.input);
    if (f_.together == 1)
      return k_.broadcast(loadReal(k_, input, at), k_.vectorF32());
    Value pair =
        vector::BitCastOp::create(k_, k_.vector(k_.getI32Type(), 1),
                                  k_.loadVector(k_.vector(k_.getBF16Type(), 2), input, at));
    return k_.broadcast(vector::ExtractOp::create(k_, pair, ArrayRef<int64_t>{0}), k_.vectorI32());
  }

  void depthwiseRow(Value row, Value top, Value channel, int64_t vectors) {
    TapRange taps = verticalTaps(k_, d_, row);
    for (int64_t v = 0; v < vectors; ++v)
      for (const TileRun &run : runs_)
        k_.loop(k_.index(0), k_.index(run.count), 1, [&](Value i) {
          Value pixel = k_.add(k_.mul(i, run.pixels), run.firstPixel);
          Value own = k_.add(channel, v * lanes_);
          Values sums(static_cast<size_t>(run.pixels), f_.second.initial(k_, own));
          sums = k_.loop(taps.from, taps.to, 1, sums, [&](Value ky, ValueRange carried) {
            Value in = k_.add(ringRow(k_.add(top, ky), vectors), v * lanes_);
            return kernelRow(in, ky, pixel, run, own, vectors, carried);
          });
          Value out = k_.add(k_.mul(row, d_.outWidth), pixel);
          for (int64_t p = 0; p < run.pixels; ++p)
            f_.second.finish(k_, sums[static_cast<size_t>(p)],
                             k_.add(k_.mul(k_.add(out, p), f_.second.pixelStep), own), own, lanes_);
        });
  }

  Values kernelRow(Value in, Value ky, Value pixel, const TileRun &run, Value channel,
                   int64_t vectors, ValueRange carried) {
    Values sums(carried.begin(), carried.end()), weights;
    for (int64_t kx = 0; kx < d_.kernelWidth; ++kx) {
      Value tap = k_.add(k_.mul(ky, d_.kernelWidth), kx);
      weights.push_back(k_.loadVector(k_.vectorF32(), k_.buffer(f_.taps),
                                      k_.add(k_.mul(tap, d_.inChannels), channel)));
    }
    Value first = k_.add(k_.mul(pixel, d_.strideWidth), -d_.padLeft);
    int64_t columns = (run.pixels - 1) * d_.strideWidth + d_.kernelWidth;
    for (int64_t column = 0; column < columns; ++column) {
      Value x;
      for (int64_t p = 0; p < run.pixels; ++p) {
        int64_t kx = column - p * d_.strideWidth;
        if (kx < 0 || kx >= d_.kernelWidth || (run.border && !d_.sees(run.firstPixel + p, kx)))
          continue;
        if (!x)
          x = k_.loadVector(k_.vectorF32(), k_.buffer(f_.rows),
                            k_.add(in, k_.mul(k_.add(first, column), vectors * lanes_)));
        Value &sum = sums[static_cast<size_t>(p)];
        sum = k_.fma(x, weights[static_cast<size_t>(kx)], sum);
      }
    }
    return sums;
  }

  KernelBuilder &k_;
  const Fused &f_;
  const ConvShape &d_;
  int64_t lanes_;
  EvenSplit tiles_{1, 1};
  std::vector<TileRun> runs_;
  Value ring_;
};

} // namespace

/// The only reader of a tail's result, if it is a depthwise convolution that can be fused.
static graph::DepthwiseConv2dOp readerOf(const Tail &tail, Plan &plan) {
  if (!plan.isOnlyReadInside(tail.result))
    return {};
  auto depthwise = dyn_cast<graph::DepthwiseConv2dOp>(*tail.result.getUsers().begin());
  if (!depthwise || depthwise.getInput() != tail.result ||
      !graph::constantOf(depthwise.getFilter()) || !isF32(depthwise.getFilter()))
    return {};
  ConvShape shape = shapeOf(depthwise);
  bool suits = shape.batch == 1 && shape.inChannels == shape.outChannels &&
               shape.inChannels % kPanel == 0 && shape.dilationHeight == 1 &&
               shape.dilationWidth == 1 && shape.kernelHeight <= 8 && shape.padTop >= 0;
  return suits ? depthwise : graph::DepthwiseConv2dOp();
}

bool planExpandDepthwise(graph::Conv2dOp conv, Plan &plan) {
  if (plan.settings().inF16) // then apart both are twice as fast, and half as much is between them
    return false;
  Tail tail = plan.takeTail(conv, conv.getActivation());
  ConvShape expand = shapeOf(conv);
  bool isProduct =
      expand.taps() == 1 && expand.batch * expand.outHeight == 1 && conv.getGroups() == 1;
  int64_t bytes = expand.outElements() * (plan.storesIn16Bits(tail.result) ? 2 : 4);
  bool channelsOnly =
      llvm::none_of(tail.ops, [](const TailOp &op) { return op.kind == TailOp::kAdd; });
  if (!isProduct || bytes <= kSecondCache || !channelsOnly)
    return false;
  graph::DepthwiseConv2dOp depthwise = readerOf(tail, plan);
  if (!depthwise)
    return false;
  plan.fuse(depthwise);

  Fused fused;
  fused.expand = expand;
  fused.depthwise = shapeOf(depthwise);
  Buffers buffers(plan);
  if (takesPairs(conv.getFilter(), expand.inChannels, /*groups=*/1, plan)) {
    fused.together = 2;
    fused.input = buffers.add(plan.in16Bits(conv.getInput()));
    fused.weights = buffers.add(planPairedFilter(conv.getFilter(), /*groups=*/1, expand.outChannels,
                                                 /*taps=*/1, expand.inChannels, plan));
    fused.expand.inChannels = pairedChannels(expand.inChannels);
    fused.inStep = fused.expand.inChannels;
  } else {
    fused.inStep = plan.stepOf(conv.getInput());
    fused.input = buffers.add(conv.getInput());
    fused.weights = buffers.add(planPacking(conv.getFilter(), /*groups=*/1, expand.outChannels,
                                            expand.inChannels, {0, expand.inChannels, 1}, plan));
  }
  fused.taps = buffers.addConstant(graph::constantOf(depthwise.getFilter())->as<float>().vec());
  fused.rows =
      buffers.add(plan.scratch({ElementType::kF32, fused.bands().parts * fused.ringElements()}));
  fused.first = floatEpilogue(conv, tail, fused.rows, buffers);
  Tail second = plan.takeTail(depthwise, depthwise.getActivation());
  fused.second = floatEpilogue(depthwise, second, buffers.add(second.result), buffers);
  plan.step({buffers.types, [=](KernelBuilder &k) { FusedCode(k, fused).build(); }}, buffers.ids);
  return true;
}

} // namespace tandem::cpu
