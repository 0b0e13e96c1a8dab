#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/grid_sample.h"
#include "compiler/importers/common/resampling.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/volumes.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

/// A batch of images (rank 4) or volumes (rank 5), called 'input' or 'self'.
static MaybeValue resizable(AtenNode &node, size_t rank) {
  if (rank == 4)
    return node.image("input", "self");
  return volumeOf(node, node.has("input") ? "input" : "self");
}

/// How each dimension is resampled: to 'output_size', or by 'scale_factors', which say where
/// elements are taken from even where the size is rounded down.
static FailureOr<SmallVector<Resampling>> readAxes(AtenNode &node, Value input) {
  ArrayRef<int64_t> image = shapeOf(input).drop_front(2);
  SmallVector<Resampling> axes(image.size());
  bool isSized = node.has("output_size");
  SmallVector<int64_t> size;
  SmallVector<double> factors;
  if (!isSized) {
    factors = node.numbers("scale_factors");
  } else {
    size = node.integers("output_size");
    if (size.size() == 1)
      size.resize(image.size(), size.front());
    constexpr StringRef kScales[] = {"scales_d", "scales_h", "scales_w"};
    for (StringRef name : ArrayRef(kScales).take_back(image.size()))
      if (node.has(name))
        factors.push_back(node.number(name));
  }
  if (node.failed())
    return failure();
  if (isSized && size.size() != image.size())
    return node.invalid("'output_size' is " + shapeText(size) + " for an input of shape " +
                        shapeText(shapeOf(input)));
  if (factors.size() != image.size() && !(isSized && factors.empty()))
    return node.invalid("'scale_factors' has " + Twine(factors.size()) + " entries, expected " +
                        Twine(image.size()));
  for (auto [i, axis] : llvm::enumerate(axes)) {
    axis.in = image[i];
    if (!isSized) {
      double exact = std::floor(static_cast<double>(axis.in) * factors[i]);
      if (!(exact >= 1 && exact <= INT32_MAX))
        return node.invalid("'scale_factors' has " + std::to_string(factors[i]));
      axis.out = static_cast<int64_t>(exact);
    } else {
      axis.out = size[i];
    }
    constexpr int64_t kMost = 1 << 24;
    if (axis.in < 1 || axis.out < 1 || axis.out > kMost)
      return node.invalid("a size of " + Twine(axis.out) + " for " + Twine(axis.in));
    axis.scale =
        factors.empty() ? static_cast<double>(axis.out) / static_cast<double>(axis.in) : factors[i];
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

template <size_t rank> static MaybeValue importNearest(AtenNode &node) {
  MaybeValue input = resizable(node, rank);
  if (failed(input))
    return failure();
  auto axes = readAxes(node, *input);
  if (failed(axes))
    return failure();
  if (isPlain(*axes))
    return resizePlainly(node, input, *axes, {});
  MaybeValue result = input;
  for (auto [index, axis] : llvm::enumerate(*axes)) {
    axis.mode = "nearest";
    axis.coordinates = "asymmetric";
    axis.nearest = "floor";
    SmallVector<int64_t> places = axis.nearestPlaces();
    result =
        takeAlong(node, result, node.integerConstant(node.builder().getI64Type(), axis.out, places),
                  2 + static_cast<int64_t>(index));
  }
  return result;
}

/// Interpolation: (tri)linear by ops of the graph where the scale is what the sizes say, else by a
/// matrix for each dimension.
static MaybeValue interpolate(AtenNode &node, StringRef mode, bool antialias, size_t rank = 4) {
  MaybeValue input = resizable(node, rank);
  bool alignCorners = node.flag("align_corners", false);
  if (node.failed() || failed(input))
    return failure();
  auto axes = readAxes(node, *input);
  if (failed(axes))
    return failure();
  if (mode == "linear" && !antialias && (alignCorners || isPlain(*axes)))
    return resizePlainly(
        node, input, *axes,
        {.isLinear = true, .alignCorners = alignCorners, .halfPixelCenters = !alignCorners});
  MaybeValue result = input;
  for (auto [index, axis] : llvm::enumerate(*axes)) {
    axis.mode = mode.str();
    axis.coordinates = alignCorners ? "align_corners" : "half_pixel";
    if (alignCorners) // PyTorch's corners are those of the whole pixels that there are
      axis.scale = static_cast<double>(axis.out) / static_cast<double>(axis.in);
    axis.antialias = axis.excludesOutside = antialias;
    constexpr double kAntialiasCubic = -0.5; // as Pillow has it
    if (antialias)
      axis.cubicCoefficient = kAntialiasCubic;
    result = resampleAlong(node, result, 2 + static_cast<int64_t>(index), axis);
  }
  return result;
}
static MaybeValue importTrilinear(AtenNode &node) {
  return interpolate(node, "linear", /*antialias=*/false, /*rank=*/5);
}
static MaybeValue importBilinear(AtenNode &node) {
  return interpolate(node, "linear", /*antialias=*/false);
}
static MaybeValue importBilinearAntialias(AtenNode &node) {
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
    table.add(("aten.upsample_nearest2d." + form).str(), importNearest<4>);
    table.add(("aten.upsample_nearest3d." + form).str(), importNearest<5>);
    table.add(("aten.upsample_bilinear2d." + form).str(), importBilinear);
    table.add(("aten.upsample_trilinear3d." + form).str(), importTrilinear);
    table.add(("aten.upsample_bicubic2d." + form).str(), importBicubic);
    table.add(("aten._upsample_bilinear2d_aa." + form).str(), importBilinearAntialias);
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
