// Diagonals of matrices, and vectors put on one.
#include "compiler/importers/common/array_functions.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// diag: of a vector a matrix; of others a diagonal, for numpy that of a matrix.
static MaybeValue importDiag(SymbolNode &node) {
  MaybeValue x = node.input(0);
  int64_t offset = node.integer("k", 0), row = node.integer("axis1", 0),
          column = node.integer("axis2", 1);
  if (node.failed() || failed(x))
    return failure();
  return shapeOf(*x).size() == 1 ? onDiagonal(node, x, offset)
                                 : diagonalOf(node, x, offset, row, column);
}
static MaybeValue importDiagFlat(SymbolNode &node) {
  MaybeValue x = node.input(0);
  int64_t offset = node.integer("k", 0);
  if (node.failed() || failed(x))
    return failure();
  return onDiagonal(node, node.reshape(x, *elementCount(shapeOf(*x))), offset);
}
/// diagonal and trace.
template <MaybeValue (*function)(NodeBuilder &, MaybeValue, int64_t, int64_t, int64_t)>
static MaybeValue importOfDiagonal(SymbolNode &node) {
  int64_t offset = node.integer("offset", 0), row = node.integer("axis1", 0),
          column = node.integer("axis2", 1);
  return node.failed() ? MaybeValue(failure()) : function(node, node.input(0), offset, row, column);
}

void registerDiagonal(OpTable &table) {
  for (StringRef op : {"diag", "_np_diag"})
    table.add(op, importDiag);
  table.add("_np_diagflat", importDiagFlat);
  table.add("_np_diagonal", importOfDiagonal<diagonalOf>);
  table.add("_np_trace", importOfDiagonal<traceOf>);
}

} // namespace tandem::mxnet
