#include "compiler/partition/partition.h"

#include "base/printable.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {
namespace {

std::string kindOf(const Placement &placement) {
  return placement.op->getName().stripDialect().str();
}

/// An op that could run elsewhere is where it is for the sake of the whole.
std::string reasonText(const Alternative &alternative, const Placement &placement,
                       PlacementPolicy policy, bool isLimited = false) {
  if (!alternative.reasons.empty())
    return llvm::join(alternative.reasons, "; ");
  std::string us = llvm::formatv("{0:f1} us predicted there", alternative.us).str();
  if (policy == PlacementPolicy::kGreedy)
    return us + ", and comes later in the order of preference";
  if (alternative.us > placement.predictedUs)
    return us;
  return us + (isLimited && alternative.accelerator
                   ? ", beyond the part that accelerators keep"
                   : ", which calls and transfers would cost again");
}

std::string usText(double us) {
  return us == PlacementProblem::kCannot ? "not possible" : llvm::formatv("{0:f1} us", us).str();
}

/// Infinity is no number in JSON.
llvm::json::Value usValue(double us) {
  return us == PlacementProblem::kCannot ? llvm::json::Value(nullptr) : llvm::json::Value(us);
}

/// The ops of the list that this one reads from.
llvm::json::Array producersOf(Operation *op, const llvm::DenseMap<Operation *, size_t> &indexOf) {
  llvm::SmallSetVector<size_t, 4> indices;
  for (Value operand : op->getOperands())
    if (auto found = indexOf.find(operand.getDefiningOp()); found != indexOf.end())
      indices.insert(found->second);
  llvm::json::Array list;
  for (size_t index : indices)
    list.push_back(static_cast<int64_t>(index));
  return list;
}

std::string typeText(Value value) {
  RankedTensorType type = graph::tensorType(value);
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::interleave(type.getShape(), out, "x");
  if (auto element = graph::elementTypeOf(type.getElementType()))
    out << " " << elementTypeName(*element);
  return text;
}

llvm::json::Object opEntry(const Placement &placement, const Partition &partition,
                           const llvm::DenseMap<Operation *, size_t> &indexOf) {
  llvm::json::Object alternatives;
  for (const Alternative &alternative : placement.alternatives) {
    bool supported = alternative.reasons.empty();
    llvm::json::Array reasons;
    for (const std::string &reason : alternative.reasons)
      reasons.push_back(llvm::json::fixUTF8(reason));
    alternatives[alternative.backend] = llvm::json::Object{
        {"supported", supported},
        {"predicted_us",
         supported ? llvm::json::Value(alternative.us) : llvm::json::Value(nullptr)},
        {"reasons", std::move(reasons)},
        {"why_not", llvm::json::fixUTF8(reasonText(alternative, placement, partition.policy,
                                                   partition.part.part < 1))}};
  }
  llvm::json::Object entry{
      {"op", kindOf(placement)},
      {"node", llvm::json::fixUTF8(graph::nodeName(placement.op))},
      {"device", placement.chosen.backend->name()},
      {"processor", placement.chosen.processor->name},
      {"region", partition.regions[placement.region].region.name},
      {"inputs", producersOf(placement.op, indexOf)},
      {"result", typeText(placement.op->getResult(0))},
      {"predicted_us", placement.predictedUs},
      {"macs", static_cast<int64_t>(graph::macCount(placement.op))},
      {"alternatives", std::move(alternatives)},
  };
  if (!placement.composite.empty())
    entry["composite"] = placement.composite;
  return entry;
}

llvm::json::Object regionEntry(const PlacedRegion &placed) {
  return llvm::json::Object{
      {"name", placed.region.name},
      {"device", placed.backend->name()},
      {"processor", placed.processor->name},
      {"ops", static_cast<int64_t>(placed.region.ops.size())},
      {"bytes_in", static_cast<int64_t>(placed.bytesIn)},
      {"bytes_out", static_cast<int64_t>(placed.bytesOut)},
      {"compute_us", placed.computeUs},
      {"dispatch_us", placed.cost.dispatchUs},
      {"transfer_us", placed.cost.transferUs},
  };
}

std::vector<std::string> backendsOf(const Partition &partition) {
  std::vector<std::string> names;
  for (const PlacedRegion &placed : partition.regions)
    if (!llvm::is_contained(names, placed.backend->name()))
      names.push_back(placed.backend->name().str());
  return names;
}

StringRef policyName(const Partition &partition) {
  return partition.policy == PlacementPolicy::kCost ? "cost" : "greedy";
}

/// "modelled", "modelled, 3 of 4 ops measured".
std::string sourceOfTimes(const Partition &partition) {
  if (!partition.modelled)
    return "measured";
  if (partition.measuredOps == 0)
    return "modelled";
  return llvm::formatv("modelled, {0} of {1} ops measured", partition.measuredOps,
                       partition.placements.size())
      .str();
}

std::string partText(const AcceleratorPart &part) {
  if (part.part >= 1)
    return "";
  return llvm::formatv(", accelerators keep the {0} {1:P0} of what that gives them",
                       part.isLast ? "last" : "first", part.part)
      .str();
}

} // namespace

Coverage coverageOf(const Partition &partition, StringRef backend) {
  double ops = 0, macs = 0, allMacs = 0;
  for (const Placement &placement : partition.placements) {
    auto count = static_cast<double>(graph::macCount(placement.op));
    bool here = placement.chosen.backend->name() == backend;
    ops += here;
    macs += here ? count : 0;
    allMacs += count;
  }
  auto all = static_cast<double>(partition.placements.size());
  return {all > 0 ? ops / all : 1, allMacs > 0 ? macs / allMacs : 1};
}

std::string describeRefusal(const Placement &placement, StringRef backend, PlacementPolicy policy) {
  std::string reason = "it was not asked";
  for (const Alternative &alternative : placement.alternatives)
    if (alternative.backend == backend)
      reason = reasonText(alternative, placement, policy);
  return kindOf(placement) + " '" + graph::nodeName(placement.op) + "' (" + reason + ")";
}

std::string reportTable(const Partition &partition) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "device " << partition.device << " (" << sourceOfTimes(partition)
      << "): " << partition.deviceTitle
      << (partition.modelled && partition.measuredOps == 0 && partition.device == "host"
              ? "; 'tandem profile MODEL -o mine.json' measures it for --device mine.json"
              : "")
      << "\n";
  out << "predicted " << usText(partition.predictedUs) << " a run, placed by "
      << policyName(partition) << (partition.exact ? ", nothing is faster" : "")
      << partText(partition.part) << "; without accelerators "
      << usText(partition.withoutAcceleratorsUs) << ", greedily " << usText(partition.greedyUs)
      << "\n";
  for (const std::string &backend : backendsOf(partition)) {
    Coverage coverage = coverageOf(partition, backend);
    out << llvm::formatv("{0}: {1:P1} of the ops, {2:P1} of the multiply-accumulates\n", backend,
                         coverage.ops, coverage.macs);
  }
  out << "\n"
      << llvm::format("%-18s %-10s %6s %12s %12s %12s\n", "region", "device", "ops", "compute us",
                      "dispatch us", "transfer us");
  for (const PlacedRegion &placed : partition.regions)
    out << llvm::format("%-18s %-10s %6zu %12.1f %12.1f %12.1f\n", placed.region.name.c_str(),
                        placed.backend->name().str().c_str(), placed.region.ops.size(),
                        placed.computeUs, placed.cost.dispatchUs, placed.cost.transferUs);
  out << "\n"
      << llvm::format("%-10s %-18s %-20s %12s  %s\n", "device", "region", "op", "predicted us",
                      "node");
  for (const Placement &placement : partition.placements) {
    const Region &region = partition.regions[placement.region].region;
    out << llvm::format("%-10s %-18s %-20s %12.1f  ",
                        placement.chosen.backend->name().str().c_str(), region.name.c_str(),
                        kindOf(placement).c_str(), placement.predictedUs)
        << shortened(graph::nodeName(placement.op));
    if (!placement.composite.empty())
      out << " (in " << placement.composite << ")";
    out << "\n";
    for (const Alternative &alternative : placement.alternatives) {
      bool obvious = alternative.reasons.empty() && !alternative.accelerator &&
                     alternative.us >= placement.predictedUs;
      if (!obvious)
        out << "           not " << alternative.backend << ": "
            << reasonText(alternative, placement, partition.policy, partition.part.part < 1)
            << "\n";
    }
  }
  return text;
}

std::string reportJson(const Partition &partition) {
  llvm::json::Array ops, regions;
  llvm::DenseMap<Operation *, size_t> indexOf;
  for (const Placement &placement : partition.placements)
    indexOf.try_emplace(placement.op, indexOf.size());
  for (const Placement &placement : partition.placements)
    ops.push_back(opEntry(placement, partition, indexOf));
  for (const PlacedRegion &placed : partition.regions)
    regions.push_back(regionEntry(placed));
  llvm::json::Object coverage;
  for (const std::string &backend : backendsOf(partition)) {
    Coverage part = coverageOf(partition, backend);
    coverage[backend] = llvm::json::Object{{"ops", part.ops}, {"macs", part.macs}};
  }
  llvm::json::Value report = llvm::json::Object{
      {"device", llvm::json::Object{{"name", partition.device},
                                    {"title", partition.deviceTitle},
                                    {"modelled", partition.modelled},
                                    {"measured_ops", static_cast<int64_t>(partition.measuredOps)}}},
      {"placement",
       llvm::json::Object{{"policy", policyName(partition)},
                          {"exact", partition.exact},
                          {"predicted_us", usValue(partition.predictedUs)},
                          {"without_accelerators_us", usValue(partition.withoutAcceleratorsUs)},
                          {"greedy_us", usValue(partition.greedyUs)}}},
      {"coverage", std::move(coverage)},
      {"regions", std::move(regions)},
      {"ops", std::move(ops)},
  };
  return llvm::formatv("{0:2}", report).str();
}

} // namespace tandem
