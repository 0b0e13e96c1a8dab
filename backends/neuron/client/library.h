#pragma once

#include "backends/neuron/abi/neuron_adapter.h"
#include "backends/neuron/client/version.h"
#include "base/result.h"

#include <memory>
#include <string>

namespace tandem::neuron {

/// A function of the library. Null where the library has none of that name.
template <typename Pointer> struct Function {
  const char *name;
  Pointer pointer = nullptr;

  explicit operator bool() const { return pointer != nullptr; }
};

// Those that the clients here call. REQUIRED: there is no use for a library without it.
#define TANDEM_NEURON_FUNCTIONS(REQUIRED, OPTIONAL)                                                \
  REQUIRED(Neuron_getVersion)                                                                      \
  REQUIRED(NeuronModel_create)                                                                     \
  REQUIRED(NeuronModel_free)                                                                       \
  REQUIRED(NeuronModel_addOperand)                                                                 \
  REQUIRED(NeuronModel_setOperandValue)                                                            \
  REQUIRED(NeuronModel_addOperation)                                                               \
  REQUIRED(NeuronModel_identifyInputsAndOutputs)                                                   \
  REQUIRED(NeuronModel_finish)                                                                     \
  REQUIRED(NeuronCompilation_create)                                                               \
  REQUIRED(NeuronCompilation_free)                                                                 \
  REQUIRED(NeuronCompilation_finish)                                                               \
  REQUIRED(NeuronExecution_create)                                                                 \
  REQUIRED(NeuronExecution_free)                                                                   \
  REQUIRED(NeuronExecution_compute)                                                                \
  OPTIONAL(Neuron_getDeviceCount)                                                                  \
  OPTIONAL(Neuron_getDevice)                                                                       \
  OPTIONAL(NeuronDevice_getName)                                                                   \
  OPTIONAL(NeuronModel_setName)                                                                    \
  OPTIONAL(NeuronModel_setOperandSymmPerChannelQuantParams)                                        \
  OPTIONAL(NeuronModel_getExtensionOperandType)                                                    \
  OPTIONAL(NeuronModel_getExtensionOperationType)                                                  \
  OPTIONAL(NeuronModel_relaxComputationFloat32toFloat16)                                           \
  OPTIONAL(NeuronModel_getSupportedOperations)                                                     \
  OPTIONAL(NeuronModel_restoreFromCompiledNetwork)                                                 \
  OPTIONAL(NeuronCompilation_createForDevices)                                                     \
  OPTIONAL(NeuronCompilation_setPreference)                                                        \
  OPTIONAL(NeuronCompilation_setPriority)                                                          \
  OPTIONAL(NeuronCompilation_setOptimizationHint)                                                  \
  OPTIONAL(NeuronCompilation_setOptimizationString)                                                \
  OPTIONAL(NeuronCompilation_getCompiledNetworkSize)                                               \
  OPTIONAL(NeuronCompilation_storeCompiledNetwork)                                                 \
  OPTIONAL(NeuronExecution_setInput)                                                               \
  OPTIONAL(NeuronExecution_setOutput)                                                              \
  OPTIONAL(NeuronExecution_setInputFromMemory)                                                     \
  OPTIONAL(NeuronExecution_setOutputFromMemory)                                                    \
  OPTIONAL(NeuronMemory_createFromFd)                                                              \
  OPTIONAL(NeuronMemory_free)

/// A Neuron library, opened while the process runs. Shared by all that came from it, so that it is
/// closed last. Its functions may be called from any thread; one thread at a time may change an
/// object of it.
class Library {
public:
  /// The library that TANDEM_NEURON_LIBRARY names, or else the first of the vendor's names that the
  /// system's loader finds. Errors: kUnavailable, with what was tried.
  static Result<std::shared_ptr<const Library>> open();
  /// The library of this file or name. Errors: kUnavailable (it does not load, or lacks functions).
  static Result<std::shared_ptr<const Library>> open(const std::string &path);
  ~Library();
  Library(const Library &) = delete;
  Library &operator=(const Library &) = delete;

  const std::string &path() const { return path_; }
  Version version() const { return version_; }

#define TANDEM_MEMBER(name) Function<decltype(&::name)> name = {#name};
  TANDEM_NEURON_FUNCTIONS(TANDEM_MEMBER, TANDEM_MEMBER)
#undef TANDEM_MEMBER

private:
  Library(std::string path, void *handle) : path_(std::move(path)), handle_(handle) {}
  Status resolve();

  std::string path_;
  void *handle_;
  Version version_;
};

} // namespace tandem::neuron
