#include "backends/cpu/compile/depthwise_template.h"

#include "backends/cpu/compile/f16_products.h"
#include "backends/cpu/compile/reals.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {

class Depthwise {
public:
  Depthwise(KernelBuilder &k, const ConvShape &shape, const DepthwiseBody &body,
            const RowRange *rows)
      : k_(k), s_(shape), body_(body) {
    if (rows)
      range_ = *rows;
    else
      k.units = s_.batch * s_.outHeight;
    int64_t pixels = chooseDepthwisePixels(k.isa(), s_.outWidth, s_.kernelWidth);
    runs_ = tileRuns(s_, EvenSplit::ofAtMost(s_.outWidth, pixels));
  }

  void build();

private:
  /// A vector of channels, of which the first `valid` exist.
  struct Channels {
    Value first;
    int64_t valid;
    VectorType type;
  };
  void rows(const Channels &channels);
  void tile(Value row, Value pixel, const TileRun &run, const Channels &channels);
  Values kernelRow(Value inRow, Value ky, Value pixel, const TileRun &run, const Channels &channels,
                   ValueRange carried);

  KernelBuilder &k_;
  const ConvShape &s_;
  const DepthwiseBody &body_;
  RowRange range_{k_.begin(), k_.end(), {}, {}};
  std::vector<TileRun> runs_;
};

/// One row of the kernel over the tile. Each input column is loaded once and goes to all the
/// outputs that see it.
Values Depthwise::kernelRow(Value inRow, Value ky, Value pixel, const TileRun &run,
                            const Channels &channels, ValueRange carried) {
  Values acc(carried.begin(), carried.end());
  Values weights;
  for (int64_t kx = 0; kx < s_.kernelWidth; ++kx) {
    Value tap = k_.add(k_.mul(ky, s_.kernelWidth), kx);
    Value at = k_.add(k_.mul(tap, s_.outChannels), channels.first);
    weights.push_back(body_.inF16 ? k_.loadVector(typeOfF16(k_), body_.weights, at)
                                  : loadReals(k_, channels.type, body_.weights, at));
  }
  Value first = k_.add(k_.mul(pixel, s_.strideWidth), -s_.padLeft); // column of pixel 0, tap 0
  int64_t columns = (run.pixels - 1) * s_.strideWidth + (s_.kernelWidth - 1) * s_.dilationWidth + 1;
  for (int64_t column = 0; column < columns; ++column) {
    Value x;
    for (int64_t p = 0; p < run.pixels; ++p) {
      int64_t distance = column - p * s_.strideWidth;
      int64_t kx = distance / s_.dilationWidth;
      if (distance < 0 || distance % s_.dilationWidth != 0 || kx >= s_.kernelWidth)
        continue;
      if (run.border && !s_.sees(run.firstPixel + p, kx))
        continue;
      if (!x)
        x = body_.load(
            channels.type,
            k_.add(k_.add(inRow, k_.mul(k_.add(first, column), body_.inStep)), channels.first));
      Value &sum = acc[static_cast<size_t>(p)];
      sum = k_.fma(x, weights[static_cast<size_t>(kx)], sum);
    }
  }
  return acc;
}

void Depthwise::tile(Value row, Value pixel, const TileRun &run, const Channels &channels) {
  Value channel = channels.first;
  Value batch = s_.batch > 1 ? k_.div(row, s_.outHeight) : k_.index(0);
  Value outRow = s_.batch > 1 ? k_.rem(row, s_.outHeight) : row;
  Value top = k_.add(k_.mul(outRow, s_.strideHeight), -s_.padTop);
  int64_t rowSize = s_.inWidth * body_.inStep;
  TapRange taps = verticalTaps(k_, s_, outRow);
  Value initial = firstLanes(k_, body_.epilogue.initial(k_, channel), channels.type);
  Values acc(static_cast<size_t>(run.pixels), body_.inF16 ? zeroF16(k_) : initial);
  acc = k_.loop(taps.from, taps.to, 1, acc, [&](Value ky, ValueRange carried) {
    Value y = k_.add(top, k_.mul(ky, s_.dilationHeight));
    Value inRow = k_.add(k_.mul(batch, s_.inHeight * rowSize), range_.in.of(k_, y, rowSize));
    return kernelRow(inRow, ky, pixel, run, channels, carried);
  });
  Values places;
  for (int64_t p = 0; p < run.pixels; ++p) {
    int64_t step = body_.epilogue.pixelStep;
    Value out = k_.add(range_.out.of(k_, row, s_.outWidth * step), k_.mul(k_.add(pixel, p), step));
    places.push_back(k_.add(out, channel));
    if (Value &sum = acc[static_cast<size_t>(p)]; body_.inF16)
      sum = plusF16(k_, initial, sum);
  }
  finishAll(k_, body_.epilogue, acc, places, channel, channels.valid);
}

void Depthwise::rows(const Channels &channels) {
  k_.loop(range_.from, range_.to, 1, [&](Value row) {
    for (const TileRun &run : runs_)
      k_.loop(k_.index(0), k_.index(run.count), 1, [&](Value i) {
        tile(row, k_.add(k_.mul(i, run.pixels), run.firstPixel), run, channels);
      });
  });
}

void Depthwise::build() {
  // Channels outside: of one vector of them, the rows that a kernel sees stay in the first cache.
  int64_t half = k_.isa().lanes() / 2, all = s_.outChannels;
  bool ends = body_.halves && endsInHalf(k_.isa(), all) && all >= half;
  k_.forChannels(ends ? all / k_.isa().lanes() * k_.isa().lanes() : all,
                 [&](Value channel, int64_t valid) { rows({channel, valid, k_.vectorF32()}); });
  if (ends)
    rows({k_.index(all - half), half, k_.halfVectorF32()});
}

} // namespace

void buildDepthwise(KernelBuilder &k, const ConvShape &shape, const DepthwiseBody &body,
                    const RowRange *rows) {
  Depthwise(k, shape, body, rows).build();
}

} // namespace tandem::cpu
