#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/grid_sample.h"
#include "compiler/importers/common/resampling.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/volumes.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

/// A batch of rows, images or volumes.
static MaybeValue readInput(AtenNode &node) {
  MaybeValue input = node.tensor(node.has("input") ? "input" : "self");
  if (succeeded(input) && (shapeOf(*input).size() < 3 || shapeOf(*input).size() > 5))
    return node.unsupported("an input of shape " + shapeText(shapeOf(*input)));
  return input;
}

/// The factors that a node gives, of each dimension behind the channels; none where it has sizes.
static SmallVector<double> readFactors(AtenNode &node, size_t dimensions) {
  if (node.has("scale_factors"))
    return node.numbers("scale_factors");
  constexpr StringRef kOfRows[] = {"scales"}, kOfImages[] = {"scales_d", "scales_h", "scales_w"};
  SmallVector<double> factors;
  for (StringRef name :
       dimensions == 1 ? ArrayRef(kOfRows) : ArrayRef(kOfImages).take_back(dimensions))
    if (node.has(name))
      factors.push_back(node.number(name));
  return factors;
}

/// How the dimensions behind the channels are resampled: to 'output_size', or by 'scale_factors',
/// which say where elements are taken from even where the size is rounded down.
static FailureOr<SmallVector<Resampling>> readAxes(AtenNode &node, Value input) {
  ArrayRef<int64_t> shape = shapeOf(input).drop_front(2);
  bool isSized = node.has("output_size");
  SmallVector<int64_t> size = isSized ? node.integers("output_size") : SmallVector<int64_t>(shape);
  SmallVector<double> factors = readFactors(node, shape.size());
  if (node.failed())
    return failure();
  if (size.size() != shape.size() || (factors.size() != shape.size() && !factors.empty()) ||
      (factors.empty() && !isSized))
    return node.invalid("'output_size' has " + Twine(size.size()) + " entries, 'scale_factors' " +
                        Twine(factors.size()) + ", expected " + Twine(shape.size()));
  SmallVector<Resampling> axes(shape.size());
  for (auto [index, axis] : llvm::enumerate(axes)) {
    axis.in = shape[index];
    axis.out = size[index];
    if (!isSized) {
      double exact = std::floor(static_cast<double>(axis.in) * factors[index]);
      if (!(exact >= 1 && exact <= INT32_MAX))
        return node.invalid("'scale_factors' has " + std::to_string(factors[index]));
      axis.out = static_cast<int64_t>(exact);
    }
    constexpr int64_t kMost = 1 << 24;
    if (axis.in < 1 || axis.out < 1 || axis.out > kMost)
      return node.invalid("a size of " + Twine(axis.out) + " for " + Twine(axis.in));
    axis.scale = factors.empty() ? static_cast<double>(axis.out) / static_cast<double>(axis.in)
                                 : factors[index];
  }
  return axes;
}

/// Whether the scale is what the sizes say, as the graph's ops have it.
static bool isPlain(ArrayRef<Resampling> axes) {
  return llvm::all_of(axes, [](const Resampling &axis) {
    return axis.scale * static_cast<double>(axis.in) == static_cast<double>(axis.out);
  });
}

/// By the graph's ops of images.
static MaybeValue resizePlainly(AtenNode &node, MaybeValue input, ArrayRef<Resampling> axes,
                                const VolumeResize &how) {
  if (axes.size() == 3)
    return toNcdhw(node, resizeVolume(node, toNdhwc(node, input),
                                      {axes[0].out, axes[1].out, axes[2].out}, how));
  Pair size = {axes[0].out, axes[1].out};
  MaybeValue nhwc = node.toNhwc(input);
  return node.toNchw(how.isLinear ? node.create<graph::ResizeBilinearOp>(
                                        nhwc, size, how.alignCorners, how.halfPixelCenters)
                                  : node.create<graph::ResizeNearestOp>(
                                        nhwc, size, how.alignCorners, how.halfPixelCenters));
}

/// aten.upsample_nearest: the pixel that begins before the place; 'exact' ones the one that the
/// middle of the result's pixel falls into.
template <bool isExact> static MaybeValue importNearest(AtenNode &node) {
  MaybeValue input = readInput(node);
  if (failed(input))
    return failure();
  auto axes = readAxes(node, *input);
  if (failed(axes))
    return failure();
  if (isPlain(*axes) && axes->size() > 1 && !isExact)
    return resizePlainly(node, input, *axes, {});
  MaybeValue result = input;
  for (auto [index, axis] : llvm::enumerate(*axes)) {
    axis.mode = "nearest";
    axis.coordinates = isExact ? "half_pixel" : "asymmetric";
    axis.nearest = isExact ? "round_prefer_ceil" : "floor";
    SmallVector<int64_t> places = axis.nearestPlaces();
    result =
        takeAlong(node, result, node.integerConstant(node.builder().getI64Type(), axis.out, places),
                  2 + static_cast<int64_t>(index));
  }
  return result;
}

/// Interpolation: (tri)linear by ops of the graph where the scale is what the sizes say, else by a
/// matrix for each dimension.
static MaybeValue interpolate(AtenNode &node, StringRef mode, bool antialias) {
  MaybeValue input = readInput(node);
  bool alignCorners = node.flag("align_corners", false);
  if (node.failed() || failed(input))
    return failure();
  auto axes = readAxes(node, *input);
  if (failed(axes))
    return failure();
  bool isOfGraph = axes->size() > 1 && mode == "linear" && !antialias;
  if (isOfGraph && (alignCorners || isPlain(*axes)))
    return resizePlainly(
        node, input, *axes,
        {.isLinear = true, .alignCorners = alignCorners, .halfPixelCenters = !alignCorners});
  MaybeValue result = input;
  for (auto [index, axis] : llvm::enumerate(*axes)) {
    axis.mode = mode.str();
    axis.coordinates = alignCorners ? "align_corners" : "half_pixel";
    if (alignCorners) // PyTorch's corners are those of the whole pixels that there are
      axis.scale = static_cast<double>(axis.out) / static_cast<double>(axis.in);
    if (alignCorners && antialias) { // which has their distance, but not their places
      if (axis.in == 1 || axis.out == 1)
        return node.unsupported("antialiased corners of one pixel");
      axis.coordinates = "half_pixel";
      axis.scale = static_cast<double>(axis.out - 1) / static_cast<double>(axis.in - 1);
    }
    axis.antialias = axis.excludesOutside = antialias;
    constexpr double kAntialiasCubic = -0.5; // as Pillow has it
    if (antialias)
      axis.cubicCoefficient = kAntialiasCubic;
    result = resampleAlong(node, result, 2 + static_cast<int64_t>(index), axis);
  }
  return result;
}
static MaybeValue importLinear(AtenNode &node) {
  return interpolate(node, "linear", /*antialias=*/false);
}
static MaybeValue importLinearAntialias(AtenNode &node) {
  return interpolate(node, "linear", /*antialias=*/true);
}
static MaybeValue importBicubic(AtenNode &node) {
  return interpolate(node, "cubic", /*antialias=*/false);
}
static MaybeValue importBicubicAntialias(AtenNode &node) {
  return interpolate(node, "cubic", /*antialias=*/true);
}

/// aten.grid_sampler: interpolation and padding are numbers.
static MaybeValue importGridSampler(AtenNode &node) {
  MaybeValue image = node.tensor("input"), grid = node.tensor("grid");
  int64_t mode = node.integer("interpolation_mode"), padding = node.integer("padding_mode");
  bool alignCorners = node.flag("align_corners", false);
  if (node.failed() || mode < 0 || mode > 2 || padding < 0 || padding > 2)
    return node.invalid("mode " + Twine(mode) + " with padding " + Twine(padding));
  constexpr Sampling kModes[] = {Sampling::kLinear, Sampling::kNearest, Sampling::kCubic};
  constexpr Outside kPaddings[] = {Outside::kZero, Outside::kBorder, Outside::kReflection};
  return gridSample(node, image, grid, kModes[mode], kPaddings[padding], alignCorners);
}

static MaybeValue importPixelShuffle(AtenNode &node) {
  MaybeValue input = node.image("self");
  int64_t factor = node.integer("upscale_factor");
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  constexpr int64_t kMostFactor = 1 << 12;
  if (factor < 1 || factor > kMostFactor || shape[1] % (factor * factor))
    return node.invalid("'upscale_factor' is " + Twine(factor) + " for " + Twine(shape[1]) +
                        " channels");
  return pixelShuffle(node, input, factor);
}

/// aten.pixel_unshuffle: blocks of pixels become channels (channel, row, column).
static MaybeValue importPixelUnshuffle(AtenNode &node) {
  MaybeValue input = node.image("self");
  int64_t factor = node.integer("downscale_factor");
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (factor < 1 || shape[2] % factor || shape[3] % factor)
    return node.invalid("'downscale_factor' is " + Twine(factor) + " for an input of shape " +
                        shapeText(shape));
  int64_t height = shape[2] / factor, width = shape[3] / factor;
  MaybeValue split = node.reshape(input, {shape[0], shape[1], height, factor, width, factor});
  return node.reshape(node.transpose(split, {0, 1, 3, 5, 2, 4}),
                      {shape[0], shape[1] * factor * factor, height, width});
}

/// aten.channel_shuffle: channels of all groups in turn.
static MaybeValue importChannelShuffle(AtenNode &node) {
  MaybeValue input = node.image("self");
  int64_t groups = node.integer("groups");
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (groups < 1 || shape[1] % groups)
    return node.invalid("'groups' is " + Twine(groups) + " for " + Twine(shape[1]) + " channels");
  MaybeValue split = node.reshape(input, {shape[0], groups, shape[1] / groups, shape[2], shape[3]});
  return node.reshape(node.transpose(split, {0, 2, 1, 3, 4}), shape);
}

void registerResize(OpTable &table) {
  for (StringRef form : {"vec", "default"}) {
    for (StringRef rank : {"1d.", "2d.", "3d."}) {
      table.add(("aten.upsample_nearest" + rank + form).str(), importNearest<false>);
      table.add(("aten._upsample_nearest_exact" + rank + form).str(), importNearest<true>);
    }
    for (StringRef kind : {"linear1d.", "bilinear2d.", "trilinear3d."})
      table.add(("aten.upsample_" + kind + form).str(), importLinear);
    table.add(("aten.upsample_bicubic2d." + form).str(), importBicubic);
    table.add(("aten._upsample_bilinear2d_aa." + form).str(), importLinearAntialias);
    table.add(("aten._upsample_bicubic2d_aa." + form).str(), importBicubicAntialias);
  }
  table.add("aten.grid_sampler.default", importGridSampler);
  table.add("aten.grid_sampler_2d.default", importGridSampler);
  table.add("aten.grid_sampler_3d.default", importGridSampler);
  table.add("aten.pixel_shuffle.default", importPixelShuffle);
  table.add("aten.pixel_unshuffle.default", importPixelUnshuffle);
  table.add("aten.channel_shuffle.default", importChannelShuffle);
}

} // namespace tandem::torch
