#include "compiler/importers/common/complex.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// ADD, SUB, MUL, DIV: two operands that broadcast, and an activation.
template <typename OpT, typename Options> static LogicalResult importArithmetic(Node &node) {
  auto options = node.options<Options>();
  FailureOr<Value> lhs = node.input(0), rhs = node.input(1);
  if (failed(options) || failed(lhs) || failed(rhs))
    return failure();
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(activation))
    return failure();
  return node.emit<OpT>(*lhs, *rhs, *activation);
}

/// MUL, also of complex numbers.
static LogicalResult importMul(Node &node) {
  FailureOr<Value> lhs = node.input(0), rhs = node.input(1);
  if (failed(lhs) || failed(rhs) || (isComplex(*lhs) && !hasParts(*lhs)) ||
      (isComplex(*rhs) && !hasParts(*rhs))) // stands in for what was refused
    return failure();
  if (!isComplex(*lhs) && !isComplex(*rhs))
    return importArithmetic<graph::MulOp, schema::MulOptions>(node);
  NodeBuilder &build = node.build();
  return node.setOutput(complexValue(build, multiplyComplex(build, partsOf(lhs), partsOf(rhs))));
}

/// ADD_N: any number of operands of one shape, added one after another.
static LogicalResult importAddN(Node &node) {
  FailureOr<Value> sum = node.input(0);
  FailureOr<Type> type = node.outputType();
  if (failed(sum) || failed(type))
    return failure();
  for (size_t i = 1; i < node.inputCount(); ++i) {
    FailureOr<Value> next = node.input(i);
    if (failed(next))
      return failure();
    sum = node.build().createTyped<graph::AddOp>(*type, sum, *next, graph::Activation::None);
  }
  return node.setOutput(sum);
}

void registerArithmetic(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::ADD, importArithmetic<graph::AddOp, schema::AddOptions>);
  table.add(BuiltinOperator::SUB, importArithmetic<graph::SubOp, schema::SubOptions>);
  table.add(BuiltinOperator::MUL, importMul);
  table.add(BuiltinOperator::DIV, importArithmetic<graph::DivOp, schema::DivOptions>);
  table.add(BuiltinOperator::ADD_N, importAddN);
}

} // namespace tandem::tflite
