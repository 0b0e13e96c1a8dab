#pragma once

#include <set>
#include <string>

namespace tandem::neuron::test {

/// What Paddle-Lite's driver loads; without one of these it gives up.
inline const std::set<std::string> kPaddleLiteSymbols = {
    "Neuron_getVersion",
    "Neuron_getDeviceCount",
    "Neuron_getDevice",
    "NeuronDevice_getName",
    "NeuronModel_create",
    "NeuronModel_free",
    "NeuronModel_finish",
    "NeuronModel_addOperand",
    "NeuronModel_setOperandValue",
    "NeuronModel_setOperandSymmPerChannelQuantParams",
    "NeuronModel_addOperation",
    "NeuronModel_addOperationExtension",
    "NeuronModel_identifyInputsAndOutputs",
    "NeuronModel_getSupportedOperations",
    "NeuronModel_relaxComputationFloat32toFloat16",
    "NeuronModel_restoreFromCompiledNetwork",
    "NeuronCompilation_create",
    "NeuronCompilation_free",
    "NeuronCompilation_finish",
    "NeuronCompilation_setCaching",
    "NeuronCompilation_createForDevices",
    "NeuronCompilation_getCompiledNetworkSize",
    "NeuronCompilation_storeCompiledNetwork",
    "NeuronExecution_create",
    "NeuronExecution_free",
    "NeuronExecution_setInput",
    "NeuronExecution_setOutput",
    "NeuronExecution_compute",
};

/// What the TFLite delegate loads beside most of the former.
inline const std::set<std::string> kTfliteDelegateAdds = {
    "Neuron_getL1MemorySizeKb",
    "NeuronModel_getExtensionOperandType",
    "NeuronModel_getExtensionOperationType",
    "NeuronModel_setOperandExtensionData",
    "NeuronCompilation_setPreference",
    "NeuronCompilation_setPriority",
    "NeuronCompilation_setOptimizationHint",
    "NeuronCompilation_setOptimizationString",
    "NeuronCompilation_setL1MemorySizeKb",
    "NeuronExecution_setInputFromMemory",
    "NeuronExecution_setOutputFromMemory",
    "NeuronExecution_startComputeWithDependencies",
    "NeuronExecution_setBoostHint",
    "NeuronExecution_getOutputOperandRank",
    "NeuronExecution_getOutputOperandDimensions",
    "NeuronExecution_setLoopTimeout",
    "NeuronEvent_free",
    "NeuronEvent_wait",
    "NeuronEvent_createFromSyncFenceFd",
    "NeuronEvent_getSyncFenceFd",
    "NeuronMemory_createFromAHardwareBuffer",
    "NeuronMemory_free",
    "NeuronDevice_getExtensionSupport",
};
inline std::set<std::string> tfliteDelegateSymbols() {
  std::set<std::string> all = kPaddleLiteSymbols;
  all.erase("NeuronModel_addOperationExtension");
  all.erase("NeuronModel_restoreFromCompiledNetwork");
  all.erase("NeuronCompilation_storeCompiledNetwork");
  all.insert(kTfliteDelegateAdds.begin(), kTfliteDelegateAdds.end());
  return all;
}

/// What LiteRT's plugin loads, and mostly calls without looking.
inline const std::set<std::string> kLiteRtSymbols = {
    "Neuron_getVersion",
    "Neuron_getL1MemorySizeKb",
    "NeuronModel_create",
    "NeuronModel_free",
    "NeuronModel_finish",
    "NeuronModel_addOperand",
    "NeuronModel_addOperation",
    "NeuronModel_setOperandValue",
    "NeuronModel_setOperandSymmPerChannelQuantParams",
    "NeuronModel_setOperandPerChannelQuantParams",
    "NeuronModel_identifyInputsAndOutputs",
    "NeuronModel_getExtensionOperandType",
    "NeuronModel_getExtensionOperationType",
    "NeuronModel_restoreFromCompiledNetwork",
    "NeuronModel_setName",
    "NeuronModel_relaxComputationFloat32toFloat16",
    "NeuronCompilation_create",
    "NeuronCompilation_createWithOptions",
    "NeuronCompilation_finish",
    "NeuronCompilation_free",
    "NeuronCompilation_getInputPaddedDimensions",
    "NeuronCompilation_getInputPaddedSize",
    "NeuronCompilation_getOutputPaddedDimensions",
    "NeuronCompilation_getOutputPaddedSize",
    "NeuronCompilation_setOptimizationString",
    "NeuronCompilation_setOptimizationHint",
    "NeuronCompilation_setPreference",
    "NeuronCompilation_setPriority",
    "NeuronCompilation_setL1MemorySizeKb",
    "NeuronCompilation_getCompiledNetworkSize",
    "NeuronCompilation_storeCompiledNetwork",
    "NeuronCompilation_getSupportedOperations",
    "NeuronExecution_create",
    "NeuronExecution_free",
    "NeuronExecution_compute",
    "NeuronExecution_setBoostHint",
    "NeuronExecution_setInputFromMemory",
    "NeuronExecution_setOutputFromMemory",
    "NeuronMemory_createFromFd",
    "NeuronMemory_createFromAHardwareBuffer",
    "NeuronMemory_free",
};

} // namespace tandem::neuron::test
