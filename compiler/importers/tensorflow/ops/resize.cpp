#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// ResizeBilinear, ResizeNearestNeighbor: images are NHWC always; the second input is height and
/// width of the result, which ResizeBilinear makes float32.
template <typename OpT> static MaybeValue importResize(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> size = node.integers(1, "the size");
  bool alignCorners = node.flag("align_corners", false),
       halfPixelCenters = node.flag("half_pixel_centers", false);
  if (node.failed() || failed(input) || failed(size))
    return failure();
  if (size->size() != 2)
    return node.invalid("the size has " + Twine(size->size()) + " entries, expected 2");
  if (std::is_same_v<OpT, graph::ResizeBilinearOp> && !getElementTypeOrSelf(*input).isF32())
    input = node.createTyped<graph::CastOp>(node.builder().getF32Type(), input);
  return node.create<OpT>(input, *size, alignCorners, halfPixelCenters);
}

void registerResize(OpTable &table) {
  table.add("ResizeBilinear", importResize<graph::ResizeBilinearOp>);
  table.add("ResizeNearestNeighbor", importResize<graph::ResizeNearestOp>);
}

} // namespace tandem::tensorflow
