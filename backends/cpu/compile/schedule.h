#pragma once

#include "compiler/codegen/isa.h"

#include <algorithm>
#include <cstdint>

namespace tandem::cpu {

/// `total` things in `parts` runs of nearly equal length: the first `longer()` runs have one more
/// than the rest. 49 rows in 4 parts are 13 + 12 + 12 + 12, never 14 + 14 + 14 + 7.
struct EvenSplit {
  int64_t total, parts;
  int64_t unit = 1; ///< so many stay together, but for the last ones: then a run has `unit` more

  static EvenSplit ofAtMost(int64_t total, int64_t length, int64_t unit = 1) {
    int64_t units = (total + unit - 1) / unit, most = length / unit;
    return {total, (units + most - 1) / most, unit};
  }
  int64_t units() const { return (total + unit - 1) / unit; }
  int64_t shorter() const { return units() / parts * unit; }
  int64_t longer() const { return units() % parts; }
  int64_t length(int64_t i) const {
    return std::min(shorter() + (i < longer() ? unit : 0), total - start(i));
  }
  int64_t start(int64_t i) const { return i * shorter() + (i < longer() ? i : longer()) * unit; }
  int64_t longest() const { return length(0); }
};

/// A register tile of a matrix product: pixels × vectors of output channels.
struct Tile {
  int64_t pixels, vectors;
};

/// Registers that a product takes besides its accumulator.
struct ProductRegisters {
  int64_t perWeight = 1;
  int64_t others = 1;  ///< the activation in all lanes, and what comes between
  bool halves = false; ///< of the last channels it may be half a vector
  /// It is of two pixels, by weights that are made of two vectors each time (matrix_products.h).
  bool ofMatrices = false;

  /// Pixels that stay together in tiles of so many.
  int64_t pixelsTogether(int64_t pixels) const { return ofMatrices && pixels > 1 ? 2 : 1; }
};

/// What keeps a tile smaller than the registers do.
struct TileLimits {
  int64_t pixels = 64, vectors = 8, accumulators = 64;
};

/// For sums of `depth` products that are made codes: `depth` panels of a vector each are read from
/// the first cache again for each tile. What makes codes of short sums takes as long as they do; of
/// a small tile it overlaps with the products of the next one.
TileLimits limitsOfCodes(int64_t depth);

/// The tile that takes the fewest cycles for rows of `pixels` pixels and `channels` channels, by a
/// model of the inner loop: multiply-adds, loads and broadcasts at the rate of the processor, and
/// at least the latency of a multiply-add per round.
Tile chooseTile(const codegen::Isa &isa, int64_t pixels, int64_t channels,
                ProductRegisters registers, TileLimits limits = {});

/// How many pixels can be read by turns where the next one is `bytes` further: those a multiple of
/// 4 KB apart meet in one set of the first cache, which has eight ways, and weights want some.
inline int64_t pixelsSideBySide(int64_t bytes) {
  return bytes % 4096 == 0 ? 7 : 64;
}

/// Whether half a vector is enough for the last of `channels`.
inline bool endsInHalf(const codegen::Isa &isa, int64_t channels) {
  int64_t rest = channels % isa.lanes();
  return isa.halfVectors && rest > 0 && rest <= isa.lanes() / 2;
}

/// Pixels of a depthwise tile, one vector of channels wide, with `taps` weights held in registers.
int64_t chooseDepthwisePixels(const codegen::Isa &isa, int64_t pixels, int64_t taps);

/// What a convolution is split into for threads, and its order of loops.
enum class LoopOrder {
  kGroupUnits,  ///< units are groups of channels
  kRowUnits,    ///< units are output rows, channels outside: weights are read once
  kRowBlocks,   ///< units are output rows, channels inside: input rows stay in the cache
  kPixelUnits,  ///< as kRowUnits, of tiles of pixels (a single row)
  kPixelBlocks, ///< as kRowBlocks, of tiles of pixels
};

/// Whether its units are parts of the only row that there is.
inline bool walksPixels(LoopOrder order) {
  return order == LoopOrder::kPixelUnits || order == LoopOrder::kPixelBlocks;
}

/// `rows` of `tiles` tiles with `pixels` pixels in all, `groups` of channels, of `channels` in all.
LoopOrder chooseOrder(int64_t rows, int64_t tiles, int64_t pixels, int64_t groups,
                      bool singleRowSplits);

} // namespace tandem::cpu
