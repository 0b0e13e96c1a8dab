#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

/// The operand in the result's type: PyTorch takes integers where the result is real.
static MaybeValue operandOf(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  std::optional<Type> type = node.resultType();
  return failed(x) ? x : node.cast(x, type.value_or(getElementTypeOrSelf(*x)));
}

/// Operators that are one op of the graph.
template <typename OpT> static MaybeValue importUnary(AtenNode &node) {
  return node.create<OpT>(operandOf(node));
}
/// Those that the graph composes.
template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
static MaybeValue importComposed(AtenNode &node) {
  return function(node, operandOf(node));
}

/// Of integers as well.
static MaybeValue importRelu(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (succeeded(x) && isa<IntegerType>(getElementTypeOrSelf(*x)))
    return node.create<graph::MaximumOp>(x, node.scalarLike(*x, 0));
  return node.create<graph::ReluOp>(x);
}

static MaybeValue logarithm(AtenNode &node, MaybeValue x, double base) {
  return node.multiply(node.create<graph::LogOp>(x), 1 / std::log(base));
}
static MaybeValue importLog2(AtenNode &node) {
  return logarithm(node, operandOf(node), 2);
}
static MaybeValue importLog10(AtenNode &node) {
  return logarithm(node, operandOf(node), 10);
}
static MaybeValue importExp2(AtenNode &node) {
  return node.create<graph::ExpOp>(node.multiply(operandOf(node), std::log(2.0)));
}
static MaybeValue importErfc(AtenNode &node) {
  return node.add(node.create<graph::NegOp>(node.create<graph::ErfOp>(operandOf(node))), 1);
}

void registerUnary(OpTable &table) {
  table.add("aten.relu.default", importRelu);
  table.add("aten.relu6.default", importUnary<graph::Relu6Op>);
  table.add("aten.sigmoid.default", importUnary<graph::SigmoidOp>);
  table.add("aten.tanh.default", importUnary<graph::TanhOp>);
  table.add("aten.hardswish.default", importUnary<graph::HardSwishOp>);
  table.add("aten.hardsigmoid.default", importUnary<graph::HardSigmoidOp>);
  table.add("aten.erf.default", importUnary<graph::ErfOp>);
  table.add("aten.exp.default", importUnary<graph::ExpOp>);
  table.add("aten.log.default", importUnary<graph::LogOp>);
  table.add("aten.sqrt.default", importUnary<graph::SqrtOp>);
  table.add("aten.rsqrt.default", importUnary<graph::RsqrtOp>);
  table.add("aten.abs.default", importUnary<graph::AbsOp>);
  table.add("aten.neg.default", importUnary<graph::NegOp>);
  table.add("aten.floor.default", importUnary<graph::FloorOp>);
  table.add("aten.ceil.default", importUnary<graph::CeilOp>);
  table.add("aten.round.default", importUnary<graph::RoundOp>);
  table.add("aten.sin.default", importUnary<graph::SinOp>);
  table.add("aten.cos.default", importUnary<graph::CosOp>);
  table.add("aten.atan.default", importUnary<graph::AtanOp>);
  table.add("aten.square.default", importComposed<square>);
  table.add("aten.reciprocal.default", importComposed<reciprocal>);
  table.add("aten.sign.default", importComposed<sign>);
  table.add("aten.tan.default", importComposed<tangent>);
  table.add("aten.asin.default", importComposed<arcSine>);
  table.add("aten.acos.default", importComposed<arcCosine>);
  table.add("aten.sinh.default", importComposed<hyperbolicSine>);
  table.add("aten.cosh.default", importComposed<hyperbolicCosine>);
  table.add("aten.asinh.default", importComposed<inverseHyperbolicSine>);
  table.add("aten.acosh.default", importComposed<inverseHyperbolicCosine>);
  table.add("aten.atanh.default", importComposed<inverseHyperbolicTangent>);
  table.add("aten.log2.default", importLog2);
  table.add("aten.log10.default", importLog10);
  table.add("aten.log1p.default", importComposed<logOnePlus>);
  table.add("aten.exp2.default", importExp2);
  table.add("aten.expm1.default", importComposed<expMinusOne>);
  table.add("aten.erfc.default", importErfc);
}

} // namespace tandem::torch
