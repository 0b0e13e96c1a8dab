#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
/// Truths of a matrix, on its diagonal.
MaybeValue onDiagonal(NodeBuilder &build, int64_t rows, int64_t columns) {
  if (!hasSaneSize({rows, columns}) || rows * columns > NodeBuilder::kMaxFill)
    return build.error() << "a diagonal of " << rows << "x" << columns << " is too large";
  SmallVector<int64_t> truths(rows * columns, 0);
  for (int64_t i = 0; i < std::min(rows, columns); ++i)
    truths[i * columns + i] = 1;
  return build.integerConstant(build.builder().getI1Type(), {rows, columns}, truths);
}

bool isPlain(Value value) {
  return !isa<quant::QuantizedType>(getElementTypeOrSelf(value));
}

/// MATRIX_DIAG: each row becomes the diagonal of a matrix of zeros.
LogicalResult importMatrixDiag(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  if (!isPlain(*input))
    return node.unsupported() << "codes";
  SmallVector<int64_t> shape(shapeOf(*input));
  if (shape.empty())
    return node.invalid() << "the input is a scalar";
  NodeBuilder &build = node.build();
  int64_t size = shape.back();
  shape.insert(shape.end() - 1, 1);
  return node.setOutput(build.select(onDiagonal(build, size, size), build.reshape(input, shape),
                                     build.scalarLike(*input, 0)));
}

/// MATRIX_SET_DIAG: matrices with another diagonal, which is as long as their shorter side.
LogicalResult importMatrixSetDiag(Node &node) {
  FailureOr<Value> input = node.input(0), diagonal = node.input(1);
  if (failed(input) || failed(diagonal))
    return failure();
  if (!isPlain(*input))
    return node.unsupported() << "codes";
  ArrayRef<int64_t> matrices = shapeOf(*input);
  if (matrices.size() < 2)
    return node.invalid() << "the input has shape " << shapeText(matrices) << ", no matrix";
  int64_t rows = matrices[matrices.size() - 2], columns = matrices.back();
  SmallVector<int64_t> expected(matrices.drop_back(2)), aligned = expected;
  expected.push_back(std::min(rows, columns));
  if (shapeOf(*diagonal) != ArrayRef(expected))
    return node.invalid() << "a diagonal of shape " << shapeText(shapeOf(*diagonal)) << " for "
                          << shapeText(matrices);
  // Along the shorter side every element is in the diagonal.
  if (rows <= columns)
    aligned.append({rows, 1});
  else
    aligned.append({1, columns});
  NodeBuilder &build = node.build();
  return node.setOutput(
      build.select(onDiagonal(build, rows, columns), build.reshape(diagonal, aligned), input));
}
} // namespace

void registerDiagonal(OpTable &table) {
  table.add(schema::BuiltinOperator::MATRIX_DIAG, importMatrixDiag);
  table.add(schema::BuiltinOperator::MATRIX_SET_DIAG, importMatrixSetDiag);
}

} // namespace tandem::tflite
