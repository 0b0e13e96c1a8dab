#include "compiler/importers/common/fourier.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// FFT, FFT2D and so on: the last dimensions, of complex numbers.
template <int dimensions, bool isInverse> static MaybeValue importFft(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() < dimensions)
    return node.invalid("an input of shape " + shapeText(shape));
  Complex result = partsOf(input);
  for (auto axis = static_cast<int64_t>(shape.size()) - 1, left = int64_t(dimensions); left > 0;
       --axis, --left)
    result =
        fourierAlong(node, result, axis,
                     isInverse ? Transform::inverseOf(shape[axis]) : Transform::full(shape[axis]));
  return complexValue(node, result);
}

/// The sizes of a transform of the last `count` dimensions; failed when the input is.
static FailureOr<SmallVector<int64_t>> readLengths(TfNode &node, MaybeValue input, size_t count) {
  if (failed(input))
    return failure();
  FailureOr<SmallVector<int64_t>> lengths = node.integers(1, "the list of lengths");
  if (failed(lengths))
    return failure();
  size_t rank = shapeOf(*input).size();
  bool areSane =
      lengths->size() == count && rank >= count && llvm::all_of(*lengths, [](int64_t length) {
        return length >= 1 && length <= NodeBuilder::kMaxFill;
      });
  if (!areSane)
    return node.invalid("lengths " + shapeText(*lengths) + " for a tensor of rank " + Twine(rank));
  return lengths;
}

/// RFFT, RFFT2D and so on: of real numbers, cut or filled up with 0 to the lengths given.
template <int dimensions> static MaybeValue importRealFft(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> lengths = readLengths(node, input, dimensions);
  if (failed(lengths))
    return failure();
  auto first = static_cast<int64_t>(shapeOf(*input).size()) - dimensions;
  for (int i = 0; i < dimensions; ++i)
    input = resized(node, input, first + i, (*lengths)[i]);
  Complex result = fourier(node, {input, Value()}, Transform::oneSided(lengths->back()));
  for (int i = dimensions - 2; i >= 0; --i)
    result = fourierAlong(node, result, first + i, Transform::full((*lengths)[i]));
  return complexValue(node, result);
}

/// IRFFT, IRFFT2D and so on: back to real numbers.
template <int dimensions> static MaybeValue importInverseRealFft(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> lengths = readLengths(node, input, dimensions);
  if (failed(lengths))
    return failure();
  auto first = static_cast<int64_t>(shapeOf(*input).size()) - dimensions;
  Complex half = partsOf(input);
  for (int i = 0; i + 1 < dimensions; ++i)
    half = fourierAlong(node, resized(node, half, first + i, (*lengths)[i]), first + i,
                        Transform::inverseOf((*lengths)[i]));
  int64_t size = lengths->back();
  return inverseRealFourier(node, half, first + dimensions - 1, size,
                            1.0 / static_cast<double>(size));
}

template <int dimensions> static void addTransforms(OpTable &table, StringRef suffix) {
  auto add = [&](StringRef name, auto handler) {
    table.add((name + suffix).str(), handler);
    table.addOfComplex((name + suffix).str(), handler);
  };
  for (StringRef prefix : {"", "Batch"}) {
    add((prefix + "FFT").str(), importFft<dimensions, false>);
    add((prefix + "IFFT").str(), importFft<dimensions, true>);
  }
  table.add(("RFFT" + suffix).str(), importRealFft<dimensions>);
  add("IRFFT", importInverseRealFft<dimensions>);
}

void registerFourier(OpTable &table) {
  addTransforms<1>(table, "");
  addTransforms<2>(table, "2D");
  addTransforms<3>(table, "3D");
}

} // namespace tandem::tensorflow
