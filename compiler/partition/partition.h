#pragma once

#include "compiler/backend/backend.h"
#include "compiler/partition/placement.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace tandem {

/// A backend that ops may go to, and the processor that its code runs on.
struct Candidate {
  const Backend *backend = nullptr;
  const Processor *processor = nullptr;
};

enum class PlacementPolicy {
  kCost,   ///< least predicted time of a run, everything counted
  kGreedy, ///< the first candidate that supports an op takes it
};

/// What one candidate says of an op: its predicted time there, or every reason why not.
struct Alternative {
  std::string backend;
  bool accelerator = false; ///< calling it, or giving it values, costs something
  double us = 0;
  std::vector<std::string> reasons; ///< empty: it could run there
};

/// One line of the partition report.
struct Placement {
  mlir::Operation *op = nullptr;
  Candidate chosen;
  double predictedUs = 0;
  size_t region = 0;                     ///< index into Partition.regions
  std::string composite;                 ///< the pattern that it is part of, if any
  std::vector<Alternative> alternatives; ///< the other candidates, in order of preference
};

struct PlacedRegion {
  const Backend *backend = nullptr;
  const Processor *processor = nullptr;
  Region region;
  double computeUs = 0; ///< of its ops
  RegionCost cost;
  uint64_t bytesIn = 0, bytesOut = 0;
};

struct Partition {
  std::vector<PlacedRegion> regions; ///< in order of execution
  std::vector<Placement> placements; ///< in order of execution
  PlacementPolicy policy = PlacementPolicy::kCost;
  AcceleratorPart part;   ///< that accelerators keep
  bool exact = false;     ///< no other placement is faster, by the device's model
  double predictedUs = 0; ///< of a run
  /// The same for other placements, to compare with; PlacementProblem::kCannot: not possible.
  double withoutAcceleratorsUs = 0, greedyUs = 0;
  std::string device, deviceTitle;
  bool modelled = true;   ///< the device's figures are a model's
  size_t measuredOps = 0; ///< all the same: those whose time where they are is a measured one
};

/// Gives every op of `function` (but constants) to a candidate, by `policy` (by cost, accelerators
/// keep `part` of what that gives them), in the steps of bring your own codegen: composites are
/// matched, every candidate is asked for every op, neighbours become regions as large as
/// dependences allow. An op that no candidate supports is an error that names every such op with
/// every reason.
llvm::Expected<Partition> partition(mlir::func::FuncOp function,
                                    llvm::ArrayRef<Candidate> candidates,
                                    const DeviceProfile &device,
                                    PlacementPolicy policy = PlacementPolicy::kCost,
                                    const AcceleratorPart &part = {});

/// The part of a region that one candidate runs; for a region's fallback.
struct SubRegion {
  Candidate candidate;
  Region region;
};
/// The region's ops over the candidates, each on the first that supports it.
llvm::Expected<std::vector<SubRegion>> splitRegion(const Region &region,
                                                   llvm::ArrayRef<Candidate> candidates);

/// The report: for every op its device, region, predicted time, and why not the others.
std::string reportTable(const Partition &partition);
/// The same as docs/report.schema.json describes it.
std::string reportJson(const Partition &partition);
/// "conv_2d 'node' (reasons)": an op that is not on the backend, and why not.
std::string describeRefusal(const Placement &placement, llvm::StringRef backend,
                            PlacementPolicy policy);

/// Part of the ops, and of the multiply-accumulates, that run on the backend; 0 to 1.
struct Coverage {
  double ops = 0, macs = 0;
};
Coverage coverageOf(const Partition &partition, llvm::StringRef backend);

} // namespace tandem
