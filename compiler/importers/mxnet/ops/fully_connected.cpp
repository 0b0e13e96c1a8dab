#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// FullyConnected: the weight is [num_hidden, input], as the graph has it. With 'flatten' all but
/// the first dimension are the input, else the last is.
static MaybeValue importFullyConnected(SymbolNode &node) {
  int64_t units = node.integer("num_hidden");
  bool noBias = node.flag("no_bias", false), flatten = node.flag("flatten", true);
  MaybeValue input = node.input(0);
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.empty())
    return node.invalid("its input has no dimensions");
  if (flatten && shape.size() != 2)
    input = node.reshape(input, {shape.front(), *elementCount(shape.drop_front())});
  if (failed(input) || failed(node.checkShape(1, "weight", {units, shapeOf(*input).back()})))
    return failure();
  return multiplyRows(node, input, node.input(1), noBias ? MaybeValue(Value()) : node.input(2));
}

/// dot of matrices; the weight on the right is a filter when it is transposed.
static MaybeValue importDot(SymbolNode &node) {
  bool transposeLeft = node.flag("transpose_a", false),
       transposeRight = node.flag("transpose_b", false);
  FailureOr<Ints> left = node.shape(0), right = node.shape(1);
  if (node.failed() || failed(left) || failed(right))
    return failure();
  if (left->size() != 2 || right->size() != 2)
    return node.unsupported("shapes " + shapeText(*left) + " and " + shapeText(*right) +
                            ", only matrices are");
  constexpr int64_t kSwap[] = {1, 0};
  return multiplyRows(node, transposeLeft ? node.transposed(0, kSwap) : node.input(0),
                      transposeRight ? node.input(1) : node.transposed(1, kSwap),
                      MaybeValue(Value()));
}

/// batch_dot and _linalg_gemm2, which is alpha * a x b.
static MaybeValue importBatchDot(SymbolNode &node) {
  bool transposeLeft = node.flag("transpose_a", false),
       transposeRight = node.flag("transpose_b", false);
  double alpha = node.number("alpha", 1);
  bool otherAxis = node.integer("axis", -2) != -2;
  MaybeValue left = node.input(0), right = node.input(1);
  if (node.failed() || failed(left) || failed(right))
    return failure();
  if (otherAxis)
    return node.unsupported("'axis' other than -2");
  MaybeValue product =
      node.create<graph::BatchMatmulOp>(left, right, transposeLeft, transposeRight);
  return alpha == 1
             ? product
             : node.create<graph::MulOp>(product, node.scalarLike(*left, alpha), kNoActivation);
}

void registerFullyConnected(OpTable &table) {
  table.add("FullyConnected", importFullyConnected);
  table.add("dot", importDot);
  table.add("batch_dot", importBatchDot);
  table.add("_linalg_gemm2", importBatchDot);
}

} // namespace tandem::mxnet
