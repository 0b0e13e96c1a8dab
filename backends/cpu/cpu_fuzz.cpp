// Artifacts from strangers through the run half of the cpu backend: loaded, never run, since what
// they hold is code. A bundle's checksums guard that.
#include "runtime/device/device.h"

#include <cstdint>
#include <cstring>

namespace tandem {
const Device &cpuDevice();

constexpr size_t kBufferBytes = 64;
constexpr size_t kBuffers = 4;

static std::vector<uint8_t> emptyModel() {
  bundle::ModelT model;
  for (size_t i = 0; i < kBuffers; ++i) {
    model.buffers.push_back(std::make_unique<bundle::BufferT>());
    model.buffers.back()->size = kBufferBytes;
  }
  model.regions.push_back(std::make_unique<bundle::RegionT>());
  model.regions.back()->name = "r";
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(bundle::CreateModel(builder, &model));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}
} // namespace tandem

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace tandem;
  static const std::vector<uint8_t> bytes = emptyModel();
  static std::byte memory[kBufferBytes];
  static std::byte *const buffers[kBuffers] = {memory, memory, memory, memory};
  const auto *model = flatbuffers::GetRoot<bundle::Model>(bytes.data());
  // A bundle's blobs are aligned; so must this copy be.
  std::vector<uint64_t> copy(size / sizeof(uint64_t) + 1);
  if (size)
    std::memcpy(copy.data(), data, size);
  RegionSource source{*model, *model->regions()->Get(0), std::as_bytes(std::span(copy)).first(size),
                      buffers, "fuzz"};
  if (auto region = cpuDevice().load(source); !region.ok() && region.error().message.empty())
    __builtin_trap(); // a refusal says why
  return 0;
}
