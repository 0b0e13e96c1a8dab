#pragma once

#include "compiler/importers/tensorflow/node.h"

namespace tandem::tensorflow {

/// What slides over an image, as (height, width).
struct Window {
  Pair size, stride = {1, 1}, dilation = {1, 1}, low = {0, 0}, high = {0, 0};
};

/// Height and width of an NHWC value.
Pair imageSize(mlir::Value value);

/// Fills in the pads that 'padding' (and 'explicit_paddings') mean for an image of that height and
/// width: VALID has none; SAME makes the result ceil(image / stride) large, the odd one at the high
/// end.
mlir::LogicalResult readPadding(TfNode &node, Window &window, Pair image);

/// MirrorPad: the image with its own elements around it, as many as input `paddings` says, by the
/// node's 'mode'.
MaybeValue mirroredPad(TfNode &node, MaybeValue image, size_t paddings);

} // namespace tandem::tensorflow
