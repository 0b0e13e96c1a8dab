#include "compiler/partition/partition.h"

#include "compiler/graph/cost.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {

static std::string kindOf(const Placement &placement) {
  return placement.op->getName().stripDialect().str();
}

std::string reportTable(const Partition &partition) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << llvm::format("%-10s %-18s %-20s %12s  %s\n", "device", "region", "op", "predicted us",
                      "node");
  for (const Placement &placement : partition.placements) {
    const Region &region = partition.regions[placement.region].region;
    out << llvm::format("%-10s %-18s %-20s %12.1f  ", placement.backend->name().str().c_str(),
                        region.name.c_str(), kindOf(placement).c_str(), placement.predictedUs)
        << graph::nodeName(placement.op) << "\n";
    for (const auto &[backend, reasons] : placement.refusals)
      out << "           not " << backend << ": " << reasons << "\n";
  }
  return text;
}

std::string reportJson(const Partition &partition) {
  llvm::json::Array ops;
  double total = 0;
  for (const Placement &placement : partition.placements) {
    llvm::json::Object refusals;
    for (const auto &[backend, reasons] : placement.refusals)
      refusals[backend] = reasons;
    total += placement.predictedUs;
    ops.push_back(llvm::json::Object{
        {"op", kindOf(placement)},
        {"node", llvm::json::fixUTF8(graph::nodeName(placement.op))},
        {"device", placement.backend->name()},
        {"region", partition.regions[placement.region].region.name},
        {"predicted_us", placement.predictedUs},
        {"macs", static_cast<int64_t>(graph::macCount(placement.op))},
        {"refused_by", std::move(refusals)},
    });
  }
  llvm::json::Value report = llvm::json::Object{
      {"ops", std::move(ops)},
      {"regions", static_cast<int64_t>(partition.regions.size())},
      {"predicted_us", total},
  };
  return llvm::formatv("{0:2}", report).str();
}

} // namespace tandem
