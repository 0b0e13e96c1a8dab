#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tensorflow/products.h"
#include "compiler/importers/tensorflow/window.h"

#include <limits>

using namespace mlir;

namespace tandem::tensorflow {

static constexpr auto kNone = graph::Activation::None;

namespace {
struct Convolution {
  Value input;                 ///< NHWC
  SmallVector<int64_t> filter; ///< its shape, rank 4
  Window window;
};

FailureOr<SmallVector<int64_t>> filterShape(TfNode &node, size_t index = 1) {
  FailureOr<SmallVector<int64_t>> shape = node.inputShape(index);
  if (failed(shape))
    return failure();
  constexpr int64_t kMost = 1 << 24;
  if (shape->size() != 4 || llvm::any_of(*shape, [](int64_t n) { return n < 1 || n > kMost; }))
    return node.invalid("its filter has shape " + shapeText(*shape));
  return shape;
}

/// Of an NHWC image, with the filter that is input `index`.
FailureOr<Convolution> readConvolution(TfNode &node, MaybeValue input, size_t index) {
  FailureOr<SmallVector<int64_t>> filter = filterShape(node, index);
  Window window{{}, node.spatial("strides"), node.spatial("dilations")};
  if (node.failed() || failed(input) || failed(filter))
    return failure();
  window.size = {(*filter)[0], (*filter)[1]};
  if (failed(readPadding(node, window, imageSize(*input))))
    return failure();
  return Convolution{*input, std::move(*filter), window};
}

SmallVector<int64_t> list(const Pair &pair) {
  return {pair[0], pair[1]};
}
} // namespace

/// The filter is HWIO; fewer filter than input channels mean groups.
static MaybeValue convolved(TfNode &node, MaybeValue image, size_t filter) {
  FailureOr<Convolution> conv = readConvolution(node, image, filter);
  if (failed(conv))
    return failure();
  int64_t channels = shapeOf(conv->input)[3], perGroup = conv->filter[2];
  int64_t groups = channels % perGroup == 0 ? channels / perGroup : 1;
  const Window &w = conv->window;
  return node.fromNhwc(node.create<graph::Conv2dOp>(
      conv->input, node.transposed(filter, {3, 0, 1, 2}), Value(), list(w.stride), list(w.dilation),
      list(w.low), list(w.high), static_cast<uint64_t>(groups), kNone));
}
MaybeValue importConv2d(TfNode &node) {
  return convolved(node, node.image(0), 1);
}

/// FusedPadConv2D: image, paddings, filter. FusedResizeAndPadConv2D: image, its new size, paddings,
/// filter.
static MaybeValue importPadConv2d(TfNode &node) {
  return convolved(node, mirroredPad(node, node.image(0), 1), 2);
}
static MaybeValue importResizePadConv2d(TfNode &node) {
  FailureOr<SmallVector<int64_t>> size = node.integers(1, "the size");
  bool alignCorners = node.flag("resize_align_corners", false);
  MaybeValue image = node.image(0);
  if (node.failed() || failed(size) || failed(image))
    return failure();
  if (size->size() != 2)
    return node.invalid("the size has " + Twine(size->size()) + " entries, expected 2");
  MaybeValue resized =
      node.create<graph::ResizeBilinearOp>(image, *size, alignCorners, /*halfPixelCenters=*/false);
  return convolved(node, mirroredPad(node, resized, 2), 3);
}

/// DepthwiseConv2dNative: the filter is height, width, input channel, multiplier.
MaybeValue importDepthwise(TfNode &node) {
  FailureOr<Convolution> conv = readConvolution(node, node.image(0), 1);
  if (failed(conv))
    return failure();
  ArrayRef<int64_t> shape = conv->filter;
  MaybeValue filter = node.reshape(node.input(1), {1, shape[0], shape[1], shape[2] * shape[3]});
  const Window &w = conv->window;
  return node.fromNhwc(node.create<graph::DepthwiseConv2dOp>(conv->input, filter, Value(),
                                                             list(w.stride), list(w.dilation),
                                                             list(w.low), list(w.high), kNone));
}

/// Conv2DBackpropInput as a layer: the result's shape (V2: a tensor of that shape), the filter
/// (height, width, output, input), the image. The padding is that of the convolution from the
/// result back to the image.
static MaybeValue importTransposed(TfNode &node) {
  FailureOr<SmallVector<int64_t>> size = node.op() == "Conv2DBackpropInputV2"
                                             ? node.inputShape(0)
                                             : node.integers(0, "the size of the result");
  FailureOr<SmallVector<int64_t>> shape = filterShape(node);
  MaybeValue input = node.image(2);
  Window window{{}, node.spatial("strides"), node.spatial("dilations")};
  if (node.failed() || failed(size) || failed(shape) || failed(input))
    return failure();
  if (window.dilation != Pair{1, 1})
    return node.unsupported("dilation");
  size_t rows = node.isChannelsFirst() ? 2 : 1;
  if (size->size() == 2) // height and width alone are allowed
    rows = 0;
  if ((size->size() != 4 && size->size() != 2) || !hasSaneSize(*size))
    return node.invalid("the size of the result is " + shapeText(*size));
  Pair result = {(*size)[rows], (*size)[rows + 1]}, image = imageSize(*input);
  window.size = {(*shape)[0], (*shape)[1]};
  if (failed(readPadding(node, window, result)))
    return failure();
  for (int i = 0; i < 2; ++i) { // what the given result leaves of (image - 1) * stride + kernel
    int64_t full = (image[i] - 1) * window.stride[i] + window.size[i];
    window.high[i] = full - window.low[i] - result[i];
    if (window.high[i] < 0)
      return node.unsupported("a result beyond what the filter reaches");
  }
  return node.fromNhwc(node.create<graph::TransposeConv2dOp>(
      input, node.transposed(1, {2, 0, 1, 3}), Value(), list(window.stride), list(window.low),
      list(window.high), kNone));
}

/// What each place of a window sees of an image with `outside` around it, place by place.
static FailureOr<Values> seenBy(TfNode &node, MaybeValue image, const Window &window,
                                float outside) {
  constexpr int64_t kMostPlaces = 1 << 10;
  if (window.size[0] > kMostPlaces || window.size[1] > kMostPlaces ||
      window.size[0] * window.size[1] > kMostPlaces)
    return node.unsupported("a window of more than " + Twine(kMostPlaces) + " places");
  SmallVector<int64_t> low = {0, window.low[0], window.low[1], 0},
                       high = {0, window.high[0], window.high[1], 0};
  MaybeValue padded = node.create<graph::PadOp>(image, low, high, llvm::APFloat(outside));
  if (failed(padded))
    return failure();
  SmallVector<int64_t> size(shapeOf(*padded)), stride = {1, window.stride[0], window.stride[1], 1};
  for (int i = 0; i < 2; ++i) {
    int64_t reach = (window.size[i] - 1) * window.dilation[i] + 1;
    if (reach > size[1 + i])
      return node.invalid("a window larger than the image");
    size[1 + i] = (size[1 + i] - reach) / window.stride[i] + 1;
  }
  Values parts;
  for (int64_t row = 0; row < window.size[0]; ++row)
    for (int64_t column = 0; column < window.size[1]; ++column) {
      SmallVector<int64_t> begin = {0, row * window.dilation[0], column * window.dilation[1], 0};
      MaybeValue part = node.create<graph::SliceOp>(padded, begin, size, stride);
      if (failed(part))
        return failure();
      parts.push_back(*part);
    }
  return parts;
}

/// ExtractImagePatches: what a window sees, one place behind the other in the channels.
static MaybeValue importPatches(TfNode &node) {
  MaybeValue input = node.image(0);
  Window window{node.spatial("ksizes"), node.spatial("strides"), node.spatial("rates")};
  if (node.failed() || failed(input) || failed(readPadding(node, window, imageSize(*input))))
    return failure();
  FailureOr<Values> parts = seenBy(node, input, window, 0);
  return failed(parts) ? MaybeValue(failure()) : concatAlong(node, *parts, 3);
}

/// Dilation2D: the largest sum of what a window sees and the filter [height, width, channels].
static MaybeValue importDilation(TfNode &node) {
  MaybeValue input = node.image(0), filter = node.input(1);
  Window window{{}, node.spatial("strides"), node.spatial("rates")};
  if (node.failed() || failed(input) || failed(filter))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*filter);
  if (shape.size() != 3 || shape[2] != shapeOf(*input)[3] || llvm::is_contained(shape, 0))
    return node.invalid("its filter has shape " + shapeText(shape));
  window.size = {shape[0], shape[1]};
  if (failed(readPadding(node, window, imageSize(*input))))
    return failure();
  FailureOr<Values> parts = seenBy(node, input, window, -std::numeric_limits<float>::infinity());
  if (failed(parts))
    return failure();
  MaybeValue weights = node.reshape(filter, {shape[0] * shape[1], shape[2]});
  MaybeValue largest;
  for (auto [place, part] : llvm::enumerate(*parts)) {
    MaybeValue sum = node.add(part, sliceAlong(node, weights, 0, static_cast<int64_t>(place), 1));
    largest = place == 0 ? sum : node.create<graph::MaximumOp>(largest, sum);
  }
  return largest;
}

void registerConvolution(OpTable &table) {
  table.add("Conv2D", importConv2d);
  table.add("DepthwiseConv2dNative", importDepthwise);
  table.add("FusedPadConv2D", importPadConv2d);
  table.add("FusedResizeAndPadConv2D", importResizePadConv2d);
  for (StringRef op : {"Conv2DBackpropInput", "Conv2DBackpropInputV2"})
    table.add(op, importTransposed);
  table.add("Dilation2D", importDilation);
  table.add("ExtractImagePatches", importPatches);
}

} // namespace tandem::tensorflow
