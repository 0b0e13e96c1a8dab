#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

static constexpr auto kNone = graph::Activation::None;

/// aten.linear: the weight is [N, K], as the graph has it; a vector is the one row of it whose
/// dimension the result does not have.
static MaybeValue importLinear(AtenNode &node) {
  MaybeValue weight = node.tensor("weight"), bias = node.optionalTensor("bias");
  if (failed(weight) || failed(bias))
    return failure();
  if (shapeOf(*weight).size() == 1) {
    MaybeValue product = matrixProduct(node, node.tensor("input"), weight);
    return *bias ? node.add(product, bias) : product;
  }
  return multiplyRows(node, node.tensor("input"), weight, bias);
}

/// A matrix [K, N] as a filter [N, K]; a constant's transpose is folded on the spot.
static MaybeValue asFilter(AtenNode &node, MaybeValue matrix) {
  if (succeeded(matrix) && shapeOf(*matrix).size() != 2)
    return node.invalid("an operand has shape " + shapeText(shapeOf(*matrix)) +
                        ", expected a matrix");
  return node.transpose(matrix, {1, 0});
}

static MaybeValue importMm(AtenNode &node) {
  return multiplyRows(node, node.tensor("self"), asFilter(node, node.tensor("mat2")), Value());
}

/// product + offset * beta, which is not read where beta is 0: it may be no number.
static MaybeValue addScaled(AtenNode &node, MaybeValue product, MaybeValue offset, double beta) {
  return beta == 0 ? product : node.add(product, node.multiply(offset, beta));
}

/// aten.addmm: self * beta + mat1 x mat2 * alpha.
static MaybeValue importAddmm(AtenNode &node) {
  MaybeValue offset = node.tensor("self");
  double alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  if (node.failed() || failed(offset))
    return failure();
  MaybeValue rows = node.tensor("mat1"), filter = asFilter(node, node.tensor("mat2"));
  if (alpha != 1 || beta == 0)
    return addScaled(node, node.multiply(multiplyRows(node, rows, filter, Value()), alpha), offset,
                     beta);
  offset = node.multiply(offset, beta);
  if (failed(offset))
    return failure();
  if (failed(filter) || shapeOf(*offset) == shapeOf(*filter).take_front())
    return multiplyRows(node, rows, filter, offset);
  return node.create<graph::AddOp>(multiplyRows(node, rows, filter, Value()), offset, kNone);
}

static MaybeValue importBmm(AtenNode &node) {
  return node.create<graph::BatchMatmulOp>(node.tensor("self"), node.tensor("mat2"),
                                           /*transposeLhs=*/false, /*transposeRhs=*/false);
}

static MaybeValue importMatmul(AtenNode &node) {
  return matrixProduct(node, node.tensor("self"), node.tensor("other"));
}

void registerLinear(OpTable &table) {
  table.add("aten.linear.default", importLinear);
  table.add("aten.mm.default", importMm);
  table.add("aten.addmm.default", importAddmm);
  table.add("aten.bmm.default", importBmm);
  table.add("aten.matmul.default", importMatmul);
}

} // namespace tandem::torch
