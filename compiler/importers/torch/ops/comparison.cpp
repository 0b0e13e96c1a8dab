#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

template <typename OpT> static MaybeValue importComparison(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  return node.compare<OpT>(lhs, rhs);
}

/// Whether an element is not 0.
static MaybeValue truthOf(AtenNode &node, MaybeValue x) {
  if (failed(x) || getElementTypeOrSelf(*x).isInteger(1))
    return x;
  return node.compare<graph::NotEqualOp>(x, 0.0);
}

template <typename OpT> static MaybeValue importLogic(AtenNode &node) {
  return node.createTyped<OpT>(node.builder().getI1Type(), truthOf(node, node.tensor("self")),
                               truthOf(node, node.tensor("other")));
}
static MaybeValue importLogicalNot(AtenNode &node) {
  return node.create<graph::LogicalNotOp>(truthOf(node, node.tensor("self")));
}

/// aten.where: either value may be a number.
static MaybeValue importWhere(AtenNode &node) {
  auto [onTrue, onFalse] = node.operands("self", "other");
  return node.select(truthOf(node, node.tensor("condition")), onTrue, onFalse);
}

static MaybeValue importMaskedFill(AtenNode &node) {
  auto [x, value] = node.operands("self", "value");
  return node.select(node.tensor("mask"), value, x);
}

/// aten.any, all: over 'dim', or all.
template <typename OpT> static MaybeValue importTruths(AtenNode &node) {
  MaybeValue input = truthOf(node, node.tensor("self"));
  if (failed(input))
    return failure();
  SmallVector<int64_t> dims = node.dims("dim", *input);
  bool keepDims = node.flag("keepdim", false);
  return node.failed() ? MaybeValue(failure()) : node.create<OpT>(input, dims, keepDims);
}

template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
static MaybeValue importTest(AtenNode &node) {
  return function(node, node.tensor("self"));
}

void registerComparison(OpTable &table) {
  for (StringRef kind : {"Tensor", "Scalar"}) {
    table.add(("aten.eq." + kind).str(), importComparison<graph::EqualOp>);
    table.add(("aten.ne." + kind).str(), importComparison<graph::NotEqualOp>);
    table.add(("aten.lt." + kind).str(), importComparison<graph::LessOp>);
    table.add(("aten.le." + kind).str(), importComparison<graph::LessEqualOp>);
    table.add(("aten.gt." + kind).str(), importComparison<graph::GreaterOp>);
    table.add(("aten.ge." + kind).str(), importComparison<graph::GreaterEqualOp>);
    table.add(("aten.masked_fill." + kind).str(), importMaskedFill);
  }
  table.add("aten.logical_and.default", importLogic<graph::LogicalAndOp>);
  table.add("aten.logical_or.default", importLogic<graph::LogicalOrOp>);
  table.add("aten.logical_xor.default", importLogic<graph::NotEqualOp>);
  table.add("aten.logical_not.default", importLogicalNot);
  for (StringRef kind : {"self", "ScalarOther", "ScalarSelf"})
    table.add(("aten.where." + kind).str(), importWhere);
  for (StringRef kind : {"default", "dim", "dims"}) {
    table.add(("aten.any." + kind).str(), importTruths<graph::ReduceAnyOp>);
    table.add(("aten.all." + kind).str(), importTruths<graph::ReduceAllOp>);
  }
  table.add("aten.isnan.default", importTest<isNan>);
  table.add("aten.isinf.default", importTest<isInfinite>);
}

} // namespace tandem::torch
