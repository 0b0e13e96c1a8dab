#include "compiler/importers/common/suppression.h"
#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

#include <cmath>

using namespace mlir;

namespace tandem::tflite {

namespace {
FailureOr<double> constantReal(Node &node, size_t index, StringRef what) {
  FailureOr<Value> value = node.input(index);
  if (failed(value))
    return failure();
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(*value);
  if (!bytes || !getElementTypeOrSelf(*value).isF32())
    return node.unsupported() << what << " is no float32 that is known";
  if (bytes->as<float>().size() != 1 || !std::isfinite(bytes->as<float>()[0]))
    return node.invalid() << what << " is no single number";
  return bytes->as<float>()[0];
}

/// NON_MAX_SUPPRESSION_V4, and V5 with a sigma: boxes, their scores, how many at most, and the
/// thresholds. Results are the places of the chosen, of V5 their scores, and how many there are.
template <bool hasSigma> LogicalResult importSuppression(Node &node) {
  FailureOr<Value> boxes = node.input(0), scores = node.input(1);
  FailureOr<int64_t> most = node.constantInt(2, "the number of boxes");
  FailureOr<double> overlap = constantReal(node, 3, "the threshold of overlaps"),
                    score = constantReal(node, 4, "the threshold of scores"),
                    sigma = hasSigma ? constantReal(node, 5, "sigma") : FailureOr<double>(0.0);
  if (failed(boxes) || failed(scores) || failed(most) || failed(overlap) || failed(score) ||
      failed(sigma))
    return failure();
  if (!getElementTypeOrSelf(*boxes).isF32() || !getElementTypeOrSelf(*scores).isF32())
    return node.unsupported() << "boxes or scores that are not float32";
  ArrayRef<int64_t> shape = shapeOf(*boxes);
  if (shape.size() != 2 || shape[1] != 4 || shape[0] < 1 || shapeOf(*scores) != shape.take_front())
    return node.invalid() << "boxes of shape " << shapeText(shape) << " with scores of shape "
                          << shapeText(shapeOf(*scores));
  if (*most < 1 || *most > kMostChoices)
    return node.unsupported() << *most << " boxes, expected 1 to " << kMostChoices;
  if (*sigma < 0)
    return node.invalid() << "sigma is negative";
  NodeBuilder &build = node.build();
  PaddedChoice chosen = choosePadded(build, boxesBetween(build, boxes), scores,
                                     {.most = *most,
                                      .scoreThreshold = *score,
                                      .overlapThreshold = *overlap,
                                      .refusesEqualScore = true,
                                      .refusesEqualOverlap = true,
                                      .sigma = *sigma});
  if (failed(node.setOutput(chosen.places, 0)) ||
      (hasSigma && failed(node.setOutput(chosen.scores, 1))))
    return failure();
  return node.setOutput(chosen.count, hasSigma ? 2 : 1);
}
} // namespace

void registerNonMaxSuppression(OpTable &table) {
  table.add(schema::BuiltinOperator::NON_MAX_SUPPRESSION_V4, importSuppression<false>);
  table.add(schema::BuiltinOperator::NON_MAX_SUPPRESSION_V5, importSuppression<true>);
}

} // namespace tandem::tflite
