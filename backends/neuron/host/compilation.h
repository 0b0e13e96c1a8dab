#pragma once

#include "backends/neuron/host/model.h"
#include "backends/neuron/host/network.h"

#include <array>
#include <atomic>
#include <optional>
#include <string>

namespace tandem::neuron::host {

/// A model on its way to code, and then the code. Changed by one thread at a time; once finished,
/// for any number of threads.
class Compilation {
public:
  Compilation(const Model &model, CompilationType type, const char *options)
      : model_(&model), type_(type), options_(options ? options : "") {}
  /// Finished, from stored bytes; `model` is what the client frees beside it.
  Compilation(Model &model, CompilationType type, std::shared_ptr<Network> network);

  /// Whether a model can be compiled. `otherwise` is the code for one that is not finished.
  static Reply checkModel(const Model &model, int otherwise);
  static Reply checkDevices(const NeuronDevice *const *devices, uint32_t count);
  static Reply checkType(CompilationType type, bool restoring);

  // The functions of the ABI, NULL pointers already refused.
  Reply setPreference(int32_t preference);
  Reply setPriority(int priority);
  Reply setCaching(const char *folder, const uint8_t *token);
  Reply setL1SizeKb(uint32_t size);
  Reply setOptimizationHint(uint32_t bits);
  Reply setOptimizationString(const char *text);
  Reply getOptimizationString(const char **text) const;
  /// Hints that change nothing here.
  Reply takeHint() const { return mustBeOpen(); }
  Reply supportedOperations(uint32_t count, bool *supported) const;
  Reply finish();
  Reply getPreference(int *preference) const;
  Reply getPriority(int *priority) const;
  enum class Side : uint8_t { kInput, kOutput };
  Reply paddedDimensions(Side side, int32_t index, uint32_t *dimensions) const;
  Reply paddedSize(Side side, int32_t index, size_t *size) const;
  Reply storedSize(size_t *size) const;
  Reply store(void *buffer, size_t size) const;

  /// Null unless finished.
  const std::shared_ptr<Network> &network() const { return network_; }
  const Model &model() const { return *model_; }
  CompilationType type() const { return type_; }
  /// The types that the model gives its outputs have all dimensions. Those of a compiled network
  /// have none, and need none.
  bool specifiesOutputs() const;
  Reply mustBeFinished() const;
  /// From now on the network can no longer be stored.
  void markUsed() { used_ = true; }

private:
  enum class State : uint8_t { kOpen, kFinished, kFailed };

  Reply mustBeOpen() const;
  Reply mustBeStorable() const;
  Reply tensorAt(Side side, int32_t index, const Network::Tensor *&tensor) const;
  Reply compile();
  Reply writeReport(const std::string &report) const;
  std::string cachePath() const;
  bool loadFromCache();
  void writeToCache() const;

  const Model *model_;
  CompilationType type_;
  std::string options_;
  State state_ = State::kOpen;
  bool restored_ = false;
  std::atomic<bool> used_ = false;
  int preference_ = NEURON_PREFER_FAST_SINGLE_ANSWER;
  int priority_ = NEURON_PRIORITY_DEFAULT;
  std::string cacheFolder_;
  std::array<uint8_t, NEURON_BYTE_SIZE_OF_CACHE_TOKEN> cacheToken_ = {};
  std::shared_ptr<Network> network_;
};

} // namespace tandem::neuron::host

/// The ABI's handle.
struct NeuronCompilation final : tandem::neuron::host::Compilation {
  using Compilation::Compilation;
};
