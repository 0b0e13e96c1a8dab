#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// Operators that are one op of the graph.
template <typename OpT> static MaybeValue importUnary(AtenNode &node) {
  return node.create<OpT>(node.tensor("self"));
}

static MaybeValue importReciprocal(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  return node.create<graph::DivOp>(node.scalarLike(*x, 1), x, graph::Activation::None);
}

void registerUnary(OpTable &table) {
  table.add("aten.relu.default", importUnary<graph::ReluOp>);
  table.add("aten.relu6.default", importUnary<graph::Relu6Op>);
  table.add("aten.sigmoid.default", importUnary<graph::SigmoidOp>);
  table.add("aten.tanh.default", importUnary<graph::TanhOp>);
  table.add("aten.hardswish.default", importUnary<graph::HardSwishOp>);
  table.add("aten.hardsigmoid.default", importUnary<graph::HardSigmoidOp>);
  table.add("aten.exp.default", importUnary<graph::ExpOp>);
  table.add("aten.log.default", importUnary<graph::LogOp>);
  table.add("aten.sqrt.default", importUnary<graph::SqrtOp>);
  table.add("aten.rsqrt.default", importUnary<graph::RsqrtOp>);
  table.add("aten.abs.default", importUnary<graph::AbsOp>);
  table.add("aten.neg.default", importUnary<graph::NegOp>);
  table.add("aten.floor.default", importUnary<graph::FloorOp>);
  table.add("aten.reciprocal.default", importReciprocal);
}

} // namespace tandem::torch
