#pragma once

#include "compiler/backend/backend.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace tandem {

/// One line of the partition report.
struct Placement {
  mlir::Operation *op = nullptr;
  const Backend *backend = nullptr;
  double predictedUs = 0;
  size_t region = 0; ///< index into Partition.regions
  /// Backends that were asked before the one that took the op, each with every reason why not.
  std::vector<std::pair<std::string, std::string>> refusals;
};

struct PlacedRegion {
  const Backend *backend = nullptr;
  Region region;
};

struct Partition {
  std::vector<PlacedRegion> regions; ///< in order of execution
  std::vector<Placement> placements; ///< in order of execution
};

/// Gives every op of `function` (but constants) to the first backend of `candidates` that supports
/// it, then orders the ops so that neighbours of one backend form regions as large as dependences
/// allow. An op that no candidate supports is an error that names every such op with every reason.
llvm::Expected<Partition> partition(mlir::func::FuncOp function,
                                    llvm::ArrayRef<const Backend *> candidates);

/// The report: for every op its device, region, predicted time, and why not the others.
std::string reportTable(const Partition &partition);
std::string reportJson(const Partition &partition);

} // namespace tandem
