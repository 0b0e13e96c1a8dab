#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

/// The result's size: 'output_size', or the input's times 'scale_factors'. A factor that does not
/// give whole numbers samples at other places than the sizes say, and is refused.
static FailureOr<Pair> readSize(AtenNode &node, Value input) {
  if (node.has("output_size")) {
    Pair size = node.pair("output_size");
    return node.failed() ? FailureOr<Pair>(failure()) : size;
  }
  SmallVector<double> factors = node.numbers("scale_factors");
  if (node.failed())
    return failure();
  if (factors.size() != 2)
    return node.invalid("'scale_factors' has " + Twine(factors.size()) + " entries, expected 2");
  Pair size;
  for (int i = 0; i < 2; ++i) {
    double exact = static_cast<double>(shapeOf(input)[2 + i]) * factors[i];
    if (!(exact >= 1 && exact <= INT32_MAX) || exact != std::floor(exact))
      return node.unsupported("'scale_factors' that do not give whole sizes");
    size.push_back(static_cast<int64_t>(exact));
  }
  return size;
}

static MaybeValue importNearest(AtenNode &node) {
  MaybeValue input = node.image("input", "self");
  if (failed(input))
    return failure();
  FailureOr<Pair> size = readSize(node, *input);
  if (failed(size))
    return failure();
  return node.toNchw(node.create<graph::ResizeNearestOp>(
      node.toNhwc(input), *size, /*alignCorners=*/false, /*halfPixelCenters=*/false));
}

static MaybeValue importBilinear(AtenNode &node) {
  MaybeValue input = node.image("input", "self");
  bool alignCorners = node.flag("align_corners", false);
  if (node.failed() || failed(input))
    return failure();
  FailureOr<Pair> size = readSize(node, *input);
  if (failed(size))
    return failure();
  return node.toNchw(node.create<graph::ResizeBilinearOp>(node.toNhwc(input), *size, alignCorners,
                                                          /*halfPixelCenters=*/!alignCorners));
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

void registerResize(OpTable &table) {
  table.add("aten.upsample_nearest2d.vec", importNearest);
  table.add("aten.upsample_nearest2d.default", importNearest);
  table.add("aten.upsample_bilinear2d.vec", importBilinear);
  table.add("aten.upsample_bilinear2d.default", importBilinear);
  table.add("aten.pixel_shuffle.default", importPixelShuffle);
}

} // namespace tandem::torch
