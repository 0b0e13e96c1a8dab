#pragma once

#include "compiler/importers/keras/layer.h"

namespace tandem::keras {

/// The input of a layer that slides over it, as the graph's NHWC image. Where the layer's class
/// says 1D the image has a height of 1, and so have windows and strides; where 'data_format' is
/// 'channels_first' the channels are moved to the end. back() undoes both.
class Image {
public:
  /// Failed unless the layer has one input of the dimensions that its class asks for.
  static mlir::FailureOr<Image> of(Layer &layer);

  MaybeValue nhwc() const { return nhwc_; }
  llvm::ArrayRef<int64_t> shape() const { return shapeOf(nhwc_); }
  int64_t channels() const { return shape().back(); }
  /// How many dimensions the layer slides over: 1 or 2.
  int rank() const { return rank_; }
  MaybeValue back(MaybeValue result) const;

  /// A number for each spatial dimension, or one for all; 1 for what a row has not.
  Pair pair(llvm::StringRef key, std::optional<Pair> absent = std::nullopt) const;
  /// A window's sizes as the file has them.
  llvm::SmallVector<int64_t> inFile(const Pair &window) const;
  /// A weight [window..., a, b] in the order [b, window..., a], or [a, window..., b] when
  /// `isTransposed`, as an image.
  MaybeValue kernel(size_t index, llvm::StringRef what, const Pair &window, int64_t a, int64_t b,
                    bool isTransposed = false) const;
  /// Pads of a window by 'padding': 'valid', 'same', and of rows 'causal'.
  std::pair<Pair, Pair> padding(const Pair &window, const Pair &stride, const Pair &dilation) const;

private:
  Image(Layer &layer, int rank) : layer_(&layer), rank_(rank) {}

  Layer *layer_;
  int rank_;
  bool isChannelsFirst_ = false;
  mlir::Value nhwc_;
};

/// An image in another size, as tf.image.resize makes it.
MaybeValue resized(Layer &layer, MaybeValue nhwc, const Pair &size, llvm::StringRef interpolation);

} // namespace tandem::keras
