#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace tandem::cpu {

// Winograd's F(m×m, 3×3) for m = 2 and 4: m×m results of a 3×3 convolution from (m+2)×(m+2)
// products instead of 9·m·m. From A. Lavin and S. Gray, "Fast algorithms for convolutional neural
// networks" (2015), points 0, ±1, ∞ and for m = 4 ±2 too.
//
// Each transform is along one dimension, of whatever `Math` computes with: vectors of a kernel, or
// floats. Math has a Value, add(a, b), sub(a, b) and fma(factor, a, b) = factor * a + b.

/// m + 2 inputs to as many factors.
template <typename Math>
llvm::SmallVector<typename Math::Value> winogradInput(Math math,
                                                      llvm::ArrayRef<typename Math::Value> d) {
  if (d.size() == 4)
    return {math.sub(d[0], d[2]), math.add(d[1], d[2]), math.sub(d[2], d[1]), math.sub(d[1], d[3])};
  auto even = math.fma(-4, d[2], d[4]), odd = math.fma(-4, d[1], d[3]);
  auto even2 = math.sub(d[4], d[2]), odd2 = math.sub(d[3], d[1]);
  return {math.fma(4, d[0], math.fma(-5, d[2], d[4])),
          math.add(even, odd),
          math.sub(even, odd),
          math.fma(2, odd2, even2),
          math.fma(-2, odd2, even2),
          math.fma(4, d[1], math.fma(-5, d[3], d[5]))};
}

/// m + 2 products to m results. The second product goes to all of them with factor one.
template <typename Math>
llvm::SmallVector<typename Math::Value> winogradResult(Math math,
                                                       llvm::ArrayRef<typename Math::Value> p) {
  auto sum = math.add(p[1], p[2]), difference = math.sub(p[1], p[2]);
  if (p.size() == 4)
    return {math.add(p[0], sum), math.sub(difference, p[3])};
  auto sum2 = math.add(p[3], p[4]), difference2 = math.sub(p[3], p[4]);
  return {math.add(math.add(p[0], sum), sum2), math.fma(2, difference2, difference),
          math.fma(4, sum2, sum), math.add(math.fma(8, difference2, difference), p[5])};
}

/// Three weights to m + 2 factors.
llvm::SmallVector<double> winogradWeights(int64_t m, llvm::ArrayRef<double> w);

/// A transform along the columns of a square grid, then along the rows of what that gives.
template <typename Value, typename Along>
llvm::SmallVector<Value> inTwoDimensions(llvm::ArrayRef<Value> grid, size_t size, Along along) {
  llvm::SmallVector<llvm::SmallVector<Value>> columns;
  for (size_t x = 0; x < size; ++x) {
    llvm::SmallVector<Value> column;
    for (size_t y = 0; y < size; ++y)
      column.push_back(grid[y * size + x]);
    columns.push_back(along(column));
  }
  llvm::SmallVector<Value> result;
  for (size_t y = 0; y < columns[0].size(); ++y) {
    llvm::SmallVector<Value> row;
    for (size_t x = 0; x < size; ++x)
      row.push_back(columns[x][y]);
    result.append(along(row));
  }
  return result;
}

/// A constant filter of 3×3 taps, OHWI.
struct WinogradFilter {
  llvm::ArrayRef<float> elements;
  int64_t out, in;

  float at(int64_t o, int64_t tap, int64_t i) const {
    return elements[static_cast<size_t>((o * 9 + tap) * in + i)];
  }
};

/// The factors of all (m+2)×(m+2) products: [product][out / 16][in][16].
std::vector<float> packWinograd(const WinogradFilter &filter, int64_t m);

/// The largest error in f32 of some results on random inputs, as a part of the largest of these
/// results.
double winogradError(const WinogradFilter &filter, int64_t m);

} // namespace tandem::cpu
