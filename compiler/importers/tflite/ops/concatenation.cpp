#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

static LogicalResult importConcatenation(Node &node) {
  auto options = node.options<schema::ConcatenationOptions>();
  if (failed(options))
    return failure();
  SmallVector<Value> inputs;
  for (size_t i = 0; i < node.inputCount(); ++i) {
    FailureOr<Value> input = node.input(i);
    if (failed(input))
      return failure();
    inputs.push_back(*input);
  }
  if (inputs.empty())
    return node.invalid() << "has no inputs";
  if ((*options)->fused_activation_function() != schema::ActivationFunctionType::NONE)
    return node.unsupported() << "a fused activation";
  FailureOr<int64_t> axis = node.axis((*options)->axis(), shapeOf(inputs[0]).size());
  if (failed(axis))
    return failure();
  return node.emit<graph::ConcatOp>(inputs, static_cast<uint64_t>(*axis));
}

void registerConcatenation(OpTable &table) {
  table.add(schema::BuiltinOperator::CONCATENATION, importConcatenation);
}

} // namespace tandem::tflite
