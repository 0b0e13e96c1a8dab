#include "pipeline/plan/core_rates.h"

namespace tandem {

static double rateOf(const Processor &processor, std::optional<ElementType> type) {
  auto kind = type ? WorkKind::kConvolution : WorkKind::kElementwise;
  double part = processor.efficiency[static_cast<size_t>(kind)];
  if (!type)
    return part;
  auto peak = processor.peakMacsPerUs.find(*type);
  if (peak == processor.peakMacsPerUs.end())
    peak = processor.peakMacsPerUs.find(ElementType::kF32);
  return peak == processor.peakMacsPerUs.end() ? 0 : peak->second * part;
}

double rateOf(const DeviceProfile *model, const PipelineDevice &device,
              std::optional<ElementType> type) {
  for (const std::string &backend : device.backends)
    if (const Processor *own = model ? model->processorOf(backend, device.kind) : nullptr)
      return rateOf(*own, type);
  return 0;
}

double strongestRate(const DeviceProfile *model, const PipelineDevice &device,
                     std::optional<ElementType> type) {
  for (const std::string &backend : device.backends)
    if (const Processor *first = model ? model->processorOf(backend) : nullptr)
      return rateOf(*first, type);
  return 0;
}

} // namespace tandem
