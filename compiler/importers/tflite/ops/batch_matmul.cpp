#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tflite/hybrid.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// f32 times constant codes (hybrid): a product of rows for each matrix of the batch.
static MaybeValue hybridMatmul(NodeBuilder &build, MaybeValue lhs, MaybeValue rhs,
                               const schema::BatchMatMulOptions &options) {
  SmallVector<int64_t> order;
  for (size_t d = 0; d < shapeOf(*lhs).size(); ++d)
    order.push_back(static_cast<int64_t>(d));
  std::swap(order[order.size() - 2], order.back());
  if (options.adj_x())
    lhs = build.transpose(lhs, order);
  if (!options.adj_y()) // a filter has the sum's dimension last
    rhs = build.transpose(rhs, order);
  if (failed(lhs) || failed(rhs))
    return failure();
  SmallVector<int64_t> left(shapeOf(*lhs)), right(shapeOf(*rhs)), result = left;
  result.back() = right[right.size() - 2];
  int64_t rows = left[left.size() - 2], inner = left.back(), columns = result.back();
  int64_t batches = *elementCount(ArrayRef(left).drop_back(2));
  lhs = build.reshape(lhs, {batches * rows, inner});
  rhs = build.reshape(rhs, {batches * columns, inner});
  SmallVector<Value> products;
  for (int64_t i = 0; i < batches; ++i) {
    MaybeValue product = hybridProduct(build, sliceAlong(build, lhs, 0, i * rows, rows),
                                       sliceAlong(build, rhs, 0, i * columns, columns), Value(),
                                       options.asymmetric_quantize_inputs());
    if (failed(product))
      return failure();
    products.push_back(*product);
  }
  return build.reshape(concatAlong(build, products, 0), result);
}

/// BATCH_MATMUL, whose leading dimensions broadcast.
static LogicalResult importBatchMatmul(Node &node) {
  auto options = node.options<schema::BatchMatMulOptions>();
  FailureOr<Value> lhs = node.input(0), rhs = node.input(1);
  if (failed(options) || failed(lhs) || failed(rhs))
    return failure();
  ArrayRef<int64_t> left = shapeOf(*lhs), right = shapeOf(*rhs);
  if (left.size() < 2 || right.size() < 2)
    return node.invalid() << "expected operands of rank 2 or more";
  if (getElementTypeOrSelf(*lhs).isF32() && graph::isQuantized(rhs->getType())) {
    if (left.drop_back(2) != right.drop_back(2))
      return node.unsupported() << "leading dimensions of codes that broadcast";
    constexpr int64_t kMostMatrices = 64;
    if (*elementCount(left.drop_back(2)) > kMostMatrices)
      return node.unsupported() << "more than " << kMostMatrices << " matrices of codes";
    return node.setOutput(hybridMatmul(node.build(), lhs, rhs, **options));
  }
  if (left.drop_back(2) != right.drop_back(2))
    return node.setOutput(
        matrixProduct(node.build(), lhs, rhs, (*options)->adj_x(), (*options)->adj_y()));
  return node.emit<graph::BatchMatmulOp>(*lhs, *rhs, (*options)->adj_x(), (*options)->adj_y());
}

void registerBatchMatmul(OpTable &table) {
  table.add(schema::BuiltinOperator::BATCH_MATMUL, importBatchMatmul);
}

} // namespace tandem::tflite
