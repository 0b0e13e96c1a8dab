// resize_bilinear, resize_nearest, and blocks of an image that move to its channels or its batch.

#include "compiler/graph/inference.h"

using namespace mlir;

namespace tandem::graph {

template <typename Adaptor>
static LogicalResult inferResize(Location location, Adaptor adaptor, Shapes &shapes) {
  SmallVector<int64_t> result(shapeOf(adaptor.getInput()));
  if (result.size() != 4 || adaptor.getSize()[0] < 1 || adaptor.getSize()[1] < 1)
    return refuse(location, "resize_c1: input must have rank 4, size must be positive");
  if (adaptor.getAlignCorners() && adaptor.getHalfPixelCenters())
    return refuse(location, "resize_c2: align_corners and half_pixel_centers exclude each other");
  result[kHeight] = adaptor.getSize()[0];
  result[kWidth] = adaptor.getSize()[1];
  return infer(shapes, result);
}
LogicalResult ResizeBilinearOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                          Adaptor adaptor, Shapes &shapes) {
  return inferResize(location, adaptor, shapes);
}
LogicalResult ResizeNearestOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                         Adaptor adaptor, Shapes &shapes) {
  return inferResize(location, adaptor, shapes);
}
LogicalResult ResizeBilinearOp::verify() {
  return verifySameElementType(*this, "resize_c3");
}
LogicalResult ResizeNearestOp::verify() {
  return verifySameElementType(*this, "resize_c3");
}

LogicalResult SpaceToDepthOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                        Adaptor adaptor, Shapes &shapes) {
  SmallVector<int64_t> shape(shapeOf(adaptor.getInput()));
  auto block = static_cast<int64_t>(adaptor.getBlock());
  if (shape.size() != 4 || block < 1 || block > INT16_MAX || shape[kHeight] % block ||
      shape[kWidth] % block)
    return refuse(location, "block_c1: block must divide height and width");
  return infer(shapes, {shape[kBatch], shape[kHeight] / block, shape[kWidth] / block,
                        shape[kChannel] * block * block});
}
LogicalResult DepthToSpaceOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                        Adaptor adaptor, Shapes &shapes) {
  SmallVector<int64_t> shape(shapeOf(adaptor.getInput()));
  auto block = static_cast<int64_t>(adaptor.getBlock());
  if (shape.size() != 4 || block < 1 || block > INT16_MAX || shape[kChannel] % (block * block))
    return refuse(location, "block_c1: the square of block must divide the channels");
  return infer(shapes, {shape[kBatch], shape[kHeight] * block, shape[kWidth] * block,
                        shape[kChannel] / (block * block)});
}
LogicalResult SpaceToDepthOp::verify() {
  return verifySameElementType(*this, "block_c2");
}
LogicalResult DepthToSpaceOp::verify() {
  return verifySameElementType(*this, "block_c2");
}

/// Entries of a block, a pad or a crop, as they may come from a file.
static bool areBetween(ArrayRef<int64_t> values, int64_t low, int64_t high) {
  return llvm::all_of(values, [=](int64_t value) { return value >= low && value <= high; });
}

template <typename Adaptor>
static LogicalResult checkBatchBlock(Location location, Adaptor adaptor, ArrayRef<int64_t> low,
                                     ArrayRef<int64_t> high) {
  if (shapeOf(adaptor.getInput()).size() != 4 || !areBetween(adaptor.getBlock(), 1, INT16_MAX) ||
      !areBetween(low, 0, INT32_MAX) || !areBetween(high, 0, INT32_MAX))
    return refuse(location, "batch_block_c1: input must have rank 4, block must be positive, pads "
                            "and crops not negative");
  return success();
}

LogicalResult SpaceToBatchOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                        Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> low = adaptor.getPadLow(), high = adaptor.getPadHigh();
  if (failed(checkBatchBlock(location, adaptor, low, high)))
    return failure();
  SmallVector<int64_t> result(shapeOf(adaptor.getInput()));
  for (int i = 0; i < 2; ++i) {
    int64_t padded = result[kHeight + i] + low[i] + high[i], block = adaptor.getBlock()[i];
    if (padded % block)
      return refuse(location, "batch_block_c2: a block of ", block, " does not divide ", padded);
    result[kHeight + i] = padded / block;
    result[kBatch] *= block;
  }
  return infer(shapes, result);
}

LogicalResult BatchToSpaceOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                        Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> low = adaptor.getCropLow(), high = adaptor.getCropHigh();
  if (failed(checkBatchBlock(location, adaptor, low, high)))
    return failure();
  SmallVector<int64_t> result(shapeOf(adaptor.getInput()));
  int64_t places = adaptor.getBlock()[0] * adaptor.getBlock()[1];
  if (result[kBatch] % places)
    return refuse(location, "batch_block_c2: ", places, " places do not divide ", result[kBatch],
                  " images");
  result[kBatch] /= places;
  for (int i = 0; i < 2; ++i) {
    int64_t whole = result[kHeight + i] * adaptor.getBlock()[i];
    result[kHeight + i] = whole - low[i] - high[i];
    if (result[kHeight + i] < 1)
      return refuse(location, "batch_block_c4: crops of ", low[i], " and ", high[i],
                    " leave nothing of ", whole);
  }
  return infer(shapes, result);
}
LogicalResult SpaceToBatchOp::verify() {
  return verifySameElementType(*this, "batch_block_c3");
}
LogicalResult BatchToSpaceOp::verify() {
  return verifySameElementType(*this, "batch_block_c3");
}

} // namespace tandem::graph
