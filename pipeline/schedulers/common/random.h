#pragma once

#include <cstddef>
#include <cstdint>

namespace tandem {

/// A small source of random numbers that gives the same ones everywhere, which the distributions of
/// <random> do not. SplitMix64: Steele, Lea, Flood, OOPSLA 2014.
class Random {
public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t bits() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// 0 to below 1.
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double within(double least, double most) { return least + unit() * (most - least); }
  /// 0 to below `count`, which is not 0.
  size_t below(size_t count) { return static_cast<size_t>(unit() * static_cast<double>(count)); }

private:
  uint64_t state_;
};

} // namespace tandem
