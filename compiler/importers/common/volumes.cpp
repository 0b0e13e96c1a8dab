#include "compiler/importers/common/volumes.h"

#include "compiler/importers/common/pool_window.h"

using namespace mlir;

namespace tandem {

using Pair = PoolWindow::Pair;

static Pair rowsAndColumns(const Triple &triple) {
  return {triple[1], triple[2]};
}

MaybeValue toNdhwc(NodeBuilder &build, MaybeValue value) {
  return build.transpose(value, {0, 2, 3, 4, 1});
}
MaybeValue toNcdhw(NodeBuilder &build, MaybeValue value) {
  return build.transpose(value, {0, 4, 1, 2, 3});
}

Triple spatialSizes(Value ndhwc) {
  ArrayRef<int64_t> shape = shapeOf(ndhwc);
  return {shape[1], shape[2], shape[3]};
}

MaybeValue asImages(NodeBuilder &build, MaybeValue ndhwc) {
  if (failed(ndhwc))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*ndhwc);
  return build.reshape(ndhwc, {shape[0] * shape[1], shape[2], shape[3], shape[4]});
}
MaybeValue fromImages(NodeBuilder &build, MaybeValue images, int64_t depth) {
  if (failed(images))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*images);
  return build.reshape(images, {shape[0] / depth, depth, shape[1], shape[2], shape[3]});
}

MaybeValue asDepths(NodeBuilder &build, MaybeValue ndhwc) {
  if (failed(ndhwc))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*ndhwc);
  return build.reshape(ndhwc, {shape[0], shape[1], shape[2] * shape[3], shape[4]});
}
MaybeValue fromDepths(NodeBuilder &build, MaybeValue depths, int64_t rows) {
  if (failed(depths))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*depths);
  return build.reshape(depths, {shape[0], shape[1], rows, shape[2] / rows, shape[3]});
}

LogicalResult checkVolume(NodeBuilder &build, Value ndhwc, const VolumeWindow &window) {
  constexpr int64_t kMost = 1 << 24; // products of a few stay in range
  ArrayRef<int64_t> shape = shapeOf(ndhwc);
  if (shape.size() != 5 || llvm::any_of(shape, [](int64_t size) { return size < 1; }))
    return build.error() << "an input of shape " << shapeText(shape)
                         << ", expected a volume (rank 5)";
  for (int i = 0; i < 3; ++i) {
    for (int64_t size : {window.size[i], window.stride[i], window.dilation[i]})
      if (size < 1 || size > kMost)
        return build.error() << "a window of " << shapeText(window.size) << " at strides "
                             << shapeText(window.stride) << " with dilation "
                             << shapeText(window.dilation);
    for (int64_t pad : {window.low[i], window.high[i]})
      if (pad < -kMost || pad > kMost)
        return build.error() << "pads of " << shapeText(window.low) << " and "
                             << shapeText(window.high);
  }
  return success();
}

/// Both windows of a pool of volumes: over rows and columns, and over depths.
static std::pair<PoolWindow, PoolWindow> poolWindows(const VolumeWindow &window, const Triple &size,
                                                     bool roundsUp) {
  PoolWindow image = {.size = rowsAndColumns(window.size),
                      .stride = rowsAndColumns(window.stride),
                      .low = rowsAndColumns(window.low),
                      .high = rowsAndColumns(window.high)};
  PoolWindow depth = {.size = {window.size[0], 1},
                      .stride = {window.stride[0], 1},
                      .low = {window.low[0], 0},
                      .high = {window.high[0], 0}};
  if (roundsUp) {
    roundUp(image, {size[1], size[2]});
    roundUp(depth, {size[0], 1});
  }
  return {image, depth};
}

/// A pool whose windows are the products of those of both steps.
static MaybeValue poolInSteps(NodeBuilder &build, MaybeValue ndhwc, const VolumeWindow &window,
                              bool roundsUp,
                              llvm::function_ref<MaybeValue(MaybeValue, const PoolWindow &)> pool) {
  if (failed(ndhwc) || failed(checkVolume(build, *ndhwc, window)))
    return failure();
  auto [image, depth] = poolWindows(window, spatialSizes(*ndhwc), roundsUp);
  auto changesNothing = [](const PoolWindow &step) {
    return step.size == Pair{1, 1} && step.stride == Pair{1, 1} && !step.isPadded();
  };
  MaybeValue result = ndhwc;
  if (!changesNothing(image))
    result = fromImages(build, pool(asImages(build, result), image), shapeOf(*ndhwc)[1]);
  if (failed(result) || changesNothing(depth))
    return result;
  return fromDepths(build, pool(asDepths(build, result), depth), shapeOf(*result)[2]);
}

MaybeValue maxPoolVolume(NodeBuilder &build, MaybeValue ndhwc, const VolumeWindow &window,
                         bool roundsUp) {
  return poolInSteps(build, ndhwc, window, roundsUp, [&](MaybeValue nhwc, const PoolWindow &step) {
    return maxPool(build, nhwc, step);
  });
}

MaybeValue averagePoolVolume(NodeBuilder &build, MaybeValue ndhwc, const VolumeWindow &window,
                             bool countsPadding, bool roundsUp) {
  return poolInSteps(build, ndhwc, window, roundsUp, [&](MaybeValue nhwc, const PoolWindow &step) {
    return averagePool(build, nhwc, step, countsPadding);
  });
}

/// An image in another size.
static MaybeValue resizeImages(NodeBuilder &build, MaybeValue nhwc, const Pair &size,
                               const VolumeResize &how) {
  if (failed(nhwc) || shapeOf(*nhwc).slice(1, 2) == ArrayRef<int64_t>(size))
    return nhwc;
  if (how.isLinear)
    return build.create<graph::ResizeBilinearOp>(nhwc, ArrayRef<int64_t>(size), how.alignCorners,
                                                 how.halfPixelCenters);
  return build.create<graph::ResizeNearestOp>(nhwc, ArrayRef<int64_t>(size), how.alignCorners,
                                              how.halfPixelCenters);
}

MaybeValue resizeVolume(NodeBuilder &build, MaybeValue ndhwc, const Triple &size,
                        const VolumeResize &how) {
  if (failed(ndhwc) || failed(checkVolume(build, *ndhwc, {.size = size})))
    return failure();
  int64_t depth = shapeOf(*ndhwc)[1];
  MaybeValue images = resizeImages(build, asImages(build, ndhwc), rowsAndColumns(size), how);
  MaybeValue depths = asDepths(build, fromImages(build, images, depth));
  return fromDepths(build, resizeImages(build, depths, {size[0], size[1] * size[2]}, how), size[1]);
}

} // namespace tandem
