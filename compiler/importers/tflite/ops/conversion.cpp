#include "compiler/importers/common/bits.h"
#include "compiler/importers/common/complex.h"
#include "compiler/importers/tflite/node.h"

#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::tflite {

/// QUANTIZE, also from one quantized type to another.
static LogicalResult importQuantize(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(input) || node.computesInReals()) // which quantizes every result
    return node.setOutput(input);
  return node.emit<graph::QuantizeOp>(*input);
}

/// DEQUANTIZE, which in files with f16 weights means f16 to f32.
static LogicalResult importDequantize(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  if (node.computesInReals())
    return node.setOutput(input);
  if (graph::isQuantized(input->getType()))
    return node.emit<graph::DequantizeOp>(*input);
  if (!isa<FloatType>(getElementTypeOrSelf(*input)))
    return node.invalid() << "the input is neither quantized nor float";
  return node.emit<graph::CastOp>(*input);
}

/// CAST of a quantized tensor would reinterpret its codes.
static LogicalResult importCast(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<Type> type = node.outputType();
  if (failed(input) || failed(type))
    return failure();
  if (graph::isQuantized(input->getType()) || graph::isQuantized(*type))
    return node.unsupported() << "a quantized tensor";
  if (isComplex(*input) && !hasParts(*input)) // stands in for what was refused
    return failure();
  if (node.isComplexOutput()) // as it is, or of real numbers
    return node.setOutput(
        isComplex(*input) ? MaybeValue(*input)
                          : complexValue(node.build(), {node.build().cast(input, *type), Value()}));
  if (isComplex(*input)) // the imaginary part is dropped
    return node.setOutput(node.build().cast(partsOf(input).real, *type));
  return node.emit<graph::CastOp>(*input);
}

static LogicalResult importBitcast(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<Type> type = node.outputType();
  if (failed(input) || failed(type))
    return failure();
  std::optional<MaybeValue> bits = bitsAs(node.build(), *input, *type);
  if (!bits)
    return node.unsupported() << "from " << getElementTypeOrSelf(*input) << " to " << *type
                              << ", only integers of one size are";
  return node.setOutput(*bits);
}

/// DENSIFY: a sparse constant is made dense when it is read.
static LogicalResult importDensify(Node &node) {
  return node.setOutput(node.input(0));
}

void registerConversion(OpTable &table) {
  table.add(schema::BuiltinOperator::QUANTIZE, importQuantize);
  table.add(schema::BuiltinOperator::DEQUANTIZE, importDequantize);
  table.add(schema::BuiltinOperator::CAST, importCast);
  table.add(schema::BuiltinOperator::BITCAST, importBitcast);
  table.add(schema::BuiltinOperator::DENSIFY, importDensify);
}

} // namespace tandem::tflite
