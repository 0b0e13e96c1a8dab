#include "compiler/graph/types.h"
#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

/// A weighted sum of cosines: of none, of one turn over the window, and of two.
struct Cosines {
  double constant, one, two;
};

/// A window as long as the input says; a periodic one ends where the next begins.
static MaybeValue importWindow(OnnxNode &node, Cosines weights) {
  FailureOr<int64_t> size = node.scalarInt(0, "the size");
  bool isPeriodic = node.flag("periodic", true);
  FailureOr<Type> type = node.elementType("output_datatype", Type(node.builder().getF32Type()));
  if (failed(size) || failed(type) || node.failed())
    return failure();
  if (*size < 0 || *size > NodeBuilder::kMaxFill)
    return node.invalid("the size is " + Twine(*size));
  double turn = 2 * M_PI / static_cast<double>(std::max<int64_t>(*size - (isPeriodic ? 0 : 1), 1));
  return node.constantOf(Elements::ofReals(ElementType::kF32, *size, [&](int64_t i) {
                           double angle = static_cast<double>(i) * turn;
                           return weights.constant + weights.one * std::cos(angle) +
                                  weights.two * std::cos(2 * angle);
                         }).cast(*graph::elementTypeOf(*type)));
}

static MaybeValue importHann(OnnxNode &node) {
  return importWindow(node, {0.5, -0.5, 0});
}
static MaybeValue importHamming(OnnxNode &node) {
  return importWindow(node, {25.0 / 46, -21.0 / 46, 0});
}
static MaybeValue importBlackman(OnnxNode &node) {
  return importWindow(node, {0.42, -0.5, 0.08});
}

/// MelWeightMatrix: how much of each frequency of a spectrum is in each of the bins, which are
/// triangles of equal width on the scale of mel; [frequency, bin].
static MaybeValue importMelWeights(OnnxNode &node) {
  FailureOr<int64_t> bins = node.scalarInt(0, "the number of bins"),
                     length = node.scalarInt(1, "the length of the transform"),
                     rate = node.scalarInt(2, "the sample rate");
  FailureOr<double> low = node.scalar(3, "the lower edge"), high = node.scalar(4, "the upper edge");
  FailureOr<Type> type = node.elementType("output_datatype", Type(node.builder().getF32Type()));
  if (failed(bins) || failed(length) || failed(rate) || failed(low) || failed(high) ||
      failed(type) || node.failed())
    return failure();
  constexpr int64_t kMost = 1 << 16;
  constexpr double kHighest = 1e9; // hertz
  if (*bins < 1 || *bins > kMost || *length < 1 || *length > kMost || *rate < 1 || *low < 0 ||
      *high < *low || *high > kHighest || *bins * (*length / 2 + 1) > NodeBuilder::kMaxFill)
    return node.invalid(Twine(*bins) + " bins of a transform of " + Twine(*length) +
                        " at a rate of " + Twine(*rate));
  constexpr double kFrequency = 700, kMels = 2595;
  auto mel = [&](double frequency) { return kMels * std::log1p(frequency / kFrequency) / M_LN10; };
  double step = (mel(*high) - mel(*low)) / static_cast<double>(*bins + 2);
  SmallVector<int64_t> corners; // of the triangles, in places of the spectrum
  for (int64_t i = 0; i < *bins + 2; ++i) {
    double at = mel(*low) + static_cast<double>(i) * step;
    double frequency = kFrequency * std::expm1(at / kMels * M_LN10);
    corners.push_back(static_cast<int64_t>(
        std::floor(static_cast<double>(*length + 1) * frequency / static_cast<double>(*rate))));
  }
  auto weightAt = [&](int64_t index) {
    int64_t place = index / *bins, left = corners[index % *bins],
            middle = corners[index % *bins + 1], right = corners[index % *bins + 2];
    if (place >= middle && place < right)
      return static_cast<double>(right - place) / static_cast<double>(right - middle);
    if (place == middle)
      return 1.0;
    bool rises = place >= left && place < middle;
    return rises ? static_cast<double>(place - left) / static_cast<double>(middle - left) : 0.0;
  };
  return node.constantOf(Elements::ofReals(ElementType::kF32, {*length / 2 + 1, *bins}, weightAt)
                             .cast(*graph::elementTypeOf(*type)));
}

void registerWindowFunctions(OpTable &table) {
  table.add("MelWeightMatrix", importMelWeights);
  table.add("HannWindow", importHann);
  table.add("HammingWindow", importHamming);
  table.add("BlackmanWindow", importBlackman);
}

} // namespace tandem::onnx
