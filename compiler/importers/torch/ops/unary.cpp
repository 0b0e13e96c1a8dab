#include "compiler/importers/common/unary.h"
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

template <UnaryFunction function> static MaybeValue importUnary(AtenNode &node) {
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
  auto add = [&]<UnaryFunction function>(StringRef name, UnaryTakes) {
    table.add(("aten." + name + ".default").str(), importUnary<function>);
  };
  forEachUnary(add);
  forEachFusedUnary(add);
  add.operator()<oneOp<graph::Relu6Op>>("relu6", UnaryTakes::kReals);
  add.operator()<oneOp<graph::HardSwishOp>>("hardswish", UnaryTakes::kReals);
  add.operator()<oneOp<graph::HardSigmoidOp>>("hardsigmoid", UnaryTakes::kReals);
  table.add("aten.relu.default", importRelu);
  table.add("aten.log2.default", importLog2);
  table.add("aten.log10.default", importLog10);
  table.add("aten.exp2.default", importExp2);
  table.add("aten.erfc.default", importErfc);
}

} // namespace tandem::torch
