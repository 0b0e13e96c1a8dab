#pragma once

#include "compiler/importers/common/volumes.h"
#include "compiler/importers/torch/node.h"

namespace tandem::torch {

/// A batch of volumes (rank 5); other ranks are refused.
MaybeValue volumeOf(AtenNode &node, llvm::StringRef name);
/// A number for each of depth, rows and columns, or one for all.
Triple tripleOf(AtenNode &node, llvm::StringRef name, std::optional<Triple> absent = std::nullopt);

/// aten.conv3d.padding, and aten._convolution_mode of volumes.
MaybeValue importVolumeConvolutionPadding(AtenNode &node);
/// aten.conv3d, aten.conv_transpose3d, and aten.convolution of volumes.
MaybeValue importVolumeConvolution(AtenNode &node, bool isTransposed);

} // namespace tandem::torch
