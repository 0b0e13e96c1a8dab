// Artifacts from strangers through the run half of the neuron backend, into a library that looks at
// every byte that it is pointed to.
#include "backends/neuron/run/engine.h"

#include <cstdlib>
#include <cstring>

namespace tandem::neuron {
namespace {

/// Buffers that the seeds name: four of 16 bytes, one of 64, weights of 512. Each by itself on the
/// heap, so that a sanitizer sees one byte more.
class Memory {
public:
  Memory() {
    for (size_t bytes : {16, 16, 16, 16, 64, 512}) {
      memory_.push_back(std::make_unique<std::byte[]>(bytes));
      buffers_.push_back({memory_.back().get(), bytes, bytes == 512});
    }
  }
  const std::vector<Buffer> &buffers() const { return buffers_; }

private:
  std::vector<std::unique_ptr<std::byte[]>> memory_;
  std::vector<Buffer> buffers_;
};

} // namespace
} // namespace tandem::neuron

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace tandem;
  using namespace tandem::neuron;
  static const Memory kMemory;
  static const int kNamed = setenv("TANDEM_NEURON_LIBRARY", TANDEM_TOUCHING_LIBRARY, 1);
  static const auto kLibrary = Library::open(); // once: opening it is not what is tested
  if (kNamed != 0 || !kLibrary.ok())
    std::abort();
  // A bundle's blobs are aligned; so must this copy be.
  std::vector<uint64_t> copy(size / sizeof(uint64_t) + 1);
  if (size)
    std::memcpy(copy.data(), data, size);
  Place place = {.path = "fuzz", .region = "r"};
  auto artifact =
      checkArtifact(std::as_bytes(std::span(copy)).first(size), kMemory.buffers(), place);
  if (!artifact.ok()) {
    if (artifact.error().message.empty())
      __builtin_trap(); // a refusal says why
    return 0;
  }
  Engine engine(**artifact, kMemory.buffers(), place, nullptr);
  engine.load();
  if (engine.status().ok()) {
    engine.copyInputs();
    engine.compute();
    engine.copyOutputs();
  }
  engine.release();
  return 0;
}
