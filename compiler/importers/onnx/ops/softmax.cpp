#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// Along 'axis', the last one by default. Before opset 13 over all dimensions from 'axis' (1 by
/// default) on, as if they were one. `extra` follows the axis in what makes the op.
template <typename OpT, typename... Extra>
static MaybeValue importAlongAxis(OnnxNode &node, const Extra &...extra) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  bool flattens = node.opset() < 13;
  int64_t axis = node.axis("axis", shape.size(), flattens ? 1 : -1);
  if (node.failed())
    return failure();
  if (!flattens || axis + 1 == static_cast<int64_t>(shape.size()))
    return node.create<OpT>(input, axis, extra...);
  MaybeValue rows = node.reshape(
      input, {*elementCount(shape.take_front(axis)), *elementCount(shape.drop_front(axis))});
  return node.reshape(node.create<OpT>(rows, /*axis=*/1, extra...), shape);
}

static MaybeValue importSoftmax(OnnxNode &node) {
  return importAlongAxis<graph::SoftmaxOp>(node, llvm::APFloat(1.0f));
}
static MaybeValue importLogSoftmax(OnnxNode &node) {
  return importAlongAxis<graph::LogSoftmaxOp>(node);
}

void registerSoftmax(OpTable &table) {
  table.add("Softmax", importSoftmax, Takes::kReals);
  table.add("LogSoftmax", importLogSoftmax, Takes::kReals);
}

} // namespace tandem::onnx
