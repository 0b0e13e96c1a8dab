#include "runtime/test/fake_device.h"

namespace tandem {
namespace {
struct FakeRegion final : LoadedRegion {
  explicit FakeRegion(std::span<std::byte *const> buffers) : buffers(buffers) {}
  Status run(ThreadPool &pool) override {
    return FakeDevice::onRun ? FakeDevice::onRun(pool, buffers) : Status();
  }
  std::span<std::byte *const> buffers;
};
} // namespace

Result<std::unique_ptr<LoadedRegion>> FakeDevice::load(const RegionSource &source) const {
  if (onLoad)
    TANDEM_RETURN_IF_ERROR(onLoad(source));
  return std::unique_ptr<LoadedRegion>(new FakeRegion(source.buffers));
}

const std::vector<const Device *> &devices() {
  static const FakeDevice device;
  static const std::vector<const Device *> list = {&device};
  return list;
}

} // namespace tandem
