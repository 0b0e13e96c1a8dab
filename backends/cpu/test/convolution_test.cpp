#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace tandem;

TEST(CpuBackend, MultipliesAMatrixWithFusedActivation) {
  test::OneRegion model(cpuBackend(), cpuDevice(), R"(
func.func @main(%x: tensor<1x5x7x3xf32>) -> tensor<1x5x7x2xf32> {
  %w = graph.constant dense<[[[[1.0, 2.0, 3.0]]], [[[-1.0, 0.5, 0.25]]]]> : tensor<2x1x1x3xf32> : tensor<2x1x1x3xf32>
  %b = graph.constant dense<[0.5, -0.5]> : tensor<2xf32> : tensor<2xf32>
  %0 = graph.conv_2d %x, %w, %b activation relu : (tensor<1x5x7x3xf32>, tensor<2x1x1x3xf32>, tensor<2xf32>) -> tensor<1x5x7x2xf32>
  return %0 : tensor<1x5x7x2xf32>
})",
                        {{"avx2"}});
  ASSERT_TRUE(model.ready());
  auto inputs = model.makeInputs();
  auto x = test::as<float>(inputs[0]);
  auto y = test::as<float>(model.run(inputs)[0]);
  for (size_t i = 0; i < 35; ++i) {
    float first = 0.5f + x[i * 3] + 2 * x[i * 3 + 1] + 3 * x[i * 3 + 2];
    float second = -0.5f - x[i * 3] + 0.5f * x[i * 3 + 1] + 0.25f * x[i * 3 + 2];
    EXPECT_NEAR(y[i * 2], std::max(first, 0.0f), 1e-5);
    EXPECT_NEAR(y[i * 2 + 1], std::max(second, 0.0f), 1e-5);
  }
}
