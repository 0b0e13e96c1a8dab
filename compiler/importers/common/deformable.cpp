#include "compiler/importers/common/deformable.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/grid_sample.h"
#include "compiler/importers/common/pieces.h"

using namespace mlir;

namespace tandem {

namespace {
struct Sizes {
  int64_t batch, channels, results, groupChannels, points; ///< points of a kernel
  std::array<int64_t, 2> image, result;
};

bool isGiven(const MaybeValue &value) {
  return failed(value) || *value;
}

FailureOr<Sizes> sizesOf(NodeBuilder &build, const DeformableInputs &inputs,
                         const DeformableConvolution &how) {
  if (failed(inputs.image) || failed(inputs.filter) || failed(inputs.offsets) ||
      failed(inputs.mask) || failed(inputs.bias))
    return failure();
  ArrayRef<int64_t> image = shapeOf(*inputs.image), filter = shapeOf(*inputs.filter),
                    offsets = shapeOf(*inputs.offsets);
  auto wrong = [&]() -> FailureOr<Sizes> {
    return build.error() << "an image of shape " << shapeText(image) << " with a filter of shape "
                         << shapeText(filter) << ", offsets of shape " << shapeText(offsets) << ", "
                         << how.groups << " groups and " << how.offsetGroups
                         << " groups of offsets, which do not fit";
  };
  if (image.size() != 4 || filter.size() != 4 || offsets.size() != 4 ||
      llvm::is_contained(image, 0) || llvm::is_contained(filter, 0))
    return wrong();
  // Each group is some fifty operations; places are constants.
  constexpr int64_t kMostGroups = 256, kMostPoints = 1 << 12, kMostReach = 1 << 24;
  for (int d = 0; d < 2; ++d)
    if (how.strides[d] < 1 || how.strides[d] > kMostReach || how.dilations[d] < 1 ||
        how.dilations[d] > kMostReach || how.padding[d] < 0 || how.padding[d] > kMostReach ||
        how.kernel[d] < 1 || how.kernel[d] > kMostPoints || offsets[2 + d] < 1 ||
        offsets[2 + d] > kMostReach)
      return wrong();
  if (how.groups > kMostGroups || how.offsetGroups > kMostGroups)
    return wrong();
  Sizes sizes = {image[0],
                 image[1],
                 filter[0],
                 filter[1],
                 how.kernel[0] * how.kernel[1],
                 {image[2], image[3]},
                 {offsets[2], offsets[3]}};
  bool divides = how.groups > 0 && how.offsetGroups > 0 && sizes.results % how.groups == 0 &&
                 sizes.channels % how.offsetGroups == 0 &&
                 sizes.groupChannels * how.groups == sizes.channels;
  if (!divides || filter[2] != how.kernel[0] || filter[3] != how.kernel[1] ||
      offsets[0] != sizes.batch || offsets[1] != how.offsetGroups * sizes.points * 2)
    return wrong();
  SmallVector<int64_t> ofMask = {sizes.batch, how.offsetGroups * sizes.points, sizes.result[0],
                                 sizes.result[1]};
  if (*inputs.mask && shapeOf(*inputs.mask) != ArrayRef(ofMask))
    return wrong();
  if (*inputs.bias && shapeOf(*inputs.bias) != ArrayRef<int64_t>{sizes.results})
    return wrong();
  if (std::max(sizes.result[0], sizes.result[1]) > NodeBuilder::kMaxFill / sizes.points ||
      !hasSaneSize({sizes.batch, sizes.result[0], sizes.result[1], sizes.points, sizes.channels}))
    return wrong();
  return sizes;
}

/// What offsets or a mask have for a group: [batch, part, point, height, width] to [batch, height,
/// width, point].
MaybeValue ofGroup(NodeBuilder &build, MaybeValue x, const Sizes &sizes, int64_t parts,
                   int64_t part) {
  MaybeValue apart =
      build.reshape(x, {sizes.batch, parts, sizes.points, sizes.result[0], sizes.result[1]});
  apart = build.transpose(sliceAlong(build, apart, 1, part, 1), {0, 1, 3, 4, 2});
  return build.reshape(apart, {sizes.batch, sizes.result[0], sizes.result[1], sizes.points});
}

/// Where each point of a kernel is along a dimension without an offset, of the shape above.
MaybeValue placesOf(NodeBuilder &build, const Sizes &sizes, const DeformableConvolution &how,
                    int d) {
  SmallVector<float> places;
  for (int64_t at = 0; at < sizes.result[d]; ++at)
    for (int64_t point = 0; point < sizes.points; ++point) {
      int64_t step = d == 0 ? point / how.kernel[1] : point % how.kernel[1];
      places.push_back(
          static_cast<float>(at * how.strides[d] - how.padding[d] + step * how.dilations[d]));
    }
  SmallVector<int64_t> shape = {1, 1, 1, sizes.points};
  shape[1 + d] = sizes.result[d];
  return build.constant(build.builder().getF32Type(), shape, places);
}

Taps tapsAt(NodeBuilder &build, MaybeValue at, int64_t size, bool blendsEdges) {
  if (blendsEdges || failed(at))
    return tapsOf(build, at, size, Sampling::kLinear, Outside::kZero, /*alignCorners=*/false);
  Type truth = build.builder().getI1Type();
  MaybeValue isInside = build.createTyped<graph::LogicalAndOp>(
      truth, build.compare<graph::GreaterEqualOp>(at, 0.0),
      build.compare<graph::LessOp>(at, static_cast<double>(size)));
  Taps taps = tapsOf(build, clampBetween(build, at, 0, static_cast<double>(size - 1)), size,
                     Sampling::kLinear, Outside::kBorder, /*alignCorners=*/false);
  for (Tap &tap : taps)
    tap.weight = build.multiply(tap.weight, build.cast(isInside, getElementTypeOrSelf(*at)));
  return taps;
}

/// What the kernel reads of the channels of one group of offsets: [batch, height, width, point,
/// channel].
MaybeValue readGroup(NodeBuilder &build, const Sizes &sizes, const DeformableInputs &inputs,
                     const DeformableConvolution &how, int64_t group) {
  int64_t channels = sizes.channels / how.offsetGroups;
  FailureOr<Pixels> pixels =
      pixelsOf(build, sliceAlong(build, inputs.image, 1, group * channels, channels));
  if (failed(pixels))
    return failure();
  // Offsets of y and x take turns.
  MaybeValue offsets = build.reshape(inputs.offsets, {sizes.batch, how.offsetGroups * sizes.points,
                                                      2, sizes.result[0] * sizes.result[1]});
  SmallVector<Taps> taps;
  for (int d = 0; d < 2; ++d) {
    MaybeValue own =
        ofGroup(build, sliceAlong(build, offsets, 2, d, 1), sizes, how.offsetGroups, group);
    taps.push_back(tapsAt(build, build.add(own, placesOf(build, sizes, how, d)), sizes.image[d],
                          how.blendsEdges));
  }
  MaybeValue which = countAlong(build, build.builder().getF32Type(), 4, 0, sizes.batch);
  MaybeValue read = Value();
  combinePixels(build, *pixels, which, taps, read, addUp);
  if (!isGiven(inputs.mask))
    return read;
  MaybeValue mask = ofGroup(build, inputs.mask, sizes, how.offsetGroups, group);
  return build.multiply(
      read, build.reshape(mask, {sizes.batch, sizes.result[0], sizes.result[1], sizes.points, 1}));
}
} // namespace

MaybeValue deformableConvolution(NodeBuilder &build, const DeformableInputs &inputs,
                                 const DeformableConvolution &how) {
  FailureOr<Sizes> sizes = sizesOf(build, inputs, how);
  if (failed(sizes))
    return failure();
  SmallVector<Value> parts;
  for (int64_t group = 0; group < how.offsetGroups; ++group) {
    MaybeValue part = readGroup(build, *sizes, inputs, how, group);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  MaybeValue read = concatAlong(build, parts, 4);
  // Rows of all points and channels of a group times its filter: [result, point * channel].
  int64_t rows = sizes->batch * sizes->result[0] * sizes->result[1];
  int64_t depth = sizes->points * sizes->groupChannels, results = sizes->results / how.groups;
  MaybeValue filter =
      build.reshape(build.transpose(inputs.filter, {0, 2, 3, 1}), {sizes->results, depth});
  SmallVector<Value> products;
  for (int64_t group = 0; group < how.groups; ++group) {
    MaybeValue own = build.reshape(
        sliceAlong(build, read, 4, group * sizes->groupChannels, sizes->groupChannels),
        {rows, depth});
    MaybeValue bias = isGiven(inputs.bias)
                          ? sliceAlong(build, inputs.bias, 0, group * results, results)
                          : MaybeValue(Value());
    MaybeValue product = build.create<graph::FullyConnectedOp>(
        own, sliceAlong(build, filter, 0, group * results, results), bias, graph::Activation::None);
    if (failed(product))
      return failure();
    products.push_back(*product);
  }
  return build.toNchw(
      build.reshape(concatAlong(build, products, 1),
                    {sizes->batch, sizes->result[0], sizes->result[1], sizes->results}));
}

} // namespace tandem
