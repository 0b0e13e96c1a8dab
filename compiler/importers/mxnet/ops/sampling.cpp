// Images sampled at places that are computed.
#include "compiler/importers/common/grid_sample.h"
#include "compiler/importers/mxnet/image.h"

using namespace mlir;

namespace tandem::mxnet {

/// BilinearSampler: a grid [batch, (x, y), row, column] from -1 to 1, zeros outside.
static MaybeValue sampleAt(SymbolNode &node, MaybeValue grid) {
  return gridSample(node, node.input(0), grid, Sampling::kLinear, Outside::kZero,
                    /*alignCorners=*/true);
}
static MaybeValue importSampler(SymbolNode &node) {
  MaybeValue grid = node.input(1);
  if (failed(grid))
    return failure();
  if (shapeOf(*grid).size() != 4 || shapeOf(*grid)[1] != 2)
    return node.invalid("a grid of shape " + shapeText(shapeOf(*grid)));
  return sampleAt(node, node.transpose(grid, {0, 2, 3, 1}));
}

/// The grid [batch, row, column, (x, y)] of affine transformations [batch, 6].
static MaybeValue gridOf(SymbolNode &node, size_t input) {
  MaybeValue theta = node.input(input);
  Ints size = node.integers("target_shape");
  StringRef type = node.string("transform_type", "affine");
  if (node.failed() || failed(theta))
    return failure();
  if (type != "affine")
    return node.unsupported("'transform_type' '" + type + "'");
  ArrayRef<int64_t> shape = shapeOf(*theta);
  if (shape.size() != 2 || shape[1] != 6 || size.size() != 2 || size[0] < 1 || size[1] < 1 ||
      !hasSaneSize(size))
    return node.invalid("'target_shape' is " + node.string("target_shape", "()") +
                        " for transformations of shape " + shapeText(shape));
  return affineGrid(node, node.reshape(theta, {shape[0], 2, 3}), size, /*alignCorners=*/true);
}
static MaybeValue importGridGenerator(SymbolNode &node) {
  return node.transpose(gridOf(node, 0), {0, 3, 1, 2});
}

static MaybeValue importTransformer(SymbolNode &node) {
  StringRef type = node.string("sampler_type", "bilinear");
  if (type != "bilinear")
    return node.unsupported("'sampler_type' '" + type + "'");
  return sampleAt(node, gridOf(node, 1));
}

void registerSampling(OpTable &table) {
  table.add("BilinearSampler", importSampler);
  table.add("GridGenerator", importGridGenerator);
  table.add("SpatialTransformer", importTransformer);
}

} // namespace tandem::mxnet
