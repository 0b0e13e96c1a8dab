#include "backends/cpu/compile/conv_narrow.h"

#include "backends/cpu/compile/packing.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

constexpr int64_t kRows = 2;      ///< of the result in a tile
constexpr int64_t kPixels = 2;    ///< of a vector
constexpr int64_t kMostTaps = 25; ///< all are written out
constexpr int64_t kMostPairs = 5; ///< of pixels in a row of a tile: sums and inputs are registers

bool isNarrow(const codegen::Isa &isa, const ConvShape &s, const ConvPlaces &places) {
  int64_t half = isa.lanes() / kPixels;
  ConvPlaces dense = ConvPlaces::dense(s);
  dense.spreadResults(s.outChannels, places.out.pixel);
  bool isDense = places.groups == 1 && places.in == dense.in && places.out == dense.out;
  bool isPadded = s.padTop != 0 || s.padLeft != 0 || s.hasVerticalBorder() ||
                  !s.sees(s.outWidth - 1, s.kernelWidth - 1);
  bool movesByOne =
      s.strideHeight == 1 && s.strideWidth == 1 && s.dilationHeight == 1 && s.dilationWidth == 1;
  return isa.halfVectors && isa.lanes() == kPanel && isDense && !isPadded && movesByOne &&
         s.outChannels <= half && s.inChannels <= half && s.taps() > 1 && s.taps() <= kMostTaps &&
         s.outHeight % kRows == 0 && s.outWidth % kPixels == 0;
}

namespace {

class NarrowConvolution {
public:
  NarrowConvolution(KernelBuilder &k, const ConvShape &shape, const ConvBody &body)
      : k_(k), s_(shape), body_(body), half_(k.isa().lanes() / kPixels),
        tiles_(EvenSplit::ofAtMost(shape.outWidth / kPixels, kMostPairs)) {}

  void build() {
    int64_t rowUnits = s_.outHeight / kRows;
    k_.units = s_.batch * rowUnits;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value unit) {
      Value row = k_.mul(k_.rem(unit, rowUnits), kRows), entry = k_.div(unit, rowUnits);
      for (const TileRun &run : tileRuns(pairs(), tiles_))
        k_.loop(run.count, [&](Value i) {
          Value pair = k_.add(k_.mul(i, run.pixels), run.firstPixel);
          tile(entry, row, k_.mul(pair, kPixels), run.pixels);
        });
    });
  }

private:
  /// Sums of pixels, and where they go.
  struct Done {
    Values sums, places;
  };

  /// A row of the result with a pair of pixels as one.
  ConvShape pairs() const { return ConvShape::product(s_.outWidth / kPixels, 1, 1); }

  void tile(Value entry, Value row, Value pixel, int64_t pairs) {
    Value bias = inBothHalves(firstHalf(body_.epilogue.initial(k_, k_.index(0))));
    Values sums(static_cast<size_t>(kRows * pairs), bias);
    for (int64_t y = 0; y < s_.kernelHeight + kRows - 1; ++y) {
      Value inRow = k_.add(k_.add(k_.mul(entry, s_.inHeight), row), y);
      Value input = k_.mul(k_.add(k_.mul(inRow, s_.inWidth), pixel), s_.inChannels);
      inputRow(input, y, pairs, sums);
    }
    Done done;
    for (int64_t r = 0; r < kRows; ++r)
      for (int64_t pair = 0; pair < pairs; ++pair)
        split(sums[static_cast<size_t>(r * pairs + pair)], entry, k_.add(row, r),
              k_.add(pixel, pair * kPixels), done);
    finishAll(k_, body_.epilogue, done.sums, done.places, k_.index(0), s_.outChannels);
  }

  /// What row `y` of the input, from the tile's first on, adds to all sums.
  void inputRow(Value input, int64_t y, int64_t pairs, Values &sums) {
    int64_t starts = (pairs - 1) * kPixels + s_.kernelWidth;
    VectorType two = k_.vector(k_.getF32Type(), kPixels * s_.inChannels);
    Values inputs; // of two pixels, from each one on
    for (int64_t start = 0; start < starts; ++start)
      inputs.push_back(k_.loadVector(two, body_.input, k_.add(input, start * s_.inChannels)));
    for (int64_t channel = 0; channel < s_.inChannels; ++channel)
      for (int64_t start = 0; start < starts; ++start) {
        Value x = ofChannel(inputs[static_cast<size_t>(start)], channel);
        for (int64_t kx = start % kPixels; kx < s_.kernelWidth; kx += kPixels) {
          int64_t pair = (start - kx) / kPixels;
          if (start < kx || pair >= pairs)
            continue;
          for (int64_t r = 0; r < kRows; ++r)
            if (int64_t ky = y - r; ky >= 0 && ky < s_.kernelHeight) {
              Value &sum = sums[static_cast<size_t>(r * pairs + pair)];
              sum = body_.product(x, weight(ky, kx, channel), sum);
            }
        }
      }
  }

  /// A channel of two pixels, each in half of the lanes.
  Value ofChannel(Value input, int64_t channel) {
    SmallVector<int64_t> lanes(static_cast<size_t>(half_), channel);
    lanes.append(static_cast<size_t>(half_), s_.inChannels + channel);
    return vector::ShuffleOp::create(k_, input, input, lanes);
  }
  Value weight(int64_t ky, int64_t kx, int64_t channel) {
    int64_t at = (ky * s_.kernelWidth + kx) * s_.inChannels + channel;
    return inBothHalves(k_.loadVector(k_.halfVectorF32(), body_.weights, k_.index(at * kPanel)));
  }
  Value firstHalf(Value vector) { return firstLanes(k_, vector, k_.halfVectorF32()); }
  Value inBothHalves(Value half) {
    SmallVector<int64_t> lanes;
    for (int64_t lane = 0; lane < kPixels * half_; ++lane)
      lanes.push_back(lane % half_);
    return vector::ShuffleOp::create(k_, half, half, lanes);
  }

  /// Takes the sum of two pixels apart, to where they go.
  void split(Value sum, Value entry, Value row, Value pixel, Done &done) {
    Value outRow = k_.add(k_.mul(entry, s_.outHeight), row);
    int64_t step = body_.places.out.pixel;
    Value out = k_.mul(k_.add(k_.mul(outRow, s_.outWidth), pixel), step);
    for (int64_t p = 0; p < kPixels; ++p) {
      done.sums.push_back(vector::ExtractStridedSliceOp::create(
          k_, sum, ArrayRef<int64_t>{p * half_}, ArrayRef<int64_t>{half_}, ArrayRef<int64_t>{1}));
      done.places.push_back(k_.add(out, p * step));
    }
  }

  KernelBuilder &k_;
  const ConvShape &s_;
  const ConvBody &body_;
  int64_t half_; ///< lanes of a pixel
  EvenSplit tiles_;
};

} // namespace

void buildNarrowConvolution(KernelBuilder &k, const ConvShape &shape, const ConvBody &body) {
  NarrowConvolution(k, shape, body).build();
}

} // namespace tandem::cpu
