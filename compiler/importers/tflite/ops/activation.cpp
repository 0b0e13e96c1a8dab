#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

static LogicalResult importLeakyRelu(Node &node) {
  auto options = node.options<schema::LeakyReluOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  return node.emit<graph::LeakyReluOp>(*input, llvm::APFloat((*options)->alpha()));
}

/// ELU has no options: alpha is 1.
static LogicalResult importElu(Node &node) {
  FailureOr<Value> input = node.input(0);
  return failed(input) ? failure() : node.emit<graph::EluOp>(*input, llvm::APFloat(1.0f));
}

/// The tanh approximation differs from graph's gelu by up to 1e-3.
static LogicalResult importGelu(Node &node) {
  auto options = node.options<schema::GeluOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  FailureOr<Type> type = node.outputType();
  if (failed(type))
    return failure();
  if (!(*options)->approximate())
    return node.emit<graph::GeluOp>(*input);
  if (!graph::isQuantized(*type))
    return node.setOutput(geluTanh(node.build(), input));
  NodeBuilder &build = node.build();
  MaybeValue reals = build.createTyped<graph::DequantizeOp>(node.builder().getF32Type(), *input);
  return node.setOutput(build.createTyped<graph::QuantizeOp>(*type, geluTanh(build, reals)));
}

void registerActivation(OpTable &table) {
  table.add(schema::BuiltinOperator::LEAKY_RELU, importLeakyRelu);
  table.add(schema::BuiltinOperator::ELU, importElu);
  table.add(schema::BuiltinOperator::GELU, importGelu);
}

} // namespace tandem::tflite
