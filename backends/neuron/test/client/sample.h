#pragma once

#include "backends/neuron/client/artifact_generated.h"
#include "runtime/device/device.h"

#include <array>
#include <memory>
#include <string>

namespace tandem::neuron::test {

/// ADD of two tensors of four floats: buffers 0 and 1 to buffer 2; buffer 3 has weights of 512
/// bytes that nothing uses.
artifact::ArtifactT additionOfFour();

std::string packed(const artifact::ArtifactT &artifact);

/// A model with the buffers of additionOfFour(), for its region 'r' of the bundle 'x.tandem'.
class SampleRegion {
public:
  SampleRegion();

  Result<std::unique_ptr<LoadedRegion>> load(const artifact::ArtifactT &artifact);
  using Four = std::array<float, 4>;
  /// The sum that the region computes of these.
  Result<Four> run(LoadedRegion &region, const Four &a, const Four &b);
  std::byte *buffer(size_t index) { return addresses_[index]; }

private:
  flatbuffers::FlatBufferBuilder model_;
  std::array<std::array<float, 128>, 4> memory_ = {};
  std::array<std::byte *, 4> addresses_;
  std::string artifact_;
};

} // namespace tandem::neuron::test
