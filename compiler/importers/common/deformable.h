#pragma once

#include "compiler/importers/common/node_builder.h"

#include <array>

namespace tandem {

/// A convolution each of whose products reads the image where an offset says, between elements too
/// (Dai et al. 2017), and times a mask (Zhu et al. 2018).
struct DeformableConvolution {
  std::array<int64_t, 2> kernel = {1, 1}, strides = {1, 1}, dilations = {1, 1}, padding = {0, 0};
  int64_t groups = 1, offsetGroups = 1;
  /// Places less than an element outside are made of the image's edge and 0; else they are 0, and
  /// those between the last element and the image's edge are the last element.
  bool blendsEdges = true;
};

/// An image [batch, channel, height, width], a filter [result channel, channel of a group, kernel],
/// offsets [batch, offset group * kernel * (y, x), result height, result width], and where they are
/// given (not null) a mask [batch, offset group * kernel, ...] and a bias.
struct DeformableInputs {
  MaybeValue image, filter, offsets, mask = mlir::Value(), bias = mlir::Value();
};
MaybeValue deformableConvolution(NodeBuilder &build, const DeformableInputs &inputs,
                                 const DeformableConvolution &how);

} // namespace tandem
