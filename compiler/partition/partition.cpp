#include "compiler/partition/partition.h"

#include "compiler/graph/cost.h"
#include "compiler/graph/graph.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace mlir;

namespace tandem {
namespace {

std::string joined(const std::vector<std::string> &reasons) {
  return llvm::join(reasons, "; ");
}

/// Asks the candidates in order; without one that can, the placement has no backend.
Placement place(Operation *op, ArrayRef<const Backend *> candidates) {
  Placement placement;
  placement.op = op;
  for (const Backend *backend : candidates) {
    Support support = backend->supports(op);
    if (support) {
      placement.backend = backend;
      placement.predictedUs = backend->predictedUs(op);
      return placement;
    }
    placement.refusals.emplace_back(backend->name().str(), joined(support.reasons));
  }
  return placement;
}

llvm::Error homelessOps(ArrayRef<Placement> homeless) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "no backend runs " << homeless.size() << " operation" << (homeless.size() == 1 ? "" : "s")
      << ": ";
  llvm::interleaveComma(homeless, out, [&](const Placement &placement) {
    out << placement.op->getName().stripDialect() << " '" << graph::nodeName(placement.op) << "'";
    for (const auto &[backend, reasons] : placement.refusals)
      out << " (" << backend << ": " << reasons << ")";
  });
  return llvm::createStringError(text);
}

/// Topological order that stays on one backend while it has ops that are ready.
std::vector<Placement> ordered(std::vector<Placement> placements) {
  llvm::DenseMap<Operation *, size_t> indexOf;
  for (size_t i = 0; i < placements.size(); ++i)
    indexOf[placements[i].op] = i;
  std::vector<size_t> waitsFor(placements.size(), 0);
  std::vector<std::vector<size_t>> waiters(placements.size());
  for (size_t i = 0; i < placements.size(); ++i) {
    llvm::SmallSetVector<Operation *, 4> producers;
    for (Value operand : placements[i].op->getOperands())
      if (Operation *producer = operand.getDefiningOp(); producer && indexOf.contains(producer))
        producers.insert(producer);
    waitsFor[i] = producers.size();
    for (Operation *producer : producers)
      waiters[indexOf[producer]].push_back(i);
  }

  std::set<size_t> ready; // the source's order among those that are ready
  for (size_t i = 0; i < placements.size(); ++i)
    if (waitsFor[i] == 0)
      ready.insert(i);
  std::vector<Placement> result;
  const Backend *current = nullptr;
  while (!ready.empty()) {
    auto next = llvm::find_if(ready, [&](size_t i) { return placements[i].backend == current; });
    if (next == ready.end())
      next = ready.begin();
    size_t taken = *next;
    ready.erase(next);
    current = placements[taken].backend;
    for (size_t waiter : waiters[taken])
      if (--waitsFor[waiter] == 0)
        ready.insert(waiter);
    result.push_back(std::move(placements[taken]));
  }
  return result;
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

} // namespace

llvm::Expected<Partition> partition(func::FuncOp function, ArrayRef<const Backend *> candidates) {
  std::vector<Placement> placements, homeless;
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (isa<graph::ConstantOp>(op))
      continue;
    Placement placement = place(&op, candidates);
    (placement.backend ? placements : homeless).push_back(std::move(placement));
  }
  if (!homeless.empty())
    return homelessOps(homeless);

  Partition result;
  result.placements = ordered(std::move(placements));
  for (Placement &placement : result.placements) {
    if (result.regions.empty() || result.regions.back().backend != placement.backend) {
      result.regions.push_back({placement.backend, {}});
      result.regions.back().region.name =
          placement.backend->name().str() + "_" + std::to_string(result.regions.size() - 1);
    }
    placement.region = result.regions.size() - 1;
    result.regions.back().region.ops.push_back(placement.op);
  }
  for (PlacedRegion &placed : result.regions)
    findBorders(placed.region);
  return result;
}

} // namespace tandem
