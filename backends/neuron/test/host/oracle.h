#pragma once

#include "backends/neuron/test/host/client.h"
#include "backends/reference/test/op_runner.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace tandem::neuron::test {

using reference::OpRunner;
using reference::scaled;

/// Real numbers in [low, high], the same on every run.
inline std::vector<float> reals(size_t count, float low = -3, float high = 3, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i)
    values.push_back(low + (high - low) * static_cast<float>(random() % 10007) / 10006.0f);
  return values;
}

template <typename T> std::vector<T> codes(size_t count, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<T> values;
  for (size_t i = 0; i < count; ++i)
    values.push_back(static_cast<T>(random() & 0xff));
  return values;
}

/// Every element within 1e-5 of the expected one, relative to it or to 1.
MATCHER_P(IsCloseTo, expected, "") {
  if (arg.size() != expected.size()) {
    *result_listener << "has " << arg.size() << " elements, expected " << expected.size();
    return false;
  }
  for (size_t i = 0; i < arg.size(); ++i) {
    float allowed = 1e-5f * std::max(1.0f, std::abs(expected[i]));
    if (!(std::abs(arg[i] - expected[i]) <= allowed)) {
      *result_listener << "element " << i << " is " << arg[i] << ", expected " << expected[i];
      return false;
    }
  }
  return true;
}

inline int32_t none() {
  return NEURON_FUSED_NONE;
}

} // namespace tandem::neuron::test
