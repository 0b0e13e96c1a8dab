#include "compiler/importers/common/pieces.h"
#include "compiler/importers/mxnet/image.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
constexpr int64_t kMostGroups = 1024; // each becomes an op

struct Window {
  Extents stride, low, high, size; ///< the size of the result
};

/// Each group on its own: the graph's op has no groups. `filter` is [output / groups, height,
/// width, input].
MaybeValue convolve(SymbolNode &node, MaybeValue image, MaybeValue filter, MaybeValue bias,
                    const Window &window, int64_t groups) {
  if (failed(image) || failed(filter) || failed(bias))
    return failure();
  int64_t inputs = shapeOf(*image)[3] / groups, outputs = shapeOf(*filter)[0];
  Values parts;
  for (int64_t group = 0; group < groups; ++group) {
    bool isWhole = groups == 1;
    MaybeValue part = node.create<graph::TransposeConv2dOp>(
        isWhole ? image : sliceAlong(node, image, 3, group * inputs, inputs),
        isWhole ? filter : sliceAlong(node, filter, 3, group * inputs, inputs),
        isWhole || !*bias ? bias : sliceAlong(node, bias, 0, group * outputs, outputs),
        window.stride, window.low, window.high, kNoActivation);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  if (groups == 1)
    return parts.front();
  return node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(*image), ValueRange(parts),
                                           int64_t(3));
}

/// 'pad' and 'adj', or what 'target_shape' makes of them: (in - 1) * stride + kernel - pads + adj
/// is the size of the result.
FailureOr<Window> readWindow(SymbolNode &node, const ConvolutionFacts &facts) {
  Extents image = facts.layout.size(shapeOf(facts.input)), pad = facts.pad;
  Extents adjustment = facts.layout.extents(node, "adj", 0),
          target = facts.layout.extents(node, "target_shape", 0);
  if (node.failed())
    return failure();
  Window window = {facts.stride, {}, {}, {}};
  for (size_t i = 0; i < pad.size(); ++i) {
    int64_t whole =
        (image[i] - 1) * window.stride[i] + (facts.kernel[i] - 1) * facts.dilation[i] + 1;
    if (target[i] > whole)
      return node.invalid("'target_shape' is " + shapeText(target) + ", more than there is");
    if (target[i] > 0) {
      pad[i] = (whole - target[i] + 1) / 2;
      adjustment[i] = (whole - target[i]) % 2;
    }
    window.low.push_back(pad[i]);
    window.high.push_back(pad[i] - adjustment[i]);
    window.size.push_back(whole - window.low[i] - window.high[i]);
  }
  return window;
}

/// What the graph's op of images lacks.
LogicalResult checkImage(SymbolNode &node, const ConvolutionFacts &facts, const Window &window) {
  if (facts.dilation != Extents{1, 1})
    return node.unsupported("'dilate' " + shapeText(facts.dilation));
  if (llvm::any_of(window.high, [](int64_t pad) { return pad < 0; }))
    return node.unsupported("'adj' " + shapeText(facts.layout.extents(node, "adj", 0)) +
                            ", more than 'pad'");
  return success();
}
} // namespace

/// Deconvolution: the weight is [input, output / groups, kernel...] (the output last when the
/// layout has it so), the bias left out by default.
static MaybeValue importDeconvolution(SymbolNode &node) {
  FailureOr<ConvolutionFacts> facts = ConvolutionFacts::of(node, /*biasByDefault=*/false);
  if (failed(facts))
    return failure();
  if (facts->groups > kMostGroups)
    return node.unsupported(Twine(facts->groups) + " groups, at most " + Twine(kMostGroups) +
                            " are");
  FailureOr<Window> window = readWindow(node, *facts);
  const ImageLayout &layout = facts->layout;
  if (failed(window) ||
      failed(node.checkShape(
          1, "weight",
          layout.weightShape(facts->channels, facts->filters / facts->groups, facts->kernel))))
    return failure();
  MaybeValue image = layout.toNhwc(node, facts->input),
             weight = layout.weight(node, 1, /*swapped=*/true);
  if (layout.isVolume())
    return layout.fromNhwc(node, convolveVolumeTransposed(node, image, weight, facts->bias(node),
                                                          facts->volumeWindow(),
                                                          tripleOf(window->size), facts->groups));
  if (failed(checkImage(node, *facts, *window)))
    return failure();
  return layout.fromNhwc(node,
                         convolve(node, image, weight, facts->bias(node), *window, facts->groups));
}

/// UpSampling by nearest neighbours, of one input; or by 'bilinear', which is a Deconvolution with
/// a weight for each channel.
static MaybeValue importUpSampling(SymbolNode &node) {
  FailureOr<ImageLayout> layout = ImageLayout::of(node);
  int64_t scale = node.integer("scale");
  StringRef type = node.string("sample_type", "");
  if (failed(layout) || node.failed())
    return failure();
  if (layout->isVolume())
    return node.invalid("it has a volume, expected images");
  constexpr int64_t kMostScale = 1 << 12;
  if (scale < 1 || scale > kMostScale)
    return node.invalid("'scale' is " + Twine(scale));
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  MaybeValue image = layout->toNhwc(node, input);
  Extents size = layout->size(shapeOf(*input));
  if (type == "nearest" && node.inputCount() == 1)
    return layout->fromNhwc(node, node.create<graph::ResizeNearestOp>(
                                      image, Extents{size[0] * scale, size[1] * scale},
                                      /*alignCorners=*/false, /*halfPixelCenters=*/false));
  if (type != "bilinear" || node.inputCount() != 2)
    return node.unsupported("'" + type + "' of " + Twine(node.inputCount()) + " inputs");
  int64_t channels = layout->channels(shapeOf(*input)), kernel = 2 * scale - scale % 2;
  if (channels > kMostGroups)
    return node.unsupported("'bilinear' of " + Twine(channels) + " channels");
  if (failed(node.checkShape(1, "weight", layout->weightShape(channels, 1, {kernel, kernel}))))
    return failure();
  Extents pad = {scale / 2, scale / 2}; // ceil((scale - 1) / 2)
  Window window = {{scale, scale}, pad, pad, {}};
  return layout->fromNhwc(node, convolve(node, image, layout->weight(node, 1, /*swapped=*/true),
                                         MaybeValue(Value()), window, channels));
}

void registerDeconvolution(OpTable &table) {
  table.add("Deconvolution", importDeconvolution);
  table.add("UpSampling", importUpSampling);
}

} // namespace tandem::mxnet
