#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// The second input has height and width of the result.
template <typename OpT, typename Options> static LogicalResult importResize(Node &node) {
  auto options = node.options<Options>();
  FailureOr<Value> input = node.input(0);
  auto size = node.constantInts(1, "the size");
  if (failed(options) || failed(input) || failed(size))
    return failure();
  if (size->size() != 2)
    return node.invalid() << "the size has " << size->size() << " entries, expected 2";
  return node.emit<OpT>(*input, ArrayRef<int64_t>(*size), (*options)->align_corners(),
                        (*options)->half_pixel_centers());
}

void registerResize(OpTable &table) {
  table.add(schema::BuiltinOperator::RESIZE_BILINEAR,
            importResize<graph::ResizeBilinearOp, schema::ResizeBilinearOptions>);
  table.add(schema::BuiltinOperator::RESIZE_NEAREST_NEIGHBOR,
            importResize<graph::ResizeNearestOp, schema::ResizeNearestNeighborOptions>);
}

} // namespace tandem::tflite
