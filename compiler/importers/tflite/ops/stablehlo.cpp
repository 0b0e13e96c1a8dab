// The operators of StableHLO that LiteRT has kernels for; their shapes do not broadcast.
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
template <typename OpT> LogicalResult importArithmetic(Node &node) {
  FailureOr<Value> lhs = node.input(0), rhs = node.input(1);
  if (failed(lhs) || failed(rhs))
    return failure();
  return node.emit<OpT>(*lhs, *rhs, graph::Activation::None);
}

template <typename OpT> LogicalResult importPlain(Node &node) {
  FailureOr<Value> lhs = node.input(0), rhs = node.input(1);
  if (failed(lhs) || failed(rhs))
    return failure();
  return node.emit<OpT>(*lhs, *rhs);
}

/// Of truth values, else of bits.
LogicalResult importAnd(Node &node) {
  FailureOr<Value> lhs = node.input(0);
  if (failed(lhs))
    return failure();
  return getElementTypeOrSelf(*lhs).isInteger(1) ? importPlain<graph::LogicalAndOp>(node)
                                                 : importPlain<graph::BitwiseAndOp>(node);
}

/// STABLEHLO_COMPOSITE: an operation by name, and the subgraph that it is made of.
LogicalResult importComposite(Node &node) {
  auto options = node.options2<schema::StableHLOCompositeOptions>();
  FailureOr<SmallVector<Value>> inputs = node.inputs();
  if (failed(options) || failed(inputs))
    return failure();
  auto results = node.importSubgraph((*options)->decomposition_subgraph_index(), *inputs);
  return failed(results) ? failure() : node.setOutputs(*results);
}
} // namespace

void registerStablehlo(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::STABLEHLO_ADD, importArithmetic<graph::AddOp>);
  table.add(BuiltinOperator::STABLEHLO_MULTIPLY, importArithmetic<graph::MulOp>);
  table.add(BuiltinOperator::STABLEHLO_MAXIMUM, importPlain<graph::MaximumOp>);
  table.add(BuiltinOperator::STABLEHLO_MINIMUM, importPlain<graph::MinimumOp>);
  table.add(BuiltinOperator::STABLEHLO_SHIFT_LEFT, importPlain<graph::ShiftLeftOp>);
  table.add(BuiltinOperator::STABLEHLO_AND, importAnd);
  table.add(BuiltinOperator::STABLEHLO_COMPOSITE, importComposite);
}

} // namespace tandem::tflite
