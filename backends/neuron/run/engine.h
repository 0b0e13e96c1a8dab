#pragma once

#include "backends/neuron/client/network.h"
#include "backends/neuron/run/shared_memory.h"

#include <memory>
#include <string>
#include <vector>

namespace tandem::neuron {

/// A value that crosses the region's border: the bundle's buffer, and its copy in staging memory,
/// which is all that the device ever sees.
struct Slot {
  std::byte *outside = nullptr;
  size_t offset = 0; ///< in the staging memory
  size_t bytes = 0;
  bool flipSign = false; ///< i8 codes outside, u8 codes inside
};

/// What talks to the library. load(), compute() and release() are for the worker's thread, since
/// any of the library's functions may never return; all that they touch is owned or shared here.
/// The rest is for the caller, while the worker is idle.
class Engine {
public:
  /// `owner` keeps the artifact and the constant buffers where they are. `like`: of the same
  /// region in another session, whose compiled network will do; null: none.
  Engine(const artifact::Artifact &artifact, std::vector<Buffer> buffers, Place place,
         std::shared_ptr<const void> owner, const Engine *like = nullptr);

  void load();
  void compute();
  void release();

  /// Of the last of these.
  const Status &status() const { return status_; }
  /// What load() could not do and did another way; empty: nothing.
  const std::string &notice() const { return notice_; }

  /// Both give the bytes that they copy.
  uint64_t copyInputs();
  uint64_t copyOutputs();

  const Place &place() const { return place_; }
  const artifact::Settings &settings() const { return *artifact_.settings(); }
  const artifact::Artifact &artifact() const { return artifact_; }

private:
  using Borders = flatbuffers::Vector<flatbuffers::Offset<artifact::Border>>;
  std::vector<Slot> slotsOf(const Borders &borders);
  Status tryLoad();
  Status openLibrary();
  Result<Network> makeNetwork();
  Status bind();
  Status bindMemory(const NeuronMemory *memory);
  Status bindBuffers();

  const artifact::Artifact &artifact_;
  std::vector<Buffer> buffers_;
  Place place_;
  std::shared_ptr<const void> owner_;
  std::vector<Slot> inputs_, outputs_;
  size_t stagingBytes_ = 0;
  Status status_;
  std::string notice_;

  // In the order in which each needs those before it.
  std::shared_ptr<const Library> library_;
  SharedMemory staging_;
  std::shared_ptr<const Network> network_; ///< executions of it are independent
  Handle<NeuronMemory> memory_{nullptr, nullptr};
  Handle<NeuronExecution> execution_{nullptr, nullptr};
};

} // namespace tandem::neuron
