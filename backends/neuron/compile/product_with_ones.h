#pragma once

#include "backends/neuron/compile/network_writer.h"

#include <array>

namespace tandem::neuron {

using ImageShape = std::array<int64_t, 4>; ///< NHWC

/// Codes as sums over windows of `from` times ones of scale `scale`: the sums are of the codes less
/// their zero points, and are rounded to the result's scale as TFLite requantizes. `from` are the
/// input's elements as an image; each window is as large as a step of `to`.
void addProductWithOnes(mlir::Value input, ImageShape from, ImageShape to, float scale,
                        mlir::Value result, NetworkWriter &network);

} // namespace tandem::neuron
