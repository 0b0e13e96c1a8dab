#include "compiler/importers/keras/image.h"

#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/common/resampling.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tandem::keras {

/// What the layer's class has in front of its D; 2 where it has none.
static int spatialRank(StringRef className) {
  size_t place = className.rfind('D');
  while (place != StringRef::npos && place > 0) {
    if (llvm::isDigit(className[place - 1]))
      return className[place - 1] - '0';
    place = className.rfind('D', place);
  }
  return 2;
}

FailureOr<Image> Image::of(Layer &layer) {
  Image image(layer, spatialRank(layer.className()));
  StringRef format = layer.string("data_format", "channels_last");
  if (!layer.hasOneInput(image.rank_ + 2) || layer.failed())
    return failure();
  if (format != "channels_last" && format != "channels_first")
    return layer.invalid("'data_format' is '" + format + "'");
  image.isChannelsFirst_ = format == "channels_first";
  MaybeValue value = layer.cast(layer.input(), layer.builder().getF32Type());
  if (image.isChannelsFirst_)
    value = image.rank_ == 1 ? layer.transpose(value, {0, 2, 1}) : layer.toNhwc(value);
  if (succeeded(value) && image.rank_ == 1) {
    ArrayRef<int64_t> shape = shapeOf(*value);
    value = layer.reshape(value, {shape[0], 1, shape[1], shape[2]});
  }
  if (mlir::failed(value))
    return failure();
  image.nhwc_ = *value;
  return image;
}

MaybeValue Image::back(MaybeValue result) const {
  if (mlir::failed(result))
    return failure();
  if (rank_ == 1) {
    ArrayRef<int64_t> shape = shapeOf(*result);
    result = layer_->reshape(result, {shape[0], shape[2], shape[3]});
  }
  if (!isChannelsFirst_)
    return result;
  return rank_ == 1 ? layer_->transpose(result, {0, 2, 1}) : layer_->toNchw(result);
}

Pair Image::pair(StringRef key, std::optional<Pair> absent) const {
  if (rank_ == 2 || (absent && !layer_->find(key)))
    return layer_->pair(key, absent);
  SmallVector<int64_t> one = layer_->oneOrMore(key, {});
  constexpr int64_t kMost = 1 << 24; // keeps products in range
  if (!layer_->failed() && one.size() == 1 && one[0] >= 1 && one[0] <= kMost)
    return {1, one[0]};
  if (!layer_->failed())
    (void)layer_->invalid("'" + key + "' is " + shapeText(one) + ", expected a positive number");
  return {1, 1};
}

SmallVector<int64_t> Image::inFile(const Pair &window) const {
  return SmallVector<int64_t>(ArrayRef(window).take_back(rank_));
}

MaybeValue Image::kernel(size_t index, StringRef what, const Pair &window, int64_t a, int64_t b,
                         bool isTransposed) const {
  SmallVector<int64_t> shape = inFile(window), order;
  shape.append({a, b});
  int64_t first = isTransposed ? rank_ : rank_ + 1;
  order.push_back(first);
  llvm::append_range(order, llvm::seq<int64_t>(0, rank_));
  order.push_back(2 * rank_ + 1 - first);
  MaybeValue weight = layer_->weight(index, what, shape, order);
  if (rank_ == 2)
    return weight;
  return layer_->reshape(weight, {shape[first], 1, window[1], shape[2 * rank_ + 1 - first]});
}

std::pair<Pair, Pair> Image::padding(const Pair &window, const Pair &stride,
                                     const Pair &dilation) const {
  std::pair<Pair, Pair> pads = {{0, 0}, {0, 0}};
  StringRef padding = layer_->string("padding", "valid");
  if (padding == "causal" && rank_ == 1) {
    pads.first[1] = (window[1] - 1) * dilation[1];
  } else if (padding == "same") {
    for (int i = 0; i < 2; ++i) {
      auto both = samePadding(shape()[1 + i], window[i], stride[i], dilation[i]);
      if (both)
        std::tie(pads.first[i], pads.second[i]) = *both;
      else
        (void)layer_->invalid("has a window that is too large");
    }
  } else if (padding != "valid") {
    (void)layer_->unsupported("padding '" + padding + "', only 'valid'" +
                              (rank_ == 1 ? ", 'same' and 'causal'" : " and 'same'") + " are");
  }
  return pads;
}

MaybeValue resized(Layer &layer, MaybeValue nhwc, const Pair &size, StringRef interpolation) {
  if (mlir::failed(nhwc))
    return failure();
  if (interpolation == "nearest")
    return layer.create<graph::ResizeNearestOp>(nhwc, size, /*alignCorners=*/false,
                                                /*halfPixelCenters=*/true);
  if (interpolation == "bilinear")
    return layer.create<graph::ResizeBilinearOp>(nhwc, size, /*alignCorners=*/false,
                                                 /*halfPixelCenters=*/true);
  if (interpolation != "bicubic")
    return layer.unsupported("interpolation '" + interpolation +
                             "', only 'nearest', 'bilinear' and 'bicubic' are");
  MaybeValue result = nhwc;
  for (int64_t i = 0; i < 2; ++i) {
    Resampling axis;
    axis.in = shapeOf(*nhwc)[1 + i];
    axis.out = size[i];
    axis.scale = static_cast<double>(axis.out) / static_cast<double>(axis.in);
    axis.mode = "cubic";
    axis.coordinates = "half_pixel";
    axis.cubicCoefficient = -0.5;
    axis.excludesOutside = true;
    result = resampleAlong(layer, result, 1 + i, axis);
  }
  return result;
}

} // namespace tandem::keras
