#pragma once

#include "compiler/importers/mxnet/node.h"

#include <array>

namespace tandem::mxnet {

using Pair = std::array<int64_t, 2>; ///< (height, width)

/// How the images of a node lie in its tensors, by 'layout': NCHW or NHWC, or with one spatial
/// dimension NCW or NWC, which become images of height 1. The graph's ops take NHWC;
/// sink-transposes cancels what meets.
class ImageLayout {
public:
  /// Of a node whose input 0 are the images. Three spatial dimensions are refused.
  static mlir::FailureOr<ImageLayout> of(SymbolNode &node);

  MaybeValue toNhwc(SymbolNode &node, MaybeValue value) const;
  MaybeValue fromNhwc(SymbolNode &node, MaybeValue value) const;
  int64_t channels(llvm::ArrayRef<int64_t> shape) const;
  Pair size(llvm::ArrayRef<int64_t> shape) const; ///< height and width
  Ints spatialAxes() const;

  /// A tuple of the spatial dimensions; `absent` when it is not there or (). For images of height 1
  /// the height's entry is `absent` too.
  Pair pair(SymbolNode &node, llvm::StringRef name, int64_t absent) const;
  /// The shape of a weight whose first dimension is `first` and whose channels are `channels`.
  Ints weightShape(int64_t first, int64_t channels, const Pair &kernel) const;
  /// Such a weight as [first, height, width, channels] or, with `swapped`, [channels, height,
  /// width, first].
  MaybeValue weight(SymbolNode &node, size_t input, bool swapped) const;

private:
  bool channelsLast_ = false;
  bool isFlat_ = false; ///< one spatial dimension
};

/// Reads 'kernel', which is required, and refuses what is no size of a window.
mlir::FailureOr<Pair> readKernel(SymbolNode &node, const ImageLayout &layout);

/// What Convolution and Deconvolution have in common. Input 0 are the images, 1 the weight.
struct ConvolutionFacts {
  ImageLayout layout;
  mlir::Value input;
  Pair kernel, stride, dilation, pad;
  int64_t channels, filters, groups; ///< the groups divide both
  bool hasBias;

  static mlir::FailureOr<ConvolutionFacts> of(SymbolNode &node, bool biasByDefault);
  /// Input 2, or null.
  MaybeValue bias(SymbolNode &node) const {
    return hasBias ? node.input(2) : MaybeValue(mlir::Value());
  }
};

} // namespace tandem::mxnet
