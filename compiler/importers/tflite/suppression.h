#pragma once

#include "compiler/importers/common/node_builder.h"

#include <limits>

namespace tandem::tflite {

/// Corners of boxes, each a vector, of which none is above its opposite one.
struct Boxes {
  MaybeValue top = mlir::failure(), left = mlir::failure(), bottom = mlir::failure(),
             right = mlir::failure();
};

/// How boxes are chosen: the best first, and none that overlaps a chosen one too much.
struct Suppression {
  int64_t most = 0; ///< boxes chosen of each row of scores
  double scoreThreshold = 0, overlapThreshold = 0;
  /// Whether a score that equals its threshold is too small, and such an overlap too large.
  bool refusesEqual = false;
  double sigma = 0; ///< scores fall with the overlap, by a bell curve of this width; 0: they do not
};

/// The choices are written out one by one: more of them make too long a graph.
inline constexpr int64_t kMostChoices = 200;

/// Below every score; finite, so that nothing computed with it is NaN.
inline constexpr float kNeverChosen = std::numeric_limits<float>::lowest();

/// Of each row [rows, most]: places of the chosen boxes (i32), and their scores. Where none was
/// left to choose the score is kNeverChosen.
struct Chosen {
  MaybeValue places, scores;
};
/// `scores`: [rows, boxes], as for as many classes.
Chosen chooseBoxes(NodeBuilder &build, const Boxes &boxes, MaybeValue scores,
                   const Suppression &how);

} // namespace tandem::tflite
