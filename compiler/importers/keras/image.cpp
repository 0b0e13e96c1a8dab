#include "compiler/importers/keras/image.h"

#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/common/resampling.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>

using namespace mlir;

namespace tandem::keras {

int spatialRank(StringRef className) {
  size_t place = className.rfind('D');
  while (place != StringRef::npos && place > 0) {
    if (llvm::isDigit(className[place - 1]))
      return className[place - 1] - '0';
    place = className.rfind('D', place);
  }
  return 2;
}

/// What the layer's class says; of a function what its input has.
static int rankOf(Layer &layer) {
  if (layer.className().starts_with("ops.") && layer.inputs().size() == 1)
    return std::clamp(static_cast<int>(layer.inputShape().size()) - 2, 1, 3);
  return spatialRank(layer.className());
}

FailureOr<Image> Image::of(Layer &layer) {
  if (!layer.hasOneInput(rankOf(layer) + 2))
    return failure();
  return of(layer, layer.input());
}

FailureOr<Image> Image::of(Layer &layer, Value input) {
  Image image(layer, rankOf(layer));
  StringRef format = layer.string("data_format", "channels_last");
  if (layer.failed())
    return failure();
  if (format != "channels_last" && format != "channels_first")
    return layer.invalid("'data_format' is '" + format + "'");
  image.isChannelsFirst_ = format == "channels_first";
  MaybeValue value = layer.cast(input, layer.builder().getF32Type());
  if (image.isChannelsFirst_)
    value = image.rank_ == 1   ? layer.transpose(value, {0, 2, 1})
            : image.isVolume() ? toNdhwc(layer, value)
                               : layer.toNhwc(value);
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
  if (isVolume())
    return toNcdhw(*layer_, result);
  return rank_ == 1 ? layer_->transpose(result, {0, 2, 1}) : layer_->toNchw(result);
}

Extents Image::extents(StringRef key, std::optional<Extents> absent) const {
  if (absent && !layer_->find(key))
    return *absent;
  if (rank_ == 2)
    return Extents(layer_->pair(key));
  SmallVector<int64_t> given = layer_->oneOrMore(key, {});
  if (given.size() == 1)
    given.append(rank_ - 1, given[0]);
  constexpr int64_t kMost = 1 << 24; // keeps products in range
  bool isSane = llvm::all_of(given, [](int64_t n) { return n >= 1 && n <= kMost; });
  if (!layer_->failed() && (given.size() != static_cast<size_t>(rank_) || !isSane))
    (void)layer_->invalid("'" + key + "' is " + shapeText(given) +
                          (rank_ == 1 ? Twine(", expected a positive number")
                                      : ", expected " + Twine(rank_) + " positive numbers"));
  if (layer_->failed())
    return each(1);
  Extents result(given.begin(), given.end());
  if (rank_ == 1)
    result.insert(result.begin(), 1);
  return result;
}

Extents Image::each(int64_t number) const {
  return rank_ == 1 ? Extents{1, number} : Extents(rank_, number);
}

SmallVector<int64_t> Image::inFile(const Extents &window) const {
  return SmallVector<int64_t>(ArrayRef(window).take_back(rank_));
}

MaybeValue Image::kernel(size_t index, StringRef what, const Extents &window, int64_t a, int64_t b,
                         bool isTransposed) const {
  SmallVector<int64_t> shape = inFile(window), order;
  shape.append({a, b});
  int64_t first = isTransposed ? rank_ : rank_ + 1, last = 2 * rank_ + 1 - first;
  if (isVolume())
    return layer_->weight(index, what, shape, {first, 1, 2, 0, last});
  order.push_back(first);
  llvm::append_range(order, llvm::seq<int64_t>(0, rank_));
  order.push_back(last);
  MaybeValue weight = layer_->weight(index, what, shape, order);
  if (rank_ == 2)
    return weight;
  return layer_->reshape(weight, {shape[first], 1, window[1], shape[last]});
}

Window Image::window(const Extents &size, const Extents &stride, const Extents &dilation) const {
  return window(size, stride, dilation, layer_->string("padding", "valid"));
}

Window Image::window(const Extents &size, const Extents &stride, const Extents &dilation,
                     StringRef padding) const {
  Window window = {size, stride, dilation, Extents(size.size(), 0), Extents(size.size(), 0)};
  if (padding == "causal" && rank_ == 1) {
    window.low[1] = (size[1] - 1) * dilation[1];
  } else if (padding == "same") {
    for (size_t i = 0; i < size.size(); ++i) {
      auto both = samePadding(shape()[1 + i], size[i], stride[i], dilation[i]);
      if (both)
        std::tie(window.low[i], window.high[i]) = *both;
      else
        (void)layer_->invalid("has a window that is too large");
    }
  } else if (padding != "valid") {
    (void)layer_->unsupported("padding '" + padding + "', only 'valid'" +
                              (rank_ == 1 ? ", 'same' and 'causal'" : " and 'same'") + " are");
  }
  return window;
}

MaybeValue Image::convolve(MaybeValue filter, MaybeValue bias, const Window &window,
                           int64_t groups) const {
  if (isVolume())
    return convolveVolume(*layer_, nhwc_, filter, bias, window.ofVolume(), groups);
  return layer_->create<graph::Conv2dOp>(nhwc_, filter, bias, ArrayRef(window.stride),
                                         ArrayRef(window.dilation), ArrayRef(window.low),
                                         ArrayRef(window.high), groups, graph::Activation::None);
}

VolumeWindow Window::ofVolume() const {
  auto triple = [](const Extents &all) { return Triple{all[0], all[1], all[2]}; };
  return {triple(size), triple(stride), triple(dilation), triple(low), triple(high)};
}

MaybeValue resized(Layer &layer, MaybeValue nhwc, ArrayRef<int64_t> size, StringRef interpolation) {
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
