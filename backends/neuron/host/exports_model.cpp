// The functions of the ABI about the library, its devices and models: each says what must not be
// NULL and whom it asks.

#include "backends/neuron/host/call.h"
#include "backends/neuron/host/compilation.h"
#include "backends/neuron/host/extensions.h"
#include "backends/neuron/host/library.h"
#include "backends/neuron/host/limits.h"
#include "backends/neuron/host/model.h"

#include <algorithm>

using namespace tandem::neuron::host;

int Neuron_getVersion(NeuronRuntimeVersion *version) {
  return Call(Function::Neuron_getVersion).needs(version).run([&] {
    *version = Library::get().version();
    return Reply();
  });
}

int Neuron_getFeatureSupportedStatus(NeuronFeatureType type, bool *supported) {
  return Call(Function::Neuron_getFeatureSupportedStatus).needs(supported).run([&] {
    if (type != NEURON_FEATURE_NONE && type != NEURON_THROUGHPUT_MODE)
      return Reply(NEURON_BAD_DATA, "no feature has the number ", type);
    *supported = false;
    return Reply();
  });
}

int Neuron_getL1MemorySizeKb(uint32_t *sizeKb) {
  return Call(Function::Neuron_getL1MemorySizeKb).needs(sizeKb).run([&] {
    *sizeKb = Library::get().l1SizeKb();
    return Reply();
  });
}

int Neuron_getNeuroPilotMagicNumber(int32_t *magic) {
  return Call(Function::Neuron_getNeuroPilotMagicNumber).needs(magic).run([&] {
    *magic = 0; // what it means is not public
    return Reply();
  });
}

uint64_t Neuron_getDefaultLoopTimeout() {
  return Call(Function::Neuron_getDefaultLoopTimeout).runPlain([] {
    return kDefaultLoopTimeoutNs;
  });
}

uint64_t Neuron_getMaximumLoopTimeout() {
  return Call(Function::Neuron_getMaximumLoopTimeout).runPlain([] {
    return kMaximumLoopTimeoutNs;
  });
}

int Neuron_getDeviceCount(uint32_t *numDevices) {
  return Call(Function::Neuron_getDeviceCount).needs(numDevices).run([&] {
    *numDevices = static_cast<uint32_t>(Library::get().devices().size());
    return Reply();
  });
}

int Neuron_getDevice(uint32_t devIndex, NeuronDevice **device) {
  return Call(Function::Neuron_getDevice).out(device).run([&] {
    size_t count = Library::get().devices().size();
    if (devIndex >= count)
      return Reply(NEURON_BAD_DATA, "device ", devIndex, " of ", count);
    // The ABI's handle is not constant; nothing of it changes.
    *device = const_cast<NeuronDevice *>(&Library::get().devices()[devIndex]);
    return Reply();
  });
}

int NeuronDevice_getName(const NeuronDevice *device, const char **name) {
  return Call(Function::NeuronDevice_getName).needs(device, name).run([&] {
    *name = device->name.c_str();
    return Reply();
  });
}

int NeuronDevice_getDescription(const NeuronDevice *device, const char **description) {
  return Call(Function::NeuronDevice_getDescription).needs(device, description).run([&] {
    *description = device->description.c_str();
    return Reply();
  });
}

int NeuronDevice_getExtensionSupport(const char *extensionName, bool *isExtensionSupported) {
  return Call(Function::NeuronDevice_getExtensionSupport)
      .needs(extensionName, isExtensionSupported)
      .run([&] {
        *isExtensionSupported = extensionFromName(extensionName).has_value();
        return Reply();
      });
}

int NeuronModel_create(NeuronModel **model) {
  return Call(Function::NeuronModel_create).out(model).run([&] {
    *model = new NeuronModel;
    return Reply();
  });
}

void NeuronModel_free(NeuronModel *model) {
  Call(Function::NeuronModel_free).runPlain([&] { delete model; });
}

int NeuronModel_setName(NeuronModel *model, const char *name) {
  return Call(Function::NeuronModel_setName).needs(model, name).run([&] {
    return model->setName(name);
  });
}

int NeuronModel_addOperand(NeuronModel *model, const NeuronOperandType *type) {
  return Call(Function::NeuronModel_addOperand).needs(model, type).run([&] {
    return model->addOperand(*type);
  });
}

int NeuronModel_setOperandValue(NeuronModel *model, int32_t index, const void *buffer,
                                size_t length) {
  return Call(Function::NeuronModel_setOperandValue).needs(model).run([&] {
    return model->setValue(index, buffer, length);
  });
}

int NeuronModel_setOperandValueFromModel(NeuronModel *model, int32_t index,
                                         const NeuronModel *value) {
  return Call(Function::NeuronModel_setOperandValueFromModel).needs(model, value).run([&] {
    return model->setValueFromModel(index, *value);
  });
}

int NeuronModel_setOperandSymmPerChannelQuantParams(
    NeuronModel *model, int32_t index, const NeuronSymmPerChannelQuantParams *channelQuant) {
  return Call(Function::NeuronModel_setOperandSymmPerChannelQuantParams)
      .needs(model, channelQuant)
      .run([&] {
        NeuronPerChannelQuantParams parameters = {.channelDim = channelQuant->channelDim,
                                                  .scaleCount = channelQuant->scaleCount,
                                                  .scales = channelQuant->scales,
                                                  .zeroPointCount = 0,
                                                  .zeroPoints = nullptr};
        return model->setChannels(index, parameters, /*symmetric=*/true);
      });
}

int NeuronModel_setOperandPerChannelQuantParams(NeuronModel *model, int32_t index,
                                                const NeuronPerChannelQuantParams *channelQuant) {
  return Call(Function::NeuronModel_setOperandPerChannelQuantParams)
      .needs(model, channelQuant)
      .run([&] { return model->setChannels(index, *channelQuant, /*symmetric=*/false); });
}

int NeuronModel_setOperandExtensionData(NeuronModel *model, int32_t index, const void *data,
                                        size_t length) {
  return Call(Function::NeuronModel_setOperandExtensionData).needs(model).run([&] {
    return model->setExtensionData(index, data, length);
  });
}

/// What both kinds of extension types are asked for by.
static Reply extensionType(const char *name, uint16_t code, int32_t *type,
                           std::optional<int32_t> (*number)(Extension, uint16_t)) {
  std::optional<Extension> extension = extensionFromName(name);
  if (!extension)
    return Reply(NEURON_BAD_DATA, "no extension is called '", name, "'");
  std::optional<int32_t> found = number(*extension, code);
  if (!found)
    return Reply(NEURON_BAD_DATA, "extension '", name, "' has no code ", code);
  *type = *found;
  return Reply();
}

int NeuronModel_getExtensionOperandType(NeuronModel *model, const char *extensionName,
                                        uint16_t operandCodeWithinExtension, int32_t *type) {
  return Call(Function::NeuronModel_getExtensionOperandType)
      .needs(model, extensionName, type)
      .run([&] {
        return extensionType(extensionName, operandCodeWithinExtension, type, extensionOperandType);
      });
}

int NeuronModel_getExtensionOperationType(NeuronModel *model, const char *extensionName,
                                          uint16_t operationCodeWithinExtension, int32_t *type) {
  return Call(Function::NeuronModel_getExtensionOperationType)
      .needs(model, extensionName, type)
      .run([&] {
        return extensionType(extensionName, operationCodeWithinExtension, type,
                             extensionOperationType);
      });
}

int NeuronModel_addOperation(NeuronModel *model, NeuronOperationType type, uint32_t inputCount,
                             const uint32_t *inputs, uint32_t outputCount,
                             const uint32_t *outputs) {
  return Call(Function::NeuronModel_addOperation).needs(model).run([&] {
    return model->addOperation(type, inputCount, inputs, outputCount, outputs);
  });
}

int NeuronModel_addOperationExtension(NeuronModel *model, const char *name, const char *vendor,
                                      const NeuronDevice *device, uint32_t inputCount,
                                      const uint32_t *inputs, uint32_t outputCount,
                                      const uint32_t *outputs) {
  return Call(Function::NeuronModel_addOperationExtension)
      .needs(model, name, vendor, device)
      .run([&] {
        if (!Library::get().has(device))
          return Reply(NEURON_BAD_DATA, "the device is no handle of this library");
        return model->addVendorOperation(name, vendor, inputCount, inputs, outputCount, outputs);
      });
}

int NeuronModel_identifyInputsAndOutputs(NeuronModel *model, uint32_t inputCount,
                                         const uint32_t *inputs, uint32_t outputCount,
                                         const uint32_t *outputs) {
  return Call(Function::NeuronModel_identifyInputsAndOutputs).needs(model).run([&] {
    return model->identify(inputCount, inputs, outputCount, outputs);
  });
}

int NeuronModel_relaxComputationFloat32toFloat16(NeuronModel *model, bool allow) {
  return Call(Function::NeuronModel_relaxComputationFloat32toFloat16).needs(model).run([&] {
    return model->relax(allow);
  });
}

int NeuronModel_suppressInputConversion(NeuronModel *model, bool suppress) {
  return Call(Function::NeuronModel_suppressInputConversion).needs(model).run([&] {
    return model->suppressConversion(suppress);
  });
}

int NeuronModel_suppressOutputConversion(NeuronModel *model, bool suppress) {
  return Call(Function::NeuronModel_suppressOutputConversion).needs(model).run([&] {
    return model->suppressConversion(suppress);
  });
}

int NeuronModel_finish(NeuronModel *model) {
  return Call(Function::NeuronModel_finish).needs(model).run([&] { return model->finish(); });
}

int NeuronModel_getSupportedOperations(NeuronModel *model, bool *supported,
                                       uint32_t operationCount) {
  return Call(Function::NeuronModel_getSupportedOperations).needs(model, supported).run([&] {
    return model->supportedOperations(supported, operationCount);
  });
}

int NeuronModel_getSupportedOperationsForDevices(const NeuronModel *model,
                                                 const NeuronDevice *const *devices,
                                                 uint32_t numDevices, bool *supportedOps) {
  return Call(Function::NeuronModel_getSupportedOperationsForDevices)
      .needs(model, devices, supportedOps)
      .run([&] {
        TANDEM_NEURON_RETURN_IF_REFUSED(Compilation::checkDevices(devices, numDevices));
        // Which of the chip's processors runs what is not modelled: each runs all of it.
        return model->supportedOperations(supportedOps,
                                          static_cast<uint32_t>(model->operations().size()));
      });
}

int NeuronDebug_setReportPath(NeuronModel *model, const char *path) {
  return Call(Function::NeuronDebug_setReportPath).needs(model, path).run([&] {
    return model->setReportPath(path);
  });
}
