#pragma once

#include "compiler/importers/common/node_builder.h"

#include <limits>

namespace tandem {

/// Edges of boxes, of which none is above its opposite one: [boxes], the same for all rows of
/// scores, or [rows, boxes].
struct Boxes {
  MaybeValue top = mlir::failure(), left = mlir::failure(), bottom = mlir::failure(),
             right = mlir::failure();
};
/// Of a table whose last dimension has two opposite corners, in any order.
Boxes boxesBetween(NodeBuilder &build, MaybeValue corners);

/// How boxes are chosen: the best first, and none that overlaps a chosen one too much.
struct Suppression {
  int64_t most = 0; ///< boxes chosen of each row of scores
  double scoreThreshold = 0, overlapThreshold = 0;
  /// Whether a score that equals its threshold is too small, and such an overlap too large.
  bool refusesEqualScore = false, refusesEqualOverlap = false;
  double sigma = 0; ///< scores fall with the overlap, by a bell curve of this width; 0: they do not
};

/// The choices are written out one by one: more of them make too long a graph.
inline constexpr int64_t kMostChoices = 200;

/// Below every score; finite, so that nothing computed with it is NaN.
inline constexpr float kNeverChosen = std::numeric_limits<float>::lowest();

/// Of each row [rows, most]: places of the chosen boxes (i32), and their scores. Where none was
/// left to choose the score is kNeverChosen.
struct Chosen {
  MaybeValue places = mlir::failure(), scores = mlir::failure();
};
/// `scores`: [rows, boxes], as for as many classes.
Chosen chooseBoxes(NodeBuilder &build, const Boxes &boxes, MaybeValue scores,
                   const Suppression &how);

/// The choices of one row, zeros behind them where there are fewer than `most`, and how many there
/// are (a scalar, i32).
struct PaddedChoice {
  MaybeValue places = mlir::failure(), scores = mlir::failure(), count = mlir::failure();
};
/// `scores`: [boxes].
PaddedChoice choosePadded(NodeBuilder &build, const Boxes &boxes, MaybeValue scores,
                          const Suppression &how);

/// The best of what was chosen of each class: [pictures, min(most, all of them)], places and
/// classes as i32.
struct BestOfClasses {
  MaybeValue places = mlir::failure(), scores = mlir::failure(), classes = mlir::failure();
};
/// `chosen` has a row for each class of each picture.
BestOfClasses bestOfClasses(NodeBuilder &build, const Chosen &chosen, int64_t classes,
                            int64_t most);

/// The entries of a dimension with a number behind them, up to that size.
MaybeValue filledUp(NodeBuilder &build, MaybeValue entries, int64_t axis, int64_t size,
                    float number = 0);

/// Which boxes stay, of those that are `live` ([rows, boxes], truth values) and in order, the best
/// first: those that overlap no earlier one that stays by more than the threshold. `classes`, of
/// the same shape as the edges: a box counts for those of its own class only; null: for all.
MaybeValue uncovered(NodeBuilder &build, const Boxes &boxes, MaybeValue live, mlir::Value classes,
                     double overlapThreshold);
/// A step for each box, and all of them compared with all.
inline constexpr int64_t kMostInOrder = 512;

/// Rows [rows, entries, ...] at the entries that `places` [rows, some] name, never from the back.
MaybeValue entriesOfRows(NodeBuilder &build, MaybeValue x, MaybeValue places);

} // namespace tandem
