#include "backends/cpu/compile/winograd_transforms.h"

#include "backends/cpu/compile/packing.h"

#include <cmath>
#include <random>

namespace tandem::cpu {

llvm::SmallVector<double> winogradWeights(int64_t m, llvm::ArrayRef<double> w) {
  if (m == 2)
    return {w[0], (w[0] + w[1] + w[2]) / 2, (w[0] - w[1] + w[2]) / 2, w[2]};
  double even = w[0] / 24 + w[2] / 6, odd = w[1] / 12;
  return {w[0] / 4, -(w[0] + w[1] + w[2]) / 6, -(w[0] - w[1] + w[2]) / 6, even + odd, even - odd,
          w[2]};
}

/// The factors of output `o` and input `i`.
static llvm::SmallVector<double> factorsOf(const WinogradFilter &filter, int64_t m, int64_t o,
                                           int64_t i) {
  llvm::SmallVector<double> taps;
  for (int64_t tap = 0; tap < 9; ++tap)
    taps.push_back(static_cast<double>(filter.at(o, tap, i)));
  return inTwoDimensions<double>(taps, 3,
                                 [&](llvm::ArrayRef<double> w) { return winogradWeights(m, w); });
}

std::vector<float> packWinograd(const WinogradFilter &filter, int64_t m) {
  auto size = static_cast<size_t>((m + 2) * (m + 2));
  int64_t panels = (filter.out + kPanel - 1) / kPanel;
  auto ofProduct = static_cast<size_t>(panels * filter.in * kPanel);
  std::vector<float> packed(size * ofProduct);
  for (int64_t o = 0; o < filter.out; ++o)
    for (int64_t i = 0; i < filter.in; ++i) {
      llvm::SmallVector<double> factors = factorsOf(filter, m, o, i);
      auto at = static_cast<size_t>((o / kPanel * filter.in + i) * kPanel + o % kPanel);
      for (size_t product = 0; product < size; ++product)
        packed[product * ofProduct + at] = static_cast<float>(factors[product]);
    }
  return packed;
}

namespace {
/// What the kernels do, on floats.
struct FloatMath {
  using Value = float;
  float add(float a, float b) const { return a + b; }
  float sub(float a, float b) const { return a - b; }
  float fma(float factor, float a, float b) const { return std::fma(factor, a, b); }
};
} // namespace

double winogradError(const WinogradFilter &filter, int64_t m) {
  constexpr int64_t kOutputs = 32;
  auto size = static_cast<size_t>(m + 2);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> anyInput(-1, 1);
  std::vector<llvm::SmallVector<float>> inputs, factors; // by channel
  for (int64_t i = 0; i < filter.in; ++i) {
    llvm::SmallVector<float> grid;
    for (size_t at = 0; at < size * size; ++at)
      grid.push_back(anyInput(random));
    inputs.push_back(grid);
    factors.push_back(inTwoDimensions<float>(
        grid, size, [](llvm::ArrayRef<float> d) { return winogradInput(FloatMath(), d); }));
  }
  double worst = 0, largest = 0;
  for (int64_t sample = 0; sample < std::min(kOutputs, filter.out); ++sample) {
    int64_t o = sample * filter.out / std::min(kOutputs, filter.out);
    llvm::SmallVector<float> sums(size * size, 0.0f);
    llvm::SmallVector<double> exact(static_cast<size_t>(m * m), 0.0);
    for (int64_t i = 0; i < filter.in; ++i) {
      llvm::SmallVector<double> weights = factorsOf(filter, m, o, i);
      auto channel = static_cast<size_t>(i);
      for (size_t at = 0; at < sums.size(); ++at)
        sums[at] = std::fma(factors[channel][at], static_cast<float>(weights[at]), sums[at]);
      for (int64_t result = 0; result < m * m; ++result)
        for (int64_t tap = 0; tap < 9; ++tap) {
          auto at = static_cast<size_t>((result / m + tap / 3) * (m + 2) + result % m + tap % 3);
          exact[static_cast<size_t>(result)] +=
              static_cast<double>(inputs[channel][at]) * static_cast<double>(filter.at(o, tap, i));
        }
    }
    llvm::SmallVector<float> results = inTwoDimensions<float>(
        sums, size, [](llvm::ArrayRef<float> p) { return winogradResult(FloatMath(), p); });
    for (size_t at = 0; at < exact.size(); ++at) {
      worst = std::max(worst, std::abs(static_cast<double>(results[at]) - exact[at]));
      largest = std::max(largest, std::abs(exact[at]));
    }
  }
  return largest > 0 ? worst / largest : 0;
}

} // namespace tandem::cpu
