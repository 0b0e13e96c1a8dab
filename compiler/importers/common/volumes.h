#pragma once

#include "compiler/graph/graph.h"
#include "compiler/importers/common/node_builder.h"

#include <array>

namespace tandem {

// Volumes [batch, depth, rows, columns, channels], computed by the graph's ops on images: those of
// all batches and depths at once, and images whose rows are the depths.

/// What slides over a volume, as (depth, rows, columns). Pads of a transposed convolution may be
/// negative: its result goes on where nothing reaches.
struct VolumeWindow {
  using Triple = std::array<int64_t, 3>;
  Triple size = {1, 1, 1}, stride = {1, 1, 1}, dilation = {1, 1, 1}, low = {0, 0, 0},
         high = {0, 0, 0};
};
using Triple = VolumeWindow::Triple;

/// Channels of a volume put last, and back to behind the batch.
MaybeValue toNdhwc(NodeBuilder &build, MaybeValue value);
MaybeValue toNcdhw(NodeBuilder &build, MaybeValue value);
/// Depth, rows and columns of such a volume.
Triple spatialSizes(mlir::Value ndhwc);

/// The volume as images of all its batches and depths, and back.
MaybeValue asImages(NodeBuilder &build, MaybeValue ndhwc);
MaybeValue fromImages(NodeBuilder &build, MaybeValue images, int64_t depth);
/// The volume as images whose rows are the depths, and back.
MaybeValue asDepths(NodeBuilder &build, MaybeValue ndhwc);
MaybeValue fromDepths(NodeBuilder &build, MaybeValue depths, int64_t rows);

/// Emits an error unless it is a volume, not empty, and the window's numbers are sane.
mlir::LogicalResult checkVolume(NodeBuilder &build, mlir::Value ndhwc, const VolumeWindow &window);

/// The order of a filter's dimensions that the functions below take: [output, rows, columns, depth,
/// input], for they turn depths into channels.
///
/// A convolution; `filter` has input channels of one group, a null `bias` is none.
MaybeValue convolveVolume(NodeBuilder &build, MaybeValue ndhwc, MaybeValue filter, MaybeValue bias,
                          const VolumeWindow &window, int64_t groups = 1,
                          graph::Activation activation = graph::Activation::None);
/// A transposed one, with output channels of one group, of which the first `size` places behind the
/// pads `low` are the result.
MaybeValue convolveVolumeTransposed(NodeBuilder &build, MaybeValue ndhwc, MaybeValue filter,
                                    MaybeValue bias, const VolumeWindow &window, const Triple &size,
                                    int64_t groups = 1,
                                    graph::Activation activation = graph::Activation::None);

/// The largest of each window, or the mean as averagePool() has it. Where `roundsUp` windows that
/// begin inside and end outside count as well (roundUp()). No dilation.
MaybeValue maxPoolVolume(NodeBuilder &build, MaybeValue ndhwc, const VolumeWindow &window,
                         bool roundsUp = false);
MaybeValue averagePoolVolume(NodeBuilder &build, MaybeValue ndhwc, const VolumeWindow &window,
                             bool countsPadding, bool roundsUp = false);

/// How a volume gets another size, in the words of the graph's ops.
struct VolumeResize {
  bool isLinear = false, alignCorners = false, halfPixelCenters = false;
};
/// A volume in another size.
MaybeValue resizeVolume(NodeBuilder &build, MaybeValue ndhwc, const Triple &size,
                        const VolumeResize &how);

} // namespace tandem
