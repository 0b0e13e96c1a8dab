#include "backends/cpu/compile/float_requantize.h"

#include <algorithm>
#include <cmath>

namespace tandem::cpu {

int32_t Requantization::code(size_t channel, int32_t sum) const {
  int32_t scaled =
      roundsOnce ? multiplyRoundingOnce(sum, by[channel]) : multiplyRoundingTwice(sum, by[channel]);
  return range.clamp(scaled + zeroPoint);
}

namespace {

constexpr int64_t kExactInFloat = 1 << 24;
constexpr size_t kFewOf = 64;   ///< one channel of so many may have no constants
constexpr int kScalesTried = 8; ///< to each side of the nearest one

/// What `sum * scale + offset` has to be at some sums.
struct Bounds {
  struct Bound {
    int64_t sum, result;
  };
  std::vector<Bound> least;  ///< at least the result
  std::vector<Bound> beyond; ///< less than it

  /// `first` is the lowest sum that gives the result.
  void step(int64_t first, int64_t result) {
    least.push_back({first, result});
    beyond.push_back({first - 1, result});
  }
  /// Sums and scales of 24 bits have exact products, and so have the differences here.
  std::optional<float> offsetFor(double scale) const {
    double low = -INFINITY, high = INFINITY;
    for (const Bound &bound : least)
      low =
          std::max(low, static_cast<double>(bound.result) - static_cast<double>(bound.sum) * scale);
    for (const Bound &bound : beyond)
      high = std::min(high,
                      static_cast<double>(bound.result) - static_cast<double>(bound.sum) * scale);
    auto offset = static_cast<float>(low + (high - low) / 2);
    return offset >= low && offset < high ? std::optional(offset) : std::nullopt;
  }
  bool exactInFloat() const {
    auto isExact = [](const Bound &bound) { return std::abs(bound.sum) < kExactInFloat; };
    return std::ranges::all_of(least, isExact) && std::ranges::all_of(beyond, isExact);
  }
};

class Channel {
public:
  Channel(const Requantization &wanted, size_t number, SumRange sums)
      : w_(wanted), number_(number), sums_(sums), lowest_(codeOf(sums.low)),
        highest_(codeOf(sums.high)) {
    FixedMultiplier by = wanted.by[number];
    real_ = std::ldexp(static_cast<double>(by.multiplier), by.shift - 31);
  }

  bool floor(FloatRequantization &result) const {
    if (lowest_ == highest_) {
      append(result, 0, static_cast<float>(lowest_), 0);
      return true;
    }
    int64_t centre = firstSumOf(lowest_ + (highest_ - lowest_ + 1) / 2);
    Bounds bounds;
    for (int32_t code = lowest_ + 1; code <= highest_; ++code)
      bounds.step(firstSumOf(code) - centre, code);
    if (lowest_ > w_.range.low)
      bounds.least.push_back({sums_.low - centre, lowest_});
    if (highest_ < w_.range.high)
      bounds.beyond.push_back({sums_.high - centre, highest_ + 1});
    return fit(bounds, static_cast<int32_t>(centre), result);
  }

  /// Of distances from zero: the sums above it and those below have one formula to meet. For sums
  /// as far below zero as above.
  bool truncate(FloatRequantization &result) const {
    Bounds bounds{{{0, 0}}, {{0, 1}}};
    for (int32_t code = w_.zeroPoint + 1; code <= highest_; ++code)
      bounds.step(firstSumOf(code), code - w_.zeroPoint);
    for (int32_t code = lowest_ + 1; code <= w_.zeroPoint; ++code)
      bounds.step(1 - firstSumOf(code), w_.zeroPoint - code + 1);
    if (lowest_ > w_.range.low)
      bounds.beyond.push_back({sums_.high, w_.zeroPoint - lowest_ + 1});
    if (highest_ < w_.range.high)
      bounds.beyond.push_back({sums_.high, highest_ - w_.zeroPoint + 1});
    return fit(bounds, 0, result);
  }

  static void append(FloatRequantization &result, float scale, float offset, int32_t centre) {
    result.scale.push_back(scale);
    result.offset.push_back(offset);
    result.centre.push_back(centre);
  }

private:
  int32_t codeOf(int64_t sum) const { return w_.code(number_, static_cast<int32_t>(sum)); }

  /// Of a code above the lowest one, and not above the highest.
  int64_t firstSumOf(int32_t code) const {
    double guess = std::ceil((code - w_.zeroPoint - 0.5) / real_);
    auto sum = static_cast<int64_t>(
        std::clamp(guess, static_cast<double>(sums_.low + 1), static_cast<double>(sums_.high)));
    while (codeOf(sum) < code)
      ++sum;
    while (codeOf(sum - 1) >= code)
      --sum;
    return sum;
  }

  bool fit(const Bounds &bounds, int32_t centre, FloatRequantization &result) const {
    if (!bounds.exactInFloat())
      return false;
    auto scale = static_cast<float>(real_);
    for (int tried = 0; tried < kScalesTried; ++tried)
      scale = std::nextafter(scale, 0.0f);
    for (int tried = -kScalesTried; tried <= kScalesTried; ++tried) {
      if (std::optional<float> offset = bounds.offsetFor(static_cast<double>(scale))) {
        append(result, scale, *offset, centre);
        return true;
      }
      scale = std::nextafter(scale, INFINITY);
    }
    return false;
  }

  const Requantization &w_;
  size_t number_;
  SumRange sums_;
  int32_t lowest_, highest_; ///< codes that there are
  double real_ = 0;
};

/// The same as far below zero as above.
SumRange mirrored(SumRange sums) {
  int64_t reach = std::min<int64_t>(std::max(-sums.low, sums.high), INT32_MAX);
  return {-reach, reach};
}

/// With at most `without` channels that have no constants.
std::optional<FloatRequantization> tryWay(const Requantization &wanted, FloatWay way,
                                          size_t without) {
  FloatRequantization result = {way, {}, {}, {}, {}};
  for (size_t number = 0; number < wanted.by.size(); ++number) {
    SumRange sums = wanted.sums[number];
    bool isExact = way == FloatWay::kFloor
                       ? Channel(wanted, number, sums).floor(result)
                       : Channel(wanted, number, mirrored(sums)).truncate(result);
    if (isExact)
      continue;
    if (result.without.size() == without)
      return std::nullopt;
    result.without.push_back(number);
    Channel::append(result, 0, 0, 0);
  }
  return result;
}

} // namespace

std::optional<FloatRequantization> floatRequantization(const Requantization &wanted) {
  for (FixedMultiplier by : wanted.by) // results of larger ones leave 32 bits
    if (by.multiplier < 0 || by.shift > 0)
      return std::nullopt;
  for (SumRange sums : wanted.sums) // less a centre, which is one of them, they stay in 32 bits
    if (sums.low < INT32_MIN || sums.high > INT32_MAX || sums.high - sums.low > INT32_MAX)
      return std::nullopt;
  // kTruncate takes half as much again: a few channels in integers are less.
  if (auto result = tryWay(wanted, FloatWay::kFloor, wanted.by.size() / kFewOf))
    return result;
  return tryWay(wanted, FloatWay::kTruncate, 0);
}

} // namespace tandem::cpu
