// FULLY_CONNECTED and BATCH_MATMUL.

#include "backends/neuron/host/product.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// The input is taken as rows of the weights' length, whatever its rank. The result has rank 2, or
/// from version 8.2.24 on any with as many elements.
LogicalResult writeFullyConnected(Node &node) {
  MaybeValue input = node.value(0), weights = node.value(1), bias = node.value(2);
  auto activation = node.fuse(3);
  FailureOr<Type> type = node.resultType();
  if (failed(input) || failed(weights) || failed(bias) || failed(activation) || failed(type) ||
      failed(checkBias(node, *input, *weights, *bias)))
    return failure();
  int64_t count = graph::tensorType(*input).getNumElements();
  if (shapeOf(*weights).size() != 2 || count % shapeOf(*weights)[1])
    return node.invalid() << "weights of " << shapeText(shapeOf(*weights))
                          << " do not fit an input of " << shapeText(shapeOf(*input));
  int64_t length = shapeOf(*weights)[1];
  MaybeValue rows =
      node.build().create<graph::ReshapeOp>(*input, ArrayRef<int64_t>{count / length, length});
  MaybeValue product =
      node.make<graph::FullyConnectedOp>(*type, rows, *weights, *bias, *activation);
  std::optional<SmallVector<int64_t>> said = shapeOfOperand(node.output());
  if (succeeded(product) && said && said->size() != 2 && elementCount(*said) &&
      *elementCount(*said) == graph::tensorType(*product).getNumElements())
    product = node.build().create<graph::ReshapeOp>(product, ArrayRef<int64_t>(*said));
  return node.setResult(product);
}

LogicalResult writeBatchMatmul(Node &node) {
  MaybeValue lhs = node.value(0), rhs = node.value(1);
  auto transposeLhs = node.flagOr(2, false), transposeRhs = node.flagOr(3, false);
  if (failed(lhs) || failed(rhs) || failed(transposeLhs) || failed(transposeRhs))
    return failure();
  size_t rank = shapeOf(*lhs).size();
  if (rank < 2 || shapeOf(*rhs).size() != rank)
    return node.invalid() << "matrices of rank " << rank << " and " << shapeOf(*rhs).size();
  return node.emit<graph::BatchMatmulOp>(*lhs, *rhs, *transposeLhs, *transposeRhs);
}
} // namespace

void registerMatrixProduct(HandlerTable &table) {
  table.add(NEURON_FULLY_CONNECTED, writeFullyConnected);
  table.add(NEURON_BATCH_MATMUL, writeBatchMatmul);
}

} // namespace tandem::neuron::host
