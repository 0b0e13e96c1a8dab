#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

static constexpr auto kNone = graph::Activation::None;

namespace {
struct Operands {
  MaybeValue lhs = failure(), rhs = failure();
};
/// Either side may be a number, which takes the other's type.
Operands readOperands(AtenNode &node) {
  MaybeValue like = node.tensor(node.isTensor("self") ? "self" : "other");
  if (failed(like))
    return {};
  return {node.operand("self", *like), node.operand("other", *like)};
}
} // namespace

/// aten.add and aten.sub: other * alpha before it is added.
template <typename OpT> static MaybeValue importSum(AtenNode &node) {
  auto [lhs, rhs] = readOperands(node);
  double alpha = node.number("alpha", 1);
  if (failed(lhs) || failed(rhs))
    return failure();
  if (alpha != 1)
    rhs = node.create<graph::MulOp>(rhs, node.scalarLike(*lhs, alpha), kNone);
  return node.create<OpT>(lhs, rhs, kNone);
}

/// aten.rsub: other - self * alpha.
static MaybeValue importReverseSub(AtenNode &node) {
  auto [lhs, rhs] = readOperands(node);
  double alpha = node.number("alpha", 1);
  if (failed(lhs) || failed(rhs))
    return failure();
  if (alpha != 1)
    lhs = node.create<graph::MulOp>(lhs, node.scalarLike(*rhs, alpha), kNone);
  return node.create<graph::SubOp>(rhs, lhs, kNone);
}

template <typename OpT> static MaybeValue importProduct(AtenNode &node) {
  auto [lhs, rhs] = readOperands(node);
  return node.create<OpT>(lhs, rhs, kNone);
}

template <typename OpT> static MaybeValue importPlain(AtenNode &node) {
  auto [lhs, rhs] = readOperands(node);
  return node.create<OpT>(lhs, rhs);
}

static MaybeValue importDivMode(AtenNode &node) {
  StringRef mode = node.string("rounding_mode", "");
  if (mode != "" && mode != "floor")
    return node.unsupported("'rounding_mode' '" + mode + "', only 'floor' is");
  MaybeValue quotient = importProduct<graph::DivOp>(node);
  return mode.empty() ? quotient : node.create<graph::FloorOp>(quotient);
}

static MaybeValue importPowScalar(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  double exponent = node.number("exponent");
  if (node.failed() || failed(x))
    return failure();
  if (!isa<FloatType>(getElementTypeOrSelf(*x)))
    return node.unsupported("a tensor of integers");
  return powScalar(node, x, exponent);
}

static MaybeValue importPowTensor(AtenNode &node) {
  return node.create<graph::PowOp>(node.tensor("self"), node.tensor("exponent"));
}

static MaybeValue importSquare(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  return node.create<graph::MulOp>(x, x, kNone);
}

void registerArithmetic(OpTable &table) {
  for (StringRef kind : {"Tensor", "Scalar"}) {
    table.add(("aten.add." + kind).str(), importSum<graph::AddOp>);
    table.add(("aten.sub." + kind).str(), importSum<graph::SubOp>);
    table.add(("aten.rsub." + kind).str(), importReverseSub);
    table.add(("aten.mul." + kind).str(), importProduct<graph::MulOp>);
    table.add(("aten.div." + kind).str(), importProduct<graph::DivOp>);
    table.add(("aten.div." + kind + "_mode").str(), importDivMode);
  }
  table.add("aten.maximum.default", importPlain<graph::MaximumOp>);
  table.add("aten.minimum.default", importPlain<graph::MinimumOp>);
  table.add("aten.pow.Tensor_Scalar", importPowScalar);
  table.add("aten.pow.Tensor_Tensor", importPowTensor);
  table.add("aten.square.default", importSquare);
}

} // namespace tandem::torch
