#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// Operators that are one op of the graph.
template <typename OpT> static MaybeValue importUnary(SymbolNode &node) {
  return node.create<OpT>(node.input(0));
}

/// Those that the graph composes.
template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
static MaybeValue importComposed(SymbolNode &node) {
  MaybeValue x = node.input(0);
  return failed(x) || failed(node.checkIsReal(*x)) ? MaybeValue(failure()) : function(node, x);
}

static MaybeValue importLogicalNot(SymbolNode &node) { // its result has the input's type
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  return node.cast(node.compare<graph::EqualOp>(x, 0.0), getElementTypeOrSelf(*x));
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
  table.add("ceil", importUnary<graph::CeilOp>);
  table.add("rint", importUnary<graph::RoundOp>);
  table.add("erf", importUnary<graph::ErfOp>);
  table.add("sin", importUnary<graph::SinOp>);
  table.add("cos", importUnary<graph::CosOp>);
  table.add("arctan", importUnary<graph::AtanOp>);
  table.add("square", importComposed<square>);
  table.add("reciprocal", importComposed<reciprocal>);
  table.add("sign", importComposed<sign>);
  table.add("tan", importComposed<tangent>);
  table.add("arcsin", importComposed<arcSine>);
  table.add("arccos", importComposed<arcCosine>);
  table.add("sinh", importComposed<hyperbolicSine>);
  table.add("cosh", importComposed<hyperbolicCosine>);
  table.add("arcsinh", importComposed<inverseHyperbolicSine>);
  table.add("arccosh", importComposed<inverseHyperbolicCosine>);
  table.add("arctanh", importComposed<inverseHyperbolicTangent>);
  table.add("log1p", importComposed<logOnePlus>);
  table.add("expm1", importComposed<expMinusOne>);
  table.add("logical_not", importLogicalNot);
}

} // namespace tandem::mxnet
