#include "compiler/importers/tflite/node.h"

#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;

namespace tandem::tflite {

/// Both work along the last dimension.
static FailureOr<uint64_t> lastAxis(Node &node, Value input) {
  if (shapeOf(input).empty())
    return node.invalid() << "the input is a scalar";
  return shapeOf(input).size() - 1;
}

static LogicalResult importSoftmax(Node &node) {
  auto options = node.options<schema::SoftmaxOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  FailureOr<uint64_t> axis = lastAxis(node, *input);
  if (failed(axis))
    return failure();
  // What the sum of exponentials is made safe by holds for these only.
  if (float beta = (*options)->beta(); !(beta > 0 && std::isfinite(beta)))
    return node.invalid() << "beta is " << llvm::format("%g", beta)
                          << ", expected finite and positive";
  return node.emit<graph::SoftmaxOp>(*input, *axis, llvm::APFloat((*options)->beta()));
}

static LogicalResult importLogSoftmax(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<uint64_t> axis = lastAxis(node, *input);
  return failed(axis) ? failure() : node.emit<graph::LogSoftmaxOp>(*input, *axis);
}

void registerSoftmax(OpTable &table) {
  table.add(schema::BuiltinOperator::SOFTMAX, importSoftmax);
  table.add(schema::BuiltinOperator::LOG_SOFTMAX, importLogSoftmax);
}

} // namespace tandem::tflite
