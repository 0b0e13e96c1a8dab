#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>

namespace tandem::test {

/// Choices of a seed: always the same ones.
class RandomChoice {
public:
  explicit RandomChoice(uint32_t seed) : random_(seed) {}

  /// Both ends may come out.
  int64_t number(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  template <typename T> T any(std::initializer_list<T> values) {
    return values.begin()[number(0, static_cast<int64_t>(values.size()) - 1)];
  }
  std::string any(std::initializer_list<const char *> values) { return any<const char *>(values); }
  /// Once in so many times.
  bool once(int64_t times) { return number(0, times - 1) == 0; }

  std::string activation() {
    return " activation " + any({"none", "relu", "relu6", "relu_n1_to_1"});
  }

private:
  std::mt19937 random_;
};

/// " stride [2, 3] "
inline std::string pairText(const char *name, const int64_t (&values)[2]) {
  return " " + std::string(name) + " [" + std::to_string(values[0]) + ", " +
         std::to_string(values[1]) + "] ";
}

/// The window of a convolution: attributes, and heights and widths.
struct RandomWindow {
  std::string text;
  int64_t in[2], kernel[2], out[2];

  /// `isOneRow`: as networks of one dimension have.
  explicit RandomWindow(RandomChoice &choice, bool isOneRow = false) {
    int64_t stride[2], dilation[2], low[2], high[2];
    for (int axis : {0, 1}) {
      kernel[axis] =
          isOneRow ? choice.any<int64_t>({1, 1, 3}) : choice.any<int64_t>({1, 2, 3, 3, 3, 4, 5});
      if (isOneRow && axis == 0)
        kernel[axis] = 1;
      stride[axis] = choice.any<int64_t>({1, 1, 2, 3});
      dilation[axis] = choice.any<int64_t>({1, 1, 1, 2});
      int64_t reach = (kernel[axis] - 1) * dilation[axis];
      low[axis] = choice.number(0, reach);
      high[axis] = choice.number(0, reach);
      in[axis] = std::max(choice.number(1, 21), reach + 1 - low[axis] - high[axis]);
      if (isOneRow && axis == 0)
        in[axis] = 1;
      out[axis] = (in[axis] + low[axis] + high[axis] - reach - 1) / stride[axis] + 1;
    }
    text = pairText("stride", stride) + pairText("dilation", dilation) + pairText("pad_low", low) +
           pairText("pad_high", high);
  }
};

} // namespace tandem::test
