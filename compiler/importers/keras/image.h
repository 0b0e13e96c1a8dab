#pragma once

#include "compiler/importers/common/volumes.h"
#include "compiler/importers/keras/layer.h"

namespace tandem::keras {

using Extents = llvm::SmallVector<int64_t, 3>; ///< (height, width), or (depth, height, width)

/// What slides over an image or volume.
struct Window {
  Extents size, stride, dilation, low = {}, high = {};

  VolumeWindow ofVolume() const;
};

/// How many dimensions a layer slides over: what its class has in front of its D; 2 where it has
/// none.
int spatialRank(llvm::StringRef className);

/// The input of a layer that slides over it, as the graph's NHWC image, or as a volume NDHWC where
/// the layer's class says 3D. Where it says 1D the image has a height of 1, and so have windows and
/// strides; where 'data_format' is 'channels_first' the channels are moved to the end. back()
/// undoes both.
class Image {
public:
  /// Failed unless the layer has one input of the dimensions that its class asks for.
  static mlir::FailureOr<Image> of(Layer &layer);
  /// Of a value that is the layer's input at one place of a sequence.
  static mlir::FailureOr<Image> of(Layer &layer, mlir::Value value);

  MaybeValue nhwc() const { return nhwc_; }
  llvm::ArrayRef<int64_t> shape() const { return shapeOf(nhwc_); }
  int64_t channels() const { return shape().back(); }
  /// How many dimensions the layer slides over: 1, 2 or 3.
  int rank() const { return rank_; }
  bool isVolume() const { return rank_ == 3; }
  MaybeValue back(MaybeValue result) const;

  /// A number for each spatial dimension, or one for all; 1 for what a row has not.
  Extents extents(llvm::StringRef key, std::optional<Extents> absent = std::nullopt) const;
  /// One number for all.
  Extents each(int64_t number) const;
  /// A window's sizes as the file has them.
  llvm::SmallVector<int64_t> inFile(const Extents &window) const;
  /// A weight [window..., a, b] in the order [b, window..., a], or [a, window..., b] when
  /// `isTransposed`, as an image; of a volume as convolveVolume() takes it.
  MaybeValue kernel(size_t index, llvm::StringRef what, const Extents &window, int64_t a, int64_t b,
                    bool isTransposed = false) const;
  /// What slides over the image, its pads by 'padding': 'valid', 'same', and of rows 'causal'.
  Window window(const Extents &size, const Extents &stride, const Extents &dilation) const;
  Window window(const Extents &size, const Extents &stride, const Extents &dilation,
                llvm::StringRef padding) const;
  /// Another image of the layer, in the graph's order.
  Image with(mlir::Value nhwc) const {
    Image image = *this;
    image.nhwc_ = nhwc;
    return image;
  }

  /// A convolution with such a kernel; a null bias is none.
  MaybeValue convolve(MaybeValue filter, MaybeValue bias, const Window &window,
                      int64_t groups) const;

private:
  Image(Layer &layer, int rank) : layer_(&layer), rank_(rank) {}

  Layer *layer_;
  int rank_;
  bool isChannelsFirst_ = false;
  mlir::Value nhwc_;
};

/// An image in another size, as tf.image.resize makes it.
MaybeValue resized(Layer &layer, MaybeValue nhwc, llvm::ArrayRef<int64_t> size,
                   llvm::StringRef interpolation);

} // namespace tandem::keras
