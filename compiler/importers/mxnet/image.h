#pragma once

#include "compiler/importers/common/volumes.h"
#include "compiler/importers/mxnet/node.h"

namespace tandem::mxnet {

using Extents = llvm::SmallVector<int64_t, 3>; ///< (height, width), or (depth, height, width)

/// (depth, height, width) of a volume.
inline Triple tripleOf(const Extents &extents) {
  return {extents[0], extents[1], extents[2]};
}

/// How the images of a node lie in its tensors, by 'layout': NCHW or NHWC, with one spatial
/// dimension NCW or NWC, which become images of height 1, with three NCDHW or NDHWC, which are
/// volumes. The graph's ops take NHWC; sink-transposes cancels what meets.
class ImageLayout {
public:
  /// Of a node whose input 0 are the images.
  static mlir::FailureOr<ImageLayout> of(SymbolNode &node);

  bool isVolume() const { return spatial_ == 3; }
  /// NDHWC of a volume.
  MaybeValue toNhwc(SymbolNode &node, MaybeValue value) const;
  MaybeValue fromNhwc(SymbolNode &node, MaybeValue value) const;
  int64_t channels(llvm::ArrayRef<int64_t> shape) const;
  Extents size(llvm::ArrayRef<int64_t> shape) const;
  Ints spatialAxes() const;

  /// A tuple of the spatial dimensions; `absent` when it is not there or (). For images of height 1
  /// the height's entry is `absent` too.
  Extents extents(SymbolNode &node, llvm::StringRef name, int64_t absent) const;
  /// The shape of a weight whose first dimension is `first` and whose channels are `channels`.
  Ints weightShape(int64_t first, int64_t channels, const Extents &kernel) const;
  /// Such a weight as [first, height, width, channels] or, with `swapped`, [channels, height,
  /// width, first]. Of a volume with the depth behind the width, as convolveVolume() takes it.
  MaybeValue weight(SymbolNode &node, size_t input, bool swapped) const;

private:
  bool channelsLast_ = false;
  size_t spatial_ = 2; ///< dimensions
};

/// Reads 'kernel', which is required, and refuses what is no size of a window.
mlir::FailureOr<Extents> readKernel(SymbolNode &node, const ImageLayout &layout);

/// What Convolution and Deconvolution have in common. Input 0 are the images, 1 the weight.
struct ConvolutionFacts {
  ImageLayout layout;
  mlir::Value input;
  Extents kernel, stride, dilation, pad;
  int64_t channels, filters, groups; ///< the groups divide both
  bool hasBias;

  static mlir::FailureOr<ConvolutionFacts> of(SymbolNode &node, bool biasByDefault);
  /// Input 2, or null.
  MaybeValue bias(SymbolNode &node) const {
    return hasBias ? node.input(2) : MaybeValue(mlir::Value());
  }
  /// What slides over a volume.
  VolumeWindow volumeWindow() const {
    return {tripleOf(kernel), tripleOf(stride), tripleOf(dilation), tripleOf(pad), tripleOf(pad)};
  }
};

} // namespace tandem::mxnet
