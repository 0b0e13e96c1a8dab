#include "compiler/partition/partition.h"

#include "compiler/backend/work.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/graph.h"
#include "compiler/partition/units.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {
namespace {

bool isHomeless(const Unit &unit) {
  return llvm::all_of(unit.us, [](double us) { return us == PlacementProblem::kCannot; });
}

/// Every op that runs nowhere, with every reason.
llvm::Error homelessOps(ArrayRef<Unit> units, ArrayRef<Candidate> candidates) {
  std::string text;
  llvm::raw_string_ostream out(text);
  size_t count = llvm::count_if(units, isHomeless);
  out << "no backend runs " << count << " operation" << (count == 1 ? "" : "s") << ": ";
  llvm::ListSeparator comma;
  for (const Unit &unit : units) {
    if (!isHomeless(unit))
      continue;
    out << comma << unit.ops.back()->getName().stripDialect() << " '"
        << graph::nodeName(unit.ops.back()) << "'";
    for (size_t i = 0; i < candidates.size(); ++i)
      out << " (" << candidates[i].backend->name() << ": "
          << llvm::join(unit.supports[i].reasons, "; ") << ")";
  }
  return llvm::createStringError(text);
}

/// What a region reads from outside, and what of it others read.
void findBorders(Region &region) {
  llvm::SmallPtrSet<Operation *, 32> inside(region.ops.begin(), region.ops.end());
  llvm::SetVector<Value> inputs;
  for (Operation *op : region.ops) {
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || (!inside.contains(producer) && !isa<graph::ConstantOp>(producer)))
        inputs.insert(operand);
    }
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !inside.contains(user); }))
        region.outputs.push_back(result);
  }
  region.inputs.assign(inputs.begin(), inputs.end());
}

uint64_t bytesOf(ArrayRef<Value> values) {
  uint64_t bytes = 0;
  for (Value value : values)
    bytes += storedBytes(value);
  return bytes;
}

std::vector<Alternative> alternativesOf(const Unit &unit, ArrayRef<Candidate> candidates,
                                        const PlacementProblem &problem, size_t chosen,
                                        Operation *op, const DeviceProfile &device) {
  std::vector<Alternative> alternatives;
  for (size_t i = 0; i < candidates.size(); ++i)
    if (i != chosen)
      alternatives.push_back({.backend = candidates[i].backend->name().str(),
                              .accelerator = !problem.devices[i].isFree(),
                              .us = unit.supports[i] ? costUs(op, *candidates[i].backend,
                                                              *candidates[i].processor, device)
                                                     : 0,
                              .reasons = unit.supports[i].reasons});
  return alternatives;
}

/// Regions and placements of an assignment of the units.
Partition assemble(ArrayRef<Unit> units, ArrayRef<Candidate> candidates,
                   const PlacementProblem &problem, const Assignment &assignment,
                   const DeviceProfile &device) {
  Partition result;
  Regions regions = mergeRegions(problem, assignment);
  std::vector<RegionCost> costs = regionCosts(problem, assignment, regions);
  for (size_t unit : regions.order) {
    size_t index = regions.regionOf[unit];
    const Candidate &candidate = candidates[assignment[unit]];
    if (index == result.regions.size()) {
      PlacedRegion &placed = result.regions.emplace_back();
      placed.backend = candidate.backend;
      placed.processor = candidate.processor;
      placed.cost = costs[index];
      placed.region.name = candidate.backend->name().str() + "_" + std::to_string(index);
    }
    PlacedRegion &placed = result.regions[index];
    bool owned = !units[unit].pattern.empty() && units[unit].owner == assignment[unit];
    if (owned)
      placed.region.composites.push_back({units[unit].pattern, units[unit].ops});
    placed.computeUs += units[unit].us[assignment[unit]];
    for (Operation *op : units[unit].ops) {
      placed.region.ops.push_back(op);
      result.placements.push_back(
          {.op = op,
           .chosen = candidate,
           .predictedUs = costUs(op, *candidate.backend, *candidate.processor, device),
           .region = index,
           .composite = owned ? units[unit].pattern : "",
           .alternatives =
               alternativesOf(units[unit], candidates, problem, assignment[unit], op, device)});
    }
  }
  for (PlacedRegion &placed : result.regions) {
    findBorders(placed.region);
    placed.bytesIn = bytesOf(placed.region.inputs);
    placed.bytesOut = bytesOf(placed.region.outputs);
  }
  return result;
}

} // namespace

llvm::Expected<Partition> partition(func::FuncOp function, ArrayRef<Candidate> candidates,
                                    const DeviceProfile &device, PlacementPolicy policy,
                                    const AcceleratorPart &part) {
  std::vector<Operation *> ops;
  Block &body = function.getBody().front();
  for (Operation &op : body.without_terminator())
    if (!isa<graph::ConstantOp>(op))
      ops.push_back(&op);
  std::vector<Unit> units = annotate(ops, candidates, device);
  if (llvm::any_of(units, isHomeless))
    return homelessOps(units, candidates);

  PlacementProblem problem = problemOf(units, candidates, body.getTerminator()->getOperands());
  PlacementResult greedy = placeGreedily(problem);
  PlacementResult chosen = policy == PlacementPolicy::kGreedy ? greedy : placeByCost(problem);
  bool isLimited = policy == PlacementPolicy::kCost && part.part < 1;
  if (isLimited) {
    chosen = placeByCost(limitedTo(problem, chosen.assignment, part));
    chosen.exact = false; // of all placements
  }
  Partition result = assemble(units, candidates, problem, chosen.assignment, device);
  result.part = isLimited ? part : AcceleratorPart();
  result.policy = policy;
  result.exact = chosen.exact;
  result.predictedUs = chosen.us;
  result.greedyUs = greedy.us;
  result.withoutAcceleratorsUs = placeWithoutAccelerators(problem).us;
  result.device = device.name;
  result.deviceTitle = device.title;
  result.modelled = device.modelled;
  result.measuredOps =
      static_cast<size_t>(llvm::count_if(result.placements, [&](const Placement &of) {
        return device.measuredUs.contains(costKey(of.op, of.chosen.backend->name()));
      }));
  return result;
}

llvm::Expected<std::vector<SubRegion>> splitRegion(const Region &region,
                                                   ArrayRef<Candidate> candidates) {
  std::vector<Unit> units = annotate(region.ops, candidates, DeviceProfile());
  if (llvm::any_of(units, isHomeless))
    return homelessOps(units, candidates);
  PlacementProblem problem = problemOf(units, candidates, region.outputs);
  Assignment assignment = placeGreedily(problem).assignment;
  Partition parts = assemble(units, candidates, problem, assignment, DeviceProfile());
  std::vector<SubRegion> result;
  for (PlacedRegion &part : parts.regions)
    result.push_back({{part.backend, part.processor}, std::move(part.region)});
  return result;
}

} // namespace tandem
