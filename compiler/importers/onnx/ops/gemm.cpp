#include "compiler/importers/onnx/gemm.h"
#include "compiler/importers/common/decompositions.h"

using namespace mlir;

namespace tandem::onnx {

static constexpr auto kNone = graph::Activation::None;

static MaybeValue scaledBy(OnnxNode &node, MaybeValue value, double factor) {
  if (failed(value) || factor == 1)
    return value;
  return node.create<graph::MulOp>(value, node.scalarLike(*value, factor), kNone);
}

/// Gemm: alpha * A' B' + beta * C, where C broadcasts to the result.
MaybeValue importGemm(OnnxNode &node) {
  bool turnA = node.flag("transA", false), turnB = node.flag("transB", false);
  double alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  MaybeValue rows = turnA ? node.transposed(0, {1, 0}) : node.input(0);
  MaybeValue filter = turnB ? node.input(1) : node.transposed(1, {1, 0});
  MaybeValue offset = node.optionalInput(2);
  if (node.failed() || failed(rows) || failed(filter) || failed(offset))
    return failure();
  if (shapeOf(*rows).size() != 2 || shapeOf(*filter).size() != 2)
    return node.invalid("shapes " + shapeText(shapeOf(*rows)) + " and " +
                        shapeText(shapeOf(*filter)) + ", expected matrices");
  if (!*offset || beta == 0)
    return scaledBy(node, multiplyRows(node, rows, filter, Value()), alpha);
  offset = scaledBy(node, offset, beta);
  if (failed(offset))
    return failure();
  int64_t columns = shapeOf(*filter)[0];
  bool isRow = *elementCount(shapeOf(*offset)) == columns && shapeOf(*offset).size() > 0 &&
               shapeOf(*offset).back() == columns;
  if (isRow && alpha == 1)
    return multiplyRows(node, rows, filter, node.reshape(offset, columns));
  MaybeValue product = scaledBy(node, multiplyRows(node, rows, filter, Value()), alpha);
  return node.create<graph::AddOp>(product, offset, kNone);
}

void registerGemm(OpTable &table) {
  table.add("Gemm", importGemm, Takes::kReals);
}

} // namespace tandem::onnx
