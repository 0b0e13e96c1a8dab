#include "compiler/importers/common/short_time_fourier.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// A last dimension of 1 has real numbers, of 2 pairs of a complex one.
static Complex readSignal(OnnxNode &node, MaybeValue input) {
  if (failed(input))
    return {};
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.empty() || (shape.back() != 1 && shape.back() != 2))
    return {node.invalid("the last dimension of " + shapeText(shape) +
                         " is neither 1, for real numbers, nor 2, for complex ones"),
            failure()};
  if (shape.back() == 2)
    return fromPairs(node, input);
  return {node.reshape(input, shape.drop_back()), Value()};
}

/// The dimension to transform, of those in front of the last: an attribute at first, and an input
/// from opset 20 on.
static FailureOr<int64_t> readAxis(OnnxNode &node, int64_t rank) {
  int64_t given = node.opset() < 20 ? node.integer("axis", 1) : -2;
  if (node.opset() >= 20 && node.has(2)) {
    FailureOr<int64_t> input = node.scalarInt(2, "the axis");
    if (failed(input))
      return failure();
    given = *input;
  }
  std::optional<int64_t> axis = normalizedAxis(given, rank);
  if (node.failed() || !axis || *axis == rank - 1)
    return node.invalid("'axis' is " + Twine(given) + " for a tensor of rank " + Twine(rank));
  return *axis;
}

/// A number of points that a matrix can be made for; larger ones are refused where it is made.
static FailureOr<int64_t> readLength(OnnxNode &node, size_t index, int64_t absent) {
  FailureOr<int64_t> length = absent;
  if (node.has(index))
    length = node.scalarInt(index, "the length");
  if (succeeded(length) && (*length < 1 || *length > NodeBuilder::kMaxFill))
    return node.invalid("a transform of " + Twine(*length) + " points");
  return length;
}

/// DFT: https://onnx.ai/onnx/operators/onnx__DFT.html
static MaybeValue importDft(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<int64_t> axis = readAxis(node, static_cast<int64_t>(shapeOf(*input).size()));
  bool isInverse = node.flag("inverse", false), isOneSided = node.flag("onesided", false);
  if (failed(axis) || node.failed())
    return failure();
  bool isToReal = isInverse && isOneSided;
  int64_t extent = shapeOf(*input)[*axis];
  FailureOr<int64_t> length = readLength(node, 1, isToReal ? 2 * (extent - 1) : extent);
  Complex signal = readSignal(node, input);
  if (failed(length) || failed(signal.real) || failed(signal.imaginary))
    return failure();
  bool isReal = !*signal.imaginary;
  if (isOneSided && isReal == isInverse)
    return node.invalid(isReal ? "one side of a transform back to real numbers is complex"
                               : "a transform of complex numbers has two sides");
  if (isToReal) {
    MaybeValue result =
        inverseRealFourier(node, signal, *axis, *length, 1.0 / static_cast<double>(*length));
    SmallVector<int64_t> shape(shapeOf(*input));
    shape[*axis] = *length;
    shape.back() = 1;
    return node.reshape(result, shape);
  }
  Transform transform = isInverse    ? Transform::inverseOf(*length)
                        : isOneSided ? Transform::oneSided(*length)
                                     : Transform::full(*length);
  return pairsOf(node, fourierAlong(node, resized(node, signal, *axis, *length), *axis, transform));
}

/// STFT: https://onnx.ai/onnx/operators/onnx__STFT.html
/// The signal is [batch, samples, 1 or 2]; ONNX Runtime takes [batch, samples] as well.
static MaybeValue importStft(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> step = node.scalarInt(1, "the step");
  bool isOneSided = node.flag("onesided", true);
  if (failed(input) || failed(step) || node.failed())
    return failure();
  MaybeValue window = node.optionalInput(2);
  if (failed(window))
    return failure();
  // The window or the length may be left out, and not both.
  int64_t absent = *window && !shapeOf(*window).empty() ? shapeOf(*window).back() : 0;
  FailureOr<int64_t> length = readLength(node, 3, absent);
  Complex signal = shapeOf(*input).size() == 2 ? Complex{input, Value()} : readSignal(node, input);
  if (failed(length) || failed(signal.real) || failed(signal.imaginary))
    return failure();
  if (isOneSided && *signal.imaginary)
    return node.invalid("a transform of complex numbers has two sides");
  Transform transform = isOneSided ? Transform::oneSided(*length) : Transform::full(*length);
  return pairsOf(node, shortTimeFourier(node, signal, *step, transform, *window));
}

void registerFourier(OpTable &table) {
  table.add("DFT", importDft, Takes::kReals);
  table.add("STFT", importStft, Takes::kReals);
}

} // namespace tandem::onnx
