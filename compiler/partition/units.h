#pragma once

#include "compiler/partition/partition.h"

namespace tandem {

/// What is placed as a whole: an op, or a composite.
struct Unit {
  std::vector<mlir::Operation *> ops; ///< in order of execution
  std::string pattern;                ///< empty: a single op
  size_t owner = 0;                   ///< of a composite: the candidate that asked for it
  /// By candidate. Of a composite the owner's answer is about the whole, others' about every op.
  std::vector<Support> supports;
  std::vector<double> us; ///< PlacementProblem::kCannot where not supported
};

/// Match and annotate: the ops as units, in a topological order.
std::vector<Unit> annotate(llvm::ArrayRef<mlir::Operation *> ops,
                           llvm::ArrayRef<Candidate> candidates, const DeviceProfile &device);

/// The units as a placement problem; `results` are the values that the function returns.
PlacementProblem problemOf(llvm::ArrayRef<Unit> units, llvm::ArrayRef<Candidate> candidates,
                           mlir::ValueRange results);

} // namespace tandem
