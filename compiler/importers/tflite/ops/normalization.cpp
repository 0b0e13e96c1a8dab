#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// L2_NORMALIZATION, along the last dimension.
static LogicalResult importL2Normalization(Node &node) {
  auto options = node.options<schema::L2NormOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  if ((*options)->fused_activation_function() != schema::ActivationFunctionType::NONE)
    return node.unsupported() << "a fused activation";
  if (shapeOf(*input).empty())
    return node.invalid() << "the input is a scalar";
  return node.emit<graph::L2NormalizationOp>(*input,
                                             static_cast<uint64_t>(shapeOf(*input).size() - 1));
}

static LogicalResult importLocalResponseNorm(Node &node) {
  auto options = node.options<schema::LocalResponseNormalizationOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  if ((*options)->radius() < 0)
    return node.invalid() << "a radius of " << (*options)->radius();
  return node.emit<graph::LocalResponseNormOp>(
      *input, static_cast<uint64_t>((*options)->radius()), llvm::APFloat((*options)->bias()),
      llvm::APFloat((*options)->alpha()), llvm::APFloat((*options)->beta()));
}

void registerNormalization(OpTable &table) {
  table.add(schema::BuiltinOperator::L2_NORMALIZATION, importL2Normalization);
  table.add(schema::BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION, importLocalResponseNorm);
}

} // namespace tandem::tflite
