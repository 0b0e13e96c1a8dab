#include "compiler/importers/common/fourier.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// RFFT2D: of the last two dimensions, cut or filled up with 0 to the lengths given.
static LogicalResult importRfft2d(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<SmallVector<int64_t>> lengths = node.constantInts(1, "the list of lengths");
  if (failed(input) || failed(lengths))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  if (rank < 2 || lengths->size() != 2 || !getElementTypeOrSelf(*input).isF32())
    return node.invalid() << "lengths " << shapeText(*lengths) << " for an input of shape "
                          << shapeText(shapeOf(*input));
  int64_t rows = (*lengths)[0], columns = (*lengths)[1];
  if (rows < 1 || columns < 1 || rows > NodeBuilder::kMaxFill || columns > NodeBuilder::kMaxFill)
    return node.invalid() << "lengths " << shapeText(*lengths);
  NodeBuilder &build = node.build();
  MaybeValue image = resized(build, resized(build, input, rank - 2, rows), rank - 1, columns);
  Complex result = fourier(build, {image, Value()}, Transform::oneSided(columns));
  if (rows > 1) // of a single one it is itself
    result = fourierAlong(build, result, rank - 2, Transform::full(rows));
  return node.setOutput(complexValue(build, result));
}

/// Of a complex number one real one.
template <MaybeValue (*function)(NodeBuilder &, const Complex &)>
static LogicalResult importOfComplex(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  if (!isComplex(*input))
    return node.invalid() << "its input is not complex";
  if (!hasParts(*input)) // stands in for what was refused
    return failure();
  return node.setOutput(function(node.build(), partsOf(input)));
}

static MaybeValue realPart(NodeBuilder &, const Complex &x) {
  return x.real;
}

void registerFourier(OpTable &table) {
  table.add(schema::BuiltinOperator::RFFT2D, importRfft2d);
  table.add(schema::BuiltinOperator::REAL, importOfComplex<realPart>);
  table.add(schema::BuiltinOperator::IMAG, importOfComplex<imaginaryOf>);
  table.add(schema::BuiltinOperator::COMPLEX_ABS, importOfComplex<magnitude>);
}

} // namespace tandem::tflite
