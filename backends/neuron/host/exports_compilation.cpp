// The functions of the ABI about compilations: each says what must not be NULL and whom it asks.

#include "backends/neuron/host/call.h"
#include "backends/neuron/host/compilation.h"
#include "backends/neuron/host/library.h"

using namespace tandem::neuron::host;
using Side = Compilation::Side;

namespace {
/// The ways to create one differ in what they check and set. `otherwise`: what a model that is not
/// finished is refused with.
Reply createCompilation(NeuronModel *model, CompilationType type, const char *options,
                        int otherwise, NeuronCompilation **compilation) {
  TANDEM_NEURON_RETURN_IF_REFUSED(Compilation::checkModel(*model, otherwise));
  *compilation = new NeuronCompilation(*model, type, options);
  return Reply();
}

Reply restore(NeuronModel **model, NeuronCompilation **compilation, const void *buffer, size_t size,
              CompilationType type) {
  TANDEM_NEURON_RETURN_IF_REFUSED(Compilation::checkType(type, /*restoring=*/true));
  std::shared_ptr<Network> network;
  TANDEM_NEURON_RETURN_IF_REFUSED(
      Network::restore({static_cast<const std::byte *>(buffer), size}, network));
  auto made = std::make_unique<NeuronModel>();
  *compilation = new NeuronCompilation(*made, type, std::move(network));
  *model = made.release();
  return Reply();
}
} // namespace

int NeuronModel_restoreFromCompiledNetwork(NeuronModel **model, NeuronCompilation **compilation,
                                           const void *buffer, size_t size) {
  return Call(Function::NeuronModel_restoreFromCompiledNetwork)
      .out(model, compilation)
      .needs(buffer)
      .run([&] {
        return restore(model, compilation, buffer, size, NEURON_COMPILATION_TYPE_NORMAL);
      });
}

int NeuronModel_restoreFromCompiledNetworkV2(NeuronModel **model, NeuronCompilation **compilation,
                                             const void *buffer, size_t size,
                                             const CompilationType *type) {
  return Call(Function::NeuronModel_restoreFromCompiledNetworkV2)
      .out(model, compilation)
      .needs(buffer, type)
      .run([&] { return restore(model, compilation, buffer, size, *type); });
}

int NeuronCompilation_create(NeuronModel *model, NeuronCompilation **compilation) {
  return Call(Function::NeuronCompilation_create).out(compilation).needs(model).run([&] {
    return createCompilation(model, NEURON_COMPILATION_TYPE_NORMAL, "", NEURON_BAD_STATE,
                             compilation);
  });
}

int NeuronCompilation_createForDevices(NeuronModel *model, const NeuronDevice *const *devices,
                                       uint32_t numDevices, NeuronCompilation **compilation) {
  return Call(Function::NeuronCompilation_createForDevices)
      .out(compilation)
      .needs(model, devices)
      .run([&] {
        TANDEM_NEURON_RETURN_IF_REFUSED(Compilation::checkDevices(devices, numDevices));
        return createCompilation(model, NEURON_COMPILATION_TYPE_NORMAL, "", NEURON_BAD_DATA,
                                 compilation);
      });
}

int NeuronCompilation_createForDebug(NeuronModel *model, NeuronCompilation **compilation) {
  return Call(Function::NeuronCompilation_createForDebug).out(compilation).needs(model).run([&] {
    return createCompilation(model, NEURON_COMPILATION_TYPE_DEBUG_PLUS, "", NEURON_BAD_DATA,
                             compilation);
  });
}

int NeuronCompilation_createForBatch(NeuronModel *model, NeuronCompilation **compilation) {
  return Call(Function::NeuronCompilation_createForBatch).out(compilation).needs(model).run([&] {
    return createCompilation(model, NEURON_COMPILATION_TYPE_BATCHED, "", NEURON_BAD_STATE,
                             compilation);
  });
}

int NeuronCompilation_createForMultiExecutions(NeuronModel *model,
                                               NeuronCompilation **compilation) {
  return Call(Function::NeuronCompilation_createForMultiExecutions)
      .out(compilation)
      .needs(model)
      .run([&] {
        return createCompilation(model, NEURON_COMPILATION_TYPE_MULTI_EXECUTIONS, "",
                                 NEURON_BAD_STATE, compilation);
      });
}

int NeuronCompilation_createV2(NeuronModel *model, CompilationType type, const char *options,
                               NeuronCompilation **compilation) {
  return Call(Function::NeuronCompilation_createV2).out(compilation).needs(model).run([&] {
    TANDEM_NEURON_RETURN_IF_REFUSED(Compilation::checkType(type, /*restoring=*/false));
    return createCompilation(model, type, options, NEURON_BAD_STATE, compilation);
  });
}

int NeuronCompilation_createWithOptions(NeuronModel *model, NeuronCompilation **compilation,
                                        const char *options) {
  return Call(Function::NeuronCompilation_createWithOptions).out(compilation).needs(model).run([&] {
    return createCompilation(model, NEURON_COMPILATION_TYPE_NORMAL, options, NEURON_BAD_STATE,
                             compilation);
  });
}

void NeuronCompilation_free(NeuronCompilation *compilation) {
  Call(Function::NeuronCompilation_free).runPlain([&] { delete compilation; });
}

int NeuronCompilation_setPreference(NeuronCompilation *compilation, int32_t preference) {
  return Call(Function::NeuronCompilation_setPreference).needs(compilation).run([&] {
    return compilation->setPreference(preference);
  });
}

int NeuronCompilation_setPriority(NeuronCompilation *compilation, int priority) {
  return Call(Function::NeuronCompilation_setPriority).needs(compilation).run([&] {
    return compilation->setPriority(priority);
  });
}

int NeuronCompilation_setCaching(NeuronCompilation *compilation, const char *cacheDir,
                                 const uint8_t *token) {
  return Call(Function::NeuronCompilation_setCaching).needs(compilation, cacheDir, token).run([&] {
    return compilation->setCaching(cacheDir, token);
  });
}

int NeuronCompilation_setL1MemorySizeKb(NeuronCompilation *compilation, uint32_t sizeKb) {
  return Call(Function::NeuronCompilation_setL1MemorySizeKb).needs(compilation).run([&] {
    return compilation->setL1SizeKb(sizeKb);
  });
}

int NeuronCompilation_setOptimizationHint(NeuronCompilation *compilation,
                                          uint32_t optimizationCode) {
  return Call(Function::NeuronCompilation_setOptimizationHint).needs(compilation).run([&] {
    return compilation->setOptimizationHint(optimizationCode);
  });
}

int NeuronCompilation_setOptimizationString(NeuronCompilation *compilation,
                                            const char *optimizationString) {
  return Call(Function::NeuronCompilation_setOptimizationString)
      .needs(compilation, optimizationString)
      .run([&] { return compilation->setOptimizationString(optimizationString); });
}

int NeuronCompilation_setOnlyAllowOptimizationString(NeuronCompilation *compilation,
                                                     bool /*allow*/) {
  return Call(Function::NeuronCompilation_setOnlyAllowOptimizationString)
      .needs(compilation)
      .run([&] { return compilation->takeHint(); });
}

int NeuronCompilation_getOptimizationString(NeuronCompilation *compilation,
                                            const char **optimizationString) {
  return Call(Function::NeuronCompilation_getOptimizationString)
      .needs(compilation, optimizationString)
      .run([&] { return compilation->getOptimizationString(optimizationString); });
}

int NeuronCompilation_setTrimIOAlignment(NeuronCompilation *compilation, bool /*enable*/) {
  return Call(Function::NeuronCompilation_setTrimIOAlignment).needs(compilation).run([&] {
    return compilation->takeHint();
  });
}

int NeuronCompilation_setSWDilatedConv(NeuronCompilation *compilation, bool /*enable*/) {
  return Call(Function::NeuronCompilation_setSWDilatedConv).needs(compilation).run([&] {
    return compilation->takeHint();
  });
}

int NeuronCompilation_getSupportedOperations(NeuronCompilation *compilation,
                                             uint32_t operationCount, bool *supported) {
  return Call(Function::NeuronCompilation_getSupportedOperations)
      .needs(compilation, supported)
      .run([&] { return compilation->supportedOperations(operationCount, supported); });
}

int NeuronCompilation_finish(NeuronCompilation *compilation) {
  return Call(Function::NeuronCompilation_finish).needs(compilation).run([&] {
    return compilation->finish();
  });
}

int NeuronCompilation_getPreference(NeuronCompilation *compilation, int *preference) {
  return Call(Function::NeuronCompilation_getPreference).needs(compilation, preference).run([&] {
    return compilation->getPreference(preference);
  });
}

int NeuronCompilation_getPriority(NeuronCompilation *compilation, int *priority) {
  return Call(Function::NeuronCompilation_getPriority).needs(compilation, priority).run([&] {
    return compilation->getPriority(priority);
  });
}

int NeuronCompilation_getInputPaddedDimensions(NeuronCompilation *compilation, int32_t index,
                                               uint32_t *dimensions) {
  return Call(Function::NeuronCompilation_getInputPaddedDimensions)
      .needs(compilation, dimensions)
      .run([&] { return compilation->paddedDimensions(Side::kInput, index, dimensions); });
}

int NeuronCompilation_getOutputPaddedDimensions(NeuronCompilation *compilation, int32_t index,
                                                uint32_t *dimensions) {
  return Call(Function::NeuronCompilation_getOutputPaddedDimensions)
      .needs(compilation, dimensions)
      .run([&] { return compilation->paddedDimensions(Side::kOutput, index, dimensions); });
}

int NeuronCompilation_getInputPaddedSize(NeuronCompilation *compilation, int32_t index,
                                         size_t *size) {
  return Call(Function::NeuronCompilation_getInputPaddedSize).needs(compilation, size).run([&] {
    return compilation->paddedSize(Side::kInput, index, size);
  });
}

int NeuronCompilation_getOutputPaddedSize(NeuronCompilation *compilation, int32_t index,
                                          size_t *size) {
  return Call(Function::NeuronCompilation_getOutputPaddedSize).needs(compilation, size).run([&] {
    return compilation->paddedSize(Side::kOutput, index, size);
  });
}

int NeuronCompilation_getCompiledNetworkSize(NeuronCompilation *compilation, size_t *size) {
  return Call(Function::NeuronCompilation_getCompiledNetworkSize).needs(compilation, size).run([&] {
    return compilation->storedSize(size);
  });
}

int NeuronCompilation_storeCompiledNetwork(NeuronCompilation *compilation, void *buffer,
                                           size_t size) {
  return Call(Function::NeuronCompilation_storeCompiledNetwork).needs(compilation, buffer).run([&] {
    return compilation->store(buffer, size);
  });
}
