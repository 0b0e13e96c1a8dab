#include "compiler/partition/units.h"

#include "compiler/backend/work.h"
#include "compiler/graph/graph.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace tandem {
namespace {

struct Match {
  Composite composite;
  size_t owner = 0;
};

/// Only the last op may be read from outside, and no op may be taken already.
bool isClosed(const Composite &composite, const llvm::DenseMap<Operation *, size_t> &taken) {
  llvm::SmallPtrSet<Operation *, 8> inside(composite.ops.begin(), composite.ops.end());
  for (Operation *op : composite.ops) {
    if (taken.contains(op))
      return false;
    if (op == composite.ops.back())
      continue;
    for (Operation *user : op->getUsers())
      if (!inside.contains(user))
        return false;
  }
  return true;
}

/// Longest matches first: from the last op to the first, as a match ends in its last op.
std::vector<Match> matchComposites(ArrayRef<Operation *> ops, ArrayRef<Candidate> candidates) {
  std::vector<Match> matches;
  llvm::DenseMap<Operation *, size_t> taken;
  llvm::SmallPtrSet<Operation *, 32> known(ops.begin(), ops.end());
  auto isOurs = [&](const Composite &composite) {
    return llvm::all_of(composite.ops, [&](Operation *op) { return known.contains(op); });
  };
  auto matchAt = [&](Operation *op) {
    for (size_t owner = 0; owner < candidates.size(); ++owner)
      for (Composite &composite : candidates[owner].backend->composites(op))
        if (isOurs(composite) && isClosed(composite, taken) &&
            candidates[owner].backend->supports(composite, *candidates[owner].processor)) {
          for (Operation *part : composite.ops)
            taken[part] = matches.size();
          matches.push_back({std::move(composite), owner});
          return;
        }
  };
  for (Operation *op : llvm::reverse(ops))
    if (!taken.contains(op))
      matchAt(op);
  return matches;
}

/// Every op's answer in one.
Support askAll(ArrayRef<Operation *> ops, const Candidate &candidate) {
  Support all;
  for (Operation *op : ops)
    for (std::string &reason : askBackend(*candidate.backend, op, *candidate.processor).reasons)
      if (!llvm::is_contained(all.reasons, reason))
        all.reasons.push_back(std::move(reason));
  return all;
}

void annotate(Unit &unit, ArrayRef<Candidate> candidates, const DeviceProfile &device) {
  for (size_t i = 0; i < candidates.size(); ++i) {
    bool owns = !unit.pattern.empty() && unit.owner == i;
    unit.supports.push_back(owns ? Support::yes() : askAll(unit.ops, candidates[i]));
    unit.us.push_back(unit.supports[i] ? 0 : PlacementProblem::kCannot);
    if (unit.supports[i])
      for (Operation *op : unit.ops)
        unit.us[i] += costUs(op, *candidates[i].backend, *candidates[i].processor, device);
  }
}

} // namespace

std::vector<Unit> annotate(ArrayRef<Operation *> ops, ArrayRef<Candidate> candidates,
                           const DeviceProfile &device) {
  llvm::DenseMap<Operation *, Unit> composites; // by the last op
  llvm::SmallPtrSet<Operation *, 32> inside;
  for (Match &match : matchComposites(ops, candidates)) {
    for (Operation *op : match.composite.ops)
      inside.insert(op);
    composites[match.composite.ops.back()] = {.ops = match.composite.ops,
                                              .pattern = match.composite.pattern,
                                              .owner = match.owner,
                                              .supports = {},
                                              .us = {}};
  }
  std::vector<Unit> units;
  for (Operation *op : ops) {
    if (auto found = composites.find(op); found != composites.end())
      units.push_back(std::move(found->second));
    else if (!inside.contains(op))
      units.push_back({.ops = {op}, .pattern = "", .owner = 0, .supports = {}, .us = {}});
    else
      continue;
    annotate(units.back(), candidates, device);
  }
  return units;
}

PlacementProblem problemOf(ArrayRef<Unit> units, ArrayRef<Candidate> candidates,
                           ValueRange results) {
  PlacementProblem problem;
  for (const Candidate &candidate : candidates) {
    const Processor &processor = *candidate.processor;
    bool ownMemory = processor.transferBytesPerUs > 0;
    problem.devices.push_back(
        {.dispatchUs = processor.dispatchUs,
         .transferUs = ownMemory ? processor.transferUs : 0,
         .transferUsPerByte = ownMemory ? 1 / processor.transferBytesPerUs : 0});
  }
  llvm::DenseMap<Operation *, size_t> unitOf;
  for (size_t i = 0; i < units.size(); ++i) {
    problem.nodeUs.push_back(units[i].us);
    for (Operation *op : units[i].ops)
      unitOf[op] = i;
  }
  llvm::MapVector<Value, PlacementProblem::Value> values;
  auto valueAt = [&](Value value) -> PlacementProblem::Value & {
    auto [found, inserted] = values.try_emplace(value);
    if (inserted) {
      found->second.bytes = storedBytes(value);
      if (Operation *producer = value.getDefiningOp())
        if (auto unit = unitOf.find(producer); unit != unitOf.end())
          found->second.producer = unit->second;
    }
    return found->second;
  };
  for (size_t i = 0; i < units.size(); ++i)
    for (Operation *op : units[i].ops)
      for (Value operand : op->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if (producer && isa<graph::ConstantOp>(producer))
          continue; // compiled into the region
        PlacementProblem::Value &value = valueAt(operand);
        if (value.producer != i && !llvm::is_contained(value.consumers, i))
          value.consumers.push_back(i);
      }
  for (Value result : results)
    if (Operation *producer = result.getDefiningOp(); producer && unitOf.contains(producer))
      valueAt(result).isOutput = true;
  for (auto &[value, entry] : values)
    problem.values.push_back(std::move(entry));
  return problem;
}

} // namespace tandem
