#pragma once

#include "backends/neuron/host/compilation.h"
#include "backends/neuron/host/event.h"
#include "backends/neuron/host/memory.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace tandem::neuron::host {

/// One use of a compilation: what its inputs and outputs are bound to, and the memory to compute
/// in. Executions are independent of each other, those of one compilation too.
class Execution : public std::enable_shared_from_this<Execution> {
public:
  static Reply create(Compilation &compilation, std::shared_ptr<Execution> &execution);

  using Side = Compilation::Side;
  // The functions of the ABI, NULL pointers already refused.
  Reply bind(Side side, int64_t index, const NeuronOperandType *type, const void *buffer,
             size_t length);
  Reply bindMemory(Side side, uint32_t index, const NeuronOperandType *type,
                   const std::shared_ptr<SharedMemory> &memory, size_t offset, size_t length);
  Reply setBoostHint(uint8_t value);
  Reply setCacheFlushHint(uint8_t bits);
  Reply setLoopTimeout();
  Reply setRunnerPoolSize(uint8_t runners);
  Reply setBatchDone();
  Reply setIoDone(int runner);
  /// `hang` is called once it computes.
  Reply compute(const std::function<void()> &hang);
  /// Computes on a thread of its own once all of `dependencies` have happened.
  Reply start(std::vector<std::shared_ptr<Completion>> dependencies,
              std::shared_ptr<Completion> &completion);
  Reply outputRank(int32_t index, uint32_t *rank) const;
  Reply outputDimensions(int32_t index, uint32_t *dimensions) const;
  /// False while it computes: then it must stay.
  bool mayBeFreed() const;

private:
  /// Where one input or output is: an address, or a part of a memory.
  struct Binding {
    std::byte *data = nullptr;
    std::shared_ptr<SharedMemory> memory;
    size_t offset = 0, length = 0;
    bool isSet() const { return data || memory; }
  };
  struct Bindings {
    std::vector<Binding> inputs, outputs;
  };

  explicit Execution(const Compilation &compilation);
  Reply mustNotCompute() const;
  Reply bindingFor(Side side, int64_t index, const NeuronOperandType *type, size_t length,
                   Binding *&binding);
  Reply checkBound() const;
  /// From prepared or completed to computing.
  Reply begin();
  void end(const Reply &result);
  Reply computeAll() noexcept;
  Reply computeOne(const Bindings &bindings);
  Reply outputAt(int32_t index, const Network::Tensor *&tensor) const;

  enum class State : uint8_t { kPrepared, kComputing, kCompleted, kFailed };

  std::shared_ptr<Network> network_;
  CompilationType type_;
  bool outputsAreSpecified_; ///< every dimension, by the model's types
  std::unique_ptr<Session> session_;
  Bindings bindings_;
  /// Sets of bindings put aside, by runner: a computation runs them all, or else `bindings_`.
  std::map<int, Bindings> batches_;
  mutable std::mutex mutex_; ///< of state_
  State state_ = State::kPrepared;
};

} // namespace tandem::neuron::host

/// The ABI's handle.
struct NeuronExecution {
  std::shared_ptr<tandem::neuron::host::Execution> execution;
};
