#include "compiler/importers/tensorflow/window.h"

using namespace mlir;

namespace tandem::tensorflow {

static constexpr auto kNone = graph::Activation::None;

namespace {
struct Convolution {
  Value input;                 ///< NHWC
  SmallVector<int64_t> filter; ///< its shape, rank 4
  Window window;
};

FailureOr<SmallVector<int64_t>> filterShape(TfNode &node) {
  FailureOr<SmallVector<int64_t>> shape = node.inputShape(1);
  if (failed(shape))
    return failure();
  constexpr int64_t kMost = 1 << 24;
  if (shape->size() != 4 || llvm::any_of(*shape, [](int64_t n) { return n < 1 || n > kMost; }))
    return node.invalid("its filter has shape " + shapeText(*shape));
  return shape;
}

FailureOr<Convolution> readConvolution(TfNode &node) {
  MaybeValue input = node.image(0);
  FailureOr<SmallVector<int64_t>> filter = filterShape(node);
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

/// Conv2D: the filter is HWIO; fewer filter than input channels mean groups.
static MaybeValue importConv2d(TfNode &node) {
  FailureOr<Convolution> conv = readConvolution(node);
  if (failed(conv))
    return failure();
  int64_t channels = shapeOf(conv->input)[3], perGroup = conv->filter[2];
  int64_t groups = channels % perGroup == 0 ? channels / perGroup : 1;
  const Window &w = conv->window;
  return node.fromNhwc(node.create<graph::Conv2dOp>(
      conv->input, node.transposed(1, {3, 0, 1, 2}), Value(), list(w.stride), list(w.dilation),
      list(w.low), list(w.high), static_cast<uint64_t>(groups), kNone));
}

/// DepthwiseConv2dNative: the filter is height, width, input channel, multiplier.
static MaybeValue importDepthwise(TfNode &node) {
  FailureOr<Convolution> conv = readConvolution(node);
  if (failed(conv))
    return failure();
  ArrayRef<int64_t> shape = conv->filter;
  MaybeValue filter = node.reshape(node.input(1), {1, shape[0], shape[1], shape[2] * shape[3]});
  const Window &w = conv->window;
  return node.fromNhwc(node.create<graph::DepthwiseConv2dOp>(conv->input, filter, Value(),
                                                             list(w.stride), list(w.dilation),
                                                             list(w.low), list(w.high), kNone));
}

/// Conv2DBackpropInput as a layer: the result's shape, the filter (height, width, output, input),
/// the image. The padding is that of the convolution from the result back to the image.
static MaybeValue importTransposed(TfNode &node) {
  FailureOr<SmallVector<int64_t>> size = node.integers(0, "the size of the result");
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

void registerConvolution(OpTable &table) {
  table.add("Conv2D", importConv2d);
  table.add("DepthwiseConv2dNative", importDepthwise);
  table.add("Conv2DBackpropInput", importTransposed);
}

} // namespace tandem::tensorflow
