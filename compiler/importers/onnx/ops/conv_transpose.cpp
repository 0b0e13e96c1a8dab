#include "compiler/importers/common/padding.h"
#include "compiler/importers/onnx/window.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
using Pair = Window::Pair;

/// The sizes of the result that 'output_shape' and SAME give, from which the pads follow; empty
/// where the pads are given.
FailureOr<SmallVector<int64_t>> readOutputSize(OnnxNode &node, ArrayRef<int64_t> image,
                                               ArrayRef<int64_t> stride) {
  SmallVector<int64_t> size;
  if (node.hasAttribute("output_shape")) {
    size = node.integers("output_shape");
    if (node.failed())
      return failure();
    if (size.size() == image.size() + 2) // the batch and channels may be there as well
      size.erase(size.begin(), size.begin() + 2);
    if (size.size() != image.size() ||
        llvm::any_of(size, [](int64_t v) { return v < 1 || v > INT32_MAX; }))
      return node.invalid("'output_shape' is " + shapeText(size) + " for " + Twine(image.size()) +
                          " dimensions");
  } else if (StringRef(node.string("auto_pad", "NOTSET")).starts_with("SAME")) {
    for (auto [extent, step] : llvm::zip_equal(image, stride))
      size.push_back(extent * step);
  }
  return size;
}

/// One dimension of a transposed convolution.
struct Growth {
  int64_t image, stride, kernel, dilation, outputPadding;

  /// The size of the result without pads.
  int64_t full() const {
    return (image - 1) * stride + outputPadding + (kernel - 1) * dilation + 1;
  }
  /// The low pad that makes the result `size` large; the odd one is where 'auto_pad' says. A result
  /// that is larger without any goes on at its end.
  int64_t lowPad(int64_t size, bool isUpper) const {
    int64_t cut = std::max<int64_t>(full() - size, 0);
    return isUpper ? cut / 2 : cut - cut / 2;
  }
};

bool isUpper(OnnxNode &node) {
  return node.string("auto_pad", "NOTSET") == "SAME_UPPER";
}

/// A filter with its elements apart, so that a dilated one is a plain one.
MaybeValue spread(OnnxNode &node, MaybeValue ohwi, Pair dilation) {
  if (failed(ohwi) || dilation == Pair{1, 1})
    return ohwi;
  std::optional<Elements> known = Elements::of(*ohwi);
  if (!known)
    return node.unsupported("a dilated filter that is computed at run time");
  SmallVector<int64_t> from(known->shape()), to(from);
  to[1] = (from[1] - 1) * dilation[0] + 1;
  to[2] = (from[2] - 1) * dilation[1] + 1;
  if (!hasSaneSize(to) || *elementCount(to) > NodeBuilder::kMaxFill * 16)
    return node.unsupported("a dilated filter of shape " + shapeText(to));
  return node.constantOf(Elements::ofReals(known->type(), to, [&](int64_t i) -> double {
    int64_t channel = i % to[3], x = i / to[3] % to[2], y = i / to[3] / to[2] % to[1];
    int64_t output = i / to[3] / to[2] / to[1];
    if (x % dilation[1] != 0 || y % dilation[0] != 0)
      return 0;
    return known->real(
        ((output * from[1] + y / dilation[0]) * from[2] + x / dilation[1]) * from[3] + channel);
  }));
}

/// Zeros around a filter, where the result goes on beyond what it reaches.
struct Border {
  Pair low = {0, 0}, high = {0, 0};
  bool isThere() const { return low != Pair{0, 0} || high != Pair{0, 0}; }
};

/// What takes the place of pads that would be negative.
Border takeBorder(Window &window) {
  Border border;
  for (int i = 0; i < 2; ++i) {
    border.low[i] = std::max<int64_t>(-window.low[i], 0);
    border.high[i] = std::max<int64_t>(-window.high[i], 0);
    window.low[i] += border.low[i];
    window.high[i] += border.high[i];
  }
  return border;
}

MaybeValue bordered(OnnxNode &node, MaybeValue ohwi, const Border &border) {
  if (failed(ohwi) || !border.isThere())
    return ohwi;
  constexpr int64_t kMost = 1 << 10;
  for (int64_t extent : {border.low[0], border.low[1], border.high[0], border.high[1]})
    if (extent > kMost)
      return node.unsupported("a result " + Twine(extent) + " beyond what the filter reaches");
  return padOrCrop(node, ohwi, {0, border.low[0], border.low[1], 0},
                   {0, border.high[0], border.high[1], 0}, 0);
}

/// The filter of one group, [input, output, ...], as OHWI.
MaybeValue filterOf(OnnxNode &node, Value filter, int64_t group, int64_t channels) {
  SmallVector<int64_t> shape(shapeOf(filter)), begin(4, 0), strides(4, 1);
  begin[0] = group * channels;
  shape[0] = channels;
  MaybeValue part = node.create<graph::SliceOp>(filter, begin, shape, strides);
  return node.transpose(part, {1, 2, 3, 0});
}

MaybeValue channelsOf(OnnxNode &node, Value nhwc, int64_t begin, int64_t count) {
  SmallVector<int64_t> begins(shapeOf(nhwc).size(), 0), sizes(shapeOf(nhwc)),
      strides(begins.size(), 1);
  begins.back() = begin;
  sizes.back() = count;
  return node.create<graph::SliceOp>(nhwc, begins, sizes, strides);
}
} // namespace

/// Of a volume [batch, channel, depth, height, width].
static MaybeValue growVolume(OnnxNode &node, Value input, MaybeValue weight, MaybeValue bias,
                             int64_t groups) {
  SmallVector<int64_t> filter(shapeOf(*weight));
  FailureOr<VolumeWindow> window = readVolumeWindow(node, shapeOf(input), filter);
  SmallVector<int64_t> outputPadding =
      node.integers("output_padding", SmallVector<int64_t>{0, 0, 0});
  ArrayRef<int64_t> image = shapeOf(input).drop_front(2);
  if (failed(window) || node.failed())
    return failure();
  constexpr int64_t kMost = 1 << 24;
  if (outputPadding.size() != 3 ||
      llvm::any_of(outputPadding, [](int64_t v) { return v < 0 || v > kMost; }))
    return node.invalid("'output_padding' is " + shapeText(outputPadding));
  auto given = readOutputSize(node, image, window->stride);
  if (failed(given))
    return failure();
  Triple size;
  for (int i = 0; i < 3; ++i) {
    Growth growth{image[i], window->stride[i], window->size[i], window->dilation[i],
                  outputPadding[i]};
    if (!given->empty())
      window->low[i] = growth.lowPad((*given)[i], isUpper(node));
    size[i] = given->empty() ? growth.full() - window->low[i] - window->high[i] : (*given)[i];
  }
  return toNcdhw(node, convolveVolumeTransposed(node, toNdhwc(node, input),
                                                node.transpose(weight, {1, 3, 4, 2, 0}), bias,
                                                *window, size, groups));
}

/// ConvTranspose: the filter is [input, output / group, ...];
/// out = (in - 1) * stride + output padding + (kernel - 1) * dilation + 1 - pads.
static MaybeValue importConvTranspose(OnnxNode &node) {
  MaybeValue input = node.input(0), weight = node.input(1), bias = node.optionalInput(2);
  int64_t groups = node.integer("group", 1);
  if (node.failed() || failed(input) || failed(weight) || failed(bias))
    return failure();
  bool isVolume = shapeOf(*input).size() == 5;
  MaybeValue image = isVolume ? input : node.image(0);
  if (failed(image))
    return failure();
  size_t spatial = spatialRank(*input);
  SmallVector<int64_t> filter(shapeOf(*weight));
  int64_t channels = shapeOf(*image)[1];
  if (filter.size() != spatial + 2 || groups < 1 || filter[0] != channels || channels % groups != 0)
    return node.invalid("a filter of shape " + shapeText(filter) + " in " + Twine(groups) +
                        " groups for an input of shape " + shapeText(shapeOf(*input)));
  if (isVolume)
    return growVolume(node, *input, weight, bias, groups);
  FailureOr<Window> window = readWindow(node, *image, spatial, filter);
  FailureOr<Pair> outputPadding = readPair(node, "output_padding", spatial, 0, 0);
  if (failed(window) || failed(outputPadding))
    return failure();
  auto inFile = [&](ArrayRef<int64_t> pair) { return pair.take_back(spatial); };
  auto size = readOutputSize(node, inFile(shapeOf(*image).drop_front(2)), inFile(window->stride));
  if (failed(size))
    return failure();
  if (size->size() == 1)
    size->insert(size->begin(), 1);
  for (int i = 0; i < 2; ++i) {
    Growth growth{shapeOf(*image)[2 + i], window->stride[i], window->size[i], window->dilation[i],
                  (*outputPadding)[i]};
    if (!size->empty()) {
      window->low[i] = growth.lowPad((*size)[i], isUpper(node));
      window->high[i] = growth.full() - window->low[i] - (*size)[i];
    }
    window->high[i] -= growth.outputPadding;
  }
  Border border = takeBorder(*window);
  if (spatial == 1) {
    filter.insert(filter.begin() + 2, 1);
    weight = node.reshape(weight, filter);
  }
  MaybeValue nhwc = node.toNhwc(image);
  if (failed(weight) || failed(nhwc))
    return failure();
  int64_t perGroup = channels / groups;
  constexpr int64_t kMostGroups = 1024; // one op for each
  if (groups > kMostGroups)
    return node.unsupported(Twine(groups) + " groups");
  Values parts;
  for (int64_t group = 0; group < groups; ++group) {
    MaybeValue part = groups == 1 ? nhwc : channelsOf(node, *nhwc, group * perGroup, perGroup);
    MaybeValue offset = bias;
    if (*bias && groups > 1)
      offset = channelsOf(node, *bias, group * filter[1], filter[1]);
    MaybeValue spreadFilter =
        spread(node, filterOf(node, *weight, group, perGroup), window->dilation);
    MaybeValue result = node.create<graph::TransposeConv2dOp>(
        part, bordered(node, spreadFilter, border), offset, ArrayRef<int64_t>(window->stride),
        ArrayRef<int64_t>(window->low), ArrayRef<int64_t>(window->high), graph::Activation::None);
    if (failed(result))
      return failure();
    parts.push_back(*result);
  }
  MaybeValue result = parts.front();
  if (groups > 1)
    result = node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(parts.front()),
                                               ValueRange(parts), 3);
  return toRank(node, node.toNchw(result), spatial + 2);
}

void registerConvTranspose(OpTable &table) {
  table.add("ConvTranspose", importConvTranspose, Takes::kReals);
}

} // namespace tandem::onnx
