#include "runtime/test/fake_device.h"

namespace tandem {
namespace {
struct FakeRegion final : LoadedRegion {
  explicit FakeRegion(const RegionSource &source)
      : name(source.region.name()->string_view()), buffers(source.buffers) {}
  Status run(ThreadPool &pool) override {
    if (FakeDevice::onRunOf)
      TANDEM_RETURN_IF_ERROR(FakeDevice::onRunOf(name));
    return FakeDevice::onRun ? FakeDevice::onRun(pool, buffers) : Status();
  }
  size_t steps() const override { return FakeDevice::steps; }
  Status runSteps(ThreadPool &pool, size_t first, size_t last) override {
    if (!FakeDevice::onStep)
      return run(pool);
    for (size_t step = first; step < last; ++step)
      TANDEM_RETURN_IF_ERROR(FakeDevice::onStep(step));
    return {};
  }
  Result<std::unique_ptr<LoadedRegion>> another(const RegionSource &source) const override {
    return std::unique_ptr<LoadedRegion>(FakeDevice::shares ? new FakeRegion(source) : nullptr);
  }
  std::string notice() const override { return FakeDevice::notice; }
  std::string_view name;
  std::span<std::byte *const> buffers;
};
} // namespace

Result<std::unique_ptr<LoadedRegion>> FakeDevice::load(const RegionSource &source) const {
  if (onLoad)
    TANDEM_RETURN_IF_ERROR(onLoad(source));
  return std::unique_ptr<LoadedRegion>(new FakeRegion(source));
}

const std::vector<const Device *> &devices() {
  static const FakeDevice kDevice;
  static const std::vector<const Device *> kList = {&kDevice};
  return kList;
}

} // namespace tandem
