#include "backends/cpu/compile/schedule.h"

#include <algorithm>

namespace tandem::cpu {

constexpr double kFmaLatency = 4;     // cycles
constexpr double kLoopOverhead = 0.5; // cycles for a round: counter, branch, uneven ports
/// Maps of at most this many pixels are walked channels-outside, so that weights stream once.
constexpr int64_t kSmallMap = 196;

/// Cycles for one step along the inner dimension.
static double cyclesPerStep(const codegen::Isa &isa, int64_t pixels, double vectors,
                            bool ofMatrices) {
  auto count = static_cast<double>(pixels);
  double products = count * vectors;
  double loads = count / static_cast<double>(isa.activationsPerLoad()) + vectors;
  if (ofMatrices) { // a pixel by itself takes as long as two
    auto pairs = static_cast<double>((pixels + 1) / 2);
    products = pairs * vectors + vectors + pairs / 2; // and to make matrices of what is loaded
    loads = count / 2 + vectors;
  }
  auto rate = static_cast<double>(isa.vectorsPerCycle);
  return std::max({products / rate, loads / rate, kFmaLatency}) + kLoopOverhead;
}

TileLimits limitsOfCodes(int64_t depth) {
  constexpr int64_t kShort = 64, kFewAccumulators = 16, kCacheBytes = 1 << 15, kVectorBytes = 64;
  TileLimits limits;
  if (depth <= kShort)
    limits.accumulators = kFewAccumulators;
  limits.vectors = std::clamp<int64_t>(kCacheBytes / (depth * kVectorBytes), 1, limits.vectors);
  return limits;
}

Tile chooseTile(const codegen::Isa &isa, int64_t pixels, int64_t channels,
                ProductRegisters registers, TileLimits limits) {
  int64_t vectorsInAll = (channels + isa.lanes() - 1) / isa.lanes();
  double unused = registers.halves && endsInHalf(isa, channels) ? 0.5 : 0;
  Tile best{1, 1};
  double least = 1e300;
  for (int64_t vectors = 1; vectors <= std::min(limits.vectors, vectorsInAll); ++vectors)
    for (int64_t height = 1; height <= std::min(pixels, limits.pixels); ++height) {
      // Accumulators, one weight per vector, and what a product needs; and the activations, where
      // they are held in registers of their own.
      int64_t activations = !isa.laneFactors ? 0 : registers.ofMatrices ? (height + 1) / 2 : height;
      if (height * vectors + vectors * registers.perWeight + activations + registers.others >
              isa.registers ||
          height * vectors > limits.accumulators)
        break;
      int64_t together = registers.pixelsTogether(height);
      if (height % together != 0)
        continue;
      EvenSplit rows = EvenSplit::ofAtMost(pixels, height, together);
      EvenSplit columns = EvenSplit::ofAtMost(vectorsInAll, vectors);
      double cycles = 0;
      for (int64_t longRows : {0, 1}) {
        int64_t rowCount = longRows ? rows.longer() : rows.parts - rows.longer();
        for (int64_t column = 0; column < columns.parts; ++column) {
          bool isLast = column + 1 == columns.parts;
          double wide = static_cast<double>(columns.length(column)) - (isLast ? unused : 0);
          cycles +=
              static_cast<double>(rowCount) *
              cyclesPerStep(isa, rows.shorter() + longRows * together, wide, registers.ofMatrices);
        }
      }
      // Of equal ones the later has more channels side by side: fewer passes over the input.
      if (cycles <= least) {
        least = cycles;
        best = {rows.longest(), columns.longest()};
      }
    }
  return best;
}

int64_t chooseDepthwisePixels(const codegen::Isa &isa, int64_t pixels, int64_t taps) {
  // One register for the input; weights that do not fit are read from the cache.
  int64_t room = std::max<int64_t>(isa.registers - 1 - taps, 4);
  return EvenSplit::ofAtMost(pixels, std::min<int64_t>(room, 8)).longest();
}

LoopOrder chooseOrder(int64_t rows, int64_t tiles, int64_t pixels, int64_t groups,
                      bool singleRowSplits) {
  int64_t spatialUnits = singleRowSplits ? tiles : rows;
  bool small = pixels <= kSmallMap;
  // By rows, threads find what they wrote themselves, layer after layer; by groups, half of it lies
  // in the other core's cache. Seven rows are too uneven for that.
  bool splitsEvenly = spatialUnits >= 4 && (spatialUnits % 2 == 0 || spatialUnits > 8);
  if (groups > 1 && (spatialUnits < 4 || (small && groups >= 8 && !splitsEvenly)))
    return LoopOrder::kGroupUnits;
  if (singleRowSplits)
    return small ? LoopOrder::kPixelUnits : LoopOrder::kPixelBlocks;
  return small ? LoopOrder::kRowUnits : LoopOrder::kRowBlocks;
}

} // namespace tandem::cpu
