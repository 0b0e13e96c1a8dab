#include "compiler/importers/common/padding.h"
#include "compiler/importers/onnx/window.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
using Pair = Window::Pair;

/// The pads that make the result `size` large; the odd one is where 'auto_pad' says. A result that
/// is larger without any goes on at its end.
void padToSize(Window &window, Pair image, Pair size, Pair outputPadding, bool isUpper) {
  for (int i = 0; i < 2; ++i) {
    int64_t full = (image[i] - 1) * window.stride[i] + outputPadding[i] +
                   (window.size[i] - 1) * window.dilation[i] + 1;
    int64_t total = full - size[i];
    int64_t cut = std::max<int64_t>(total, 0);
    window.low[i] = isUpper ? cut / 2 : cut - cut / 2;
    window.high[i] = total - window.low[i];
  }
}

/// 'output_shape' and SAME give the result's size, from which the pads follow.
LogicalResult readOutputSize(OnnxNode &node, Window &window, Pair image, Pair outputPadding,
                             size_t spatial) {
  std::string autoPad = node.string("auto_pad", "NOTSET");
  Pair size;
  if (node.hasAttribute("output_shape")) {
    SmallVector<int64_t> given = node.integers("output_shape");
    if (node.failed())
      return failure();
    if (given.size() == spatial + 2) // the batch and channels may be there as well
      given.erase(given.begin(), given.begin() + 2);
    if (given.size() != spatial ||
        llvm::any_of(given, [](int64_t v) { return v < 1 || v > INT32_MAX; }))
      return node.invalid("'output_shape' is " + shapeText(given) + " for " + Twine(spatial) +
                          " dimensions");
    size = spatial == 1 ? Pair{1, given[0]} : Pair{given[0], given[1]};
  } else if (StringRef(autoPad).starts_with("SAME")) {
    size = {image[0] * window.stride[0], image[1] * window.stride[1]};
  } else {
    return success();
  }
  padToSize(window, image, size, outputPadding, autoPad == "SAME_UPPER");
  return success();
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

/// ConvTranspose: the filter is [input, output / group, ...];
/// out = (in - 1) * stride + output padding + (kernel - 1) * dilation + 1 - pads.
static MaybeValue importConvTranspose(OnnxNode &node) {
  MaybeValue input = node.input(0), image = node.image(0), weight = node.input(1),
             bias = node.optionalInput(2);
  int64_t groups = node.integer("group", 1);
  if (node.failed() || failed(input) || failed(image) || failed(weight) || failed(bias))
    return failure();
  size_t spatial = spatialRank(*input);
  SmallVector<int64_t> filter(shapeOf(*weight));
  int64_t channels = shapeOf(*image)[1];
  if (filter.size() != spatial + 2 || groups < 1 || filter[0] != channels || channels % groups != 0)
    return node.invalid("a filter of shape " + shapeText(filter) + " in " + Twine(groups) +
                        " groups for an input of shape " + shapeText(shapeOf(*input)));
  FailureOr<Window> window = readWindow(node, *image, spatial, filter);
  FailureOr<Pair> outputPadding = readPair(node, "output_padding", spatial, 0, 0);
  if (failed(window) || failed(outputPadding))
    return failure();
  Pair size = {shapeOf(*image)[2], shapeOf(*image)[3]};
  if (failed(readOutputSize(node, *window, size, *outputPadding, spatial)))
    return failure();
  for (int i = 0; i < 2; ++i)
    window->high[i] -= (*outputPadding)[i];
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
