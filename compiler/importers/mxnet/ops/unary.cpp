#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// Operators that are one op of the graph.
template <typename OpT> static MaybeValue importUnary(SymbolNode &node) {
  return node.create<OpT>(node.input(0));
}

static MaybeValue importSquare(SymbolNode &node) {
  MaybeValue x = node.input(0);
  return node.create<graph::MulOp>(x, x, kNoActivation);
}

static MaybeValue importReciprocal(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  return node.create<graph::DivOp>(node.scalarLike(*x, 1), x, kNoActivation);
}

void registerUnary(OpTable &table) {
  table.add("relu", importUnary<graph::ReluOp>);
  table.add("sigmoid", importUnary<graph::SigmoidOp>);
  table.add("tanh", importUnary<graph::TanhOp>);
  table.add("exp", importUnary<graph::ExpOp>);
  table.add("log", importUnary<graph::LogOp>);
  table.add("sqrt", importUnary<graph::SqrtOp>);
  table.add("rsqrt", importUnary<graph::RsqrtOp>);
  table.add("abs", importUnary<graph::AbsOp>);
  table.add("negative", importUnary<graph::NegOp>);
  table.add("floor", importUnary<graph::FloorOp>);
  table.add("square", importSquare);
  table.add("reciprocal", importReciprocal);
}

} // namespace tandem::mxnet
