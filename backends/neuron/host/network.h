#pragma once

#include "backends/neuron/host/reply.h"
#include "runtime/bundle.h"
#include "runtime/session.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace tandem::neuron::host {

/// A model compiled for this machine: a bundle, and how long the modelled processor would take.
/// Immutable but for a session kept ready; any thread.
class Network {
public:
  /// From what compileModule() gave.
  static Reply create(std::vector<std::byte> bundle, double modelledUs,
                      std::shared_ptr<Network> &network);
  /// From what store() wrote, which is copied. Refuses what is cut or damaged, and what was
  /// compiled for another chip or by another version of the library.
  static Reply restore(std::span<const std::byte> bytes, std::shared_ptr<Network> &network);

  size_t storedSize() const;
  /// Into storedSize() bytes.
  void store(std::span<std::byte> bytes) const;

  struct Tensor {
    std::vector<uint32_t> dimensions;
    size_t bytes = 0;
  };
  const std::vector<Tensor> &inputs() const { return inputs_; }
  const std::vector<Tensor> &outputs() const { return outputs_; }
  double modelledUs() const { return modelledUs_; }

  /// A session of its own for one execution.
  Reply makeSession(std::unique_ptr<Session> &session);

private:
  Network() = default;
  Reply open();

  /// At a multiple of 64, as the reader needs it.
  struct Bytes {
    explicit Bytes(std::span<const std::byte> from);
    std::unique_ptr<std::byte[], void (*)(std::byte *)> data;
    size_t size;
    std::span<const std::byte> span() const { return {data.get(), size}; }
  };
  std::unique_ptr<Bytes> bytes_;
  std::shared_ptr<const Bundle> bundle_;
  std::vector<Tensor> inputs_, outputs_;
  double modelledUs_ = 0;
  std::mutex mutex_;
  std::unique_ptr<Session> spare_; ///< made to see that the network runs here, and then used
};

} // namespace tandem::neuron::host
