#include "devices/cost.h"

#include <algorithm>

namespace tandem {

static double peakOf(const Processor &processor, ElementType type) {
  if (auto found = processor.peakMacsPerUs.find(type); found != processor.peakMacsPerUs.end())
    return found->second;
  // A type that the profile does not name runs at the slowest rate that it does.
  double slowest = 0;
  for (const auto &[other, rate] : processor.peakMacsPerUs)
    slowest = slowest == 0 ? rate : std::min(slowest, rate);
  return slowest;
}

double predictedUs(const Work &work, const Processor &processor) {
  if (work.kind == WorkKind::kFree)
    return 0;
  double part = processor.efficiency[static_cast<size_t>(work.kind)];
  bool products = work.kind <= WorkKind::kMatrix;
  double amount = static_cast<double>(products ? work.macs : work.elements);
  double rate = products ? part * peakOf(processor, work.type) : part;
  double arithmetic = rate > 0 ? amount / rate : 0;
  double memory =
      processor.bytesPerUs > 0 ? static_cast<double>(work.bytes) / processor.bytesPerUs : 0;
  return processor.opUs + std::max(arithmetic, memory);
}

double transferUs(uint64_t bytes, const Processor &processor) {
  if (processor.transferBytesPerUs <= 0)
    return 0;
  return processor.transferUs + static_cast<double>(bytes) / processor.transferBytesPerUs;
}

} // namespace tandem
