/* The C ABI of MediaTek's NeuronAdapter, versions 4.1 to 9, written from its public description:
 * names, numbers, signatures and layouts are interface facts, the words are ours. C99 and C++.
 *
 * One library serves it on a phone; backends/neuron/host is a library of our own that serves it on
 * a PC. A client opens either at run time, so nothing links against this header.
 *
 * Functions that return int return a NeuronResultCode; handles that they create are written only on
 * success and NULL otherwise. A handle is owned by whoever created it, until its *_free. Numbers in
 * parentheses are the library version that first had a function; none: the first public one, 4.1.0.
 *
 *     model --finish--> compilation --finish--> executions --compute--> again and again
 *
 * Each must outlive what is made from it. One thread at a time may change an object. */
#ifndef TANDEM_BACKENDS_NEURON_ABI_NEURON_ADAPTER_H
#define TANDEM_BACKENDS_NEURON_ABI_NEURON_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "neuron_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Library. */

/* Always succeeds in the vendor's library. */
int Neuron_getVersion(NeuronRuntimeVersion *version);
int Neuron_getFeatureSupportedStatus(NeuronFeatureType type, bool *supported); /* (7.0.0) */
/* L1 memory of the processor in KiB; clients take 0 or an error as "do not set". (4.3.0) */
int Neuron_getL1MemorySizeKb(uint32_t *sizeKb);
int Neuron_getNeuroPilotMagicNumber(int32_t *magic); /* meaning not documented */
/* In nanoseconds. (5.0.0) */
uint64_t Neuron_getDefaultLoopTimeout(void);
uint64_t Neuron_getMaximumLoopTimeout(void);

/* Devices: handles and strings live as long as the process. */

int Neuron_getDeviceCount(uint32_t *numDevices);
int Neuron_getDevice(uint32_t devIndex, NeuronDevice **device);
int NeuronDevice_getName(const NeuronDevice *device, const char **name);
int NeuronDevice_getDescription(const NeuronDevice *device, const char **description); /* (5.0.0) */
int NeuronDevice_getExtensionSupport(const char *extensionName,
                                     bool *isExtensionSupported); /* (5.0.0) */

/* Memory for inputs and outputs. It outlives the executions that use it. */

/* Wraps what an mmap of the descriptor gives; `protect` is PROT_NONE or PROT_READ and PROT_WRITE
 * bits. */
int NeuronMemory_createFromFd(size_t size, int protect, int fd, size_t offset,
                              NeuronMemory **memory);
/* Android only: elsewhere the vendor declares it without parameters and it returns
 * NEURON_BAD_STATE, so that its arguments must not be looked at there. (5.0.0) */
int NeuronMemory_createFromAHardwareBuffer(const AHardwareBuffer *buffer, NeuronMemory **memory);
void NeuronMemory_free(NeuronMemory *memory); /* not the caller's allocation; NULL allowed */

/* Model: operands are numbered from 0 in the order they are added. */

int NeuronModel_create(NeuronModel **model);
void NeuronModel_free(NeuronModel *model); /* NULL and unfinished models allowed */
int NeuronModel_setName(NeuronModel *model, const char *name); /* copied; (7.0.0) */
int NeuronModel_addOperand(NeuronModel *model,
                           const NeuronOperandType *type); /* type and dimensions copied */
/* Up to NEURON_MAX_SIZE_OF_IMMEDIATELY_COPIED_VALUES bytes are copied in the call. Of a longer
 * value only the pointer is kept, and its bytes must not change until NeuronCompilation_finish
 * returns. NULL with 0: the optional operand is left out. */
int NeuronModel_setOperandValue(NeuronModel *model, int32_t index, const void *buffer,
                                size_t length);
/* For operands of type NEURON_MODEL; `value` is finished and outlives `model`. */
int NeuronModel_setOperandValueFromModel(NeuronModel *model, int32_t index,
                                         const NeuronModel *value);
int NeuronModel_setOperandSymmPerChannelQuantParams(
    NeuronModel *model, int32_t index, const NeuronSymmPerChannelQuantParams *channelQuant);
int NeuronModel_setOperandPerChannelQuantParams(
    NeuronModel *model, int32_t index,
    const NeuronPerChannelQuantParams *channelQuant); /* (6.0.0) */
int NeuronModel_setOperandExtensionData(NeuronModel *model, int32_t index, const void *data,
                                        size_t length); /* copied; (5.0.0) */
int NeuronModel_getExtensionOperandType(NeuronModel *model, const char *extensionName,
                                        uint16_t operandCodeWithinExtension,
                                        int32_t *type); /* (5.0.0) */
int NeuronModel_getExtensionOperationType(NeuronModel *model, const char *extensionName,
                                          uint16_t operationCodeWithinExtension,
                                          int32_t *type); /* (5.0.0) */
/* Operations may come in any order; the index arrays are not kept. */
int NeuronModel_addOperation(NeuronModel *model, NeuronOperationType type, uint32_t inputCount,
                             const uint32_t *inputs, uint32_t outputCount, const uint32_t *outputs);
/* An operation of a vendor, by name, for one device. */
int NeuronModel_addOperationExtension(NeuronModel *model, const char *name, const char *vendor,
                                      const NeuronDevice *device, uint32_t inputCount,
                                      const uint32_t *inputs, uint32_t outputCount,
                                      const uint32_t *outputs);
/* Once; may come before the operations. No operand may be in both lists. */
int NeuronModel_identifyInputsAndOutputs(NeuronModel *model, uint32_t inputCount,
                                         const uint32_t *inputs, uint32_t outputCount,
                                         const uint32_t *outputs);
/* A permission; tensors stay 4 bytes an element. LiteRT calls it after NeuronModel_finish. */
int NeuronModel_relaxComputationFloat32toFloat16(NeuronModel *model, bool allow);
/* The caller supplies, or takes, data in the device's own padded layout. (4.2.0) */
int NeuronModel_suppressInputConversion(NeuronModel *model, bool suppress);
int NeuronModel_suppressOutputConversion(NeuronModel *model, bool suppress);
int NeuronModel_finish(NeuronModel *model);
/* After finish, in the order of NeuronModel_addOperation. */
int NeuronModel_getSupportedOperations(NeuronModel *model, bool *supported,
                                       uint32_t operationCount);
int NeuronModel_getSupportedOperationsForDevices(const NeuronModel *model,
                                                 const NeuronDevice *const *devices,
                                                 uint32_t numDevices, bool *supportedOps);
/* A compilation that is already finished, from what NeuronCompilation_storeCompiledNetwork wrote,
 * and the model it needs. (4.3.0) */
int NeuronModel_restoreFromCompiledNetwork(NeuronModel **model, NeuronCompilation **compilation,
                                           const void *buffer, size_t size);
/* The vendor writes `type` as a C++ reference, which is this pointer. (7.0.0) */
int NeuronModel_restoreFromCompiledNetworkV2(NeuronModel **model, NeuronCompilation **compilation,
                                             const void *buffer, size_t size,
                                             const CompilationType *type);

/* Compilation. */

int NeuronCompilation_create(NeuronModel *model, NeuronCompilation **compilation);
int NeuronCompilation_createForDevices(NeuronModel *model, const NeuronDevice *const *devices,
                                       uint32_t numDevices, NeuronCompilation **compilation);
int NeuronCompilation_createForDebug(NeuronModel *model,
                                     NeuronCompilation **compilation); /* (5.0.0) */
int NeuronCompilation_createForBatch(NeuronModel *model,
                                     NeuronCompilation **compilation); /* (7.0.0) */
/* The only one whose executions may compute at the same time. (7.0.0) */
int NeuronCompilation_createForMultiExecutions(NeuronModel *model, NeuronCompilation **compilation);
/* Options before the compilation... (7.0.1) */
int NeuronCompilation_createV2(NeuronModel *model, CompilationType type, const char *options,
                               NeuronCompilation **compilation);
/* ... and behind it. (after 7.0.1) */
int NeuronCompilation_createWithOptions(NeuronModel *model, NeuronCompilation **compilation,
                                        const char *options);
void NeuronCompilation_free(NeuronCompilation *compilation);
int NeuronCompilation_setPreference(NeuronCompilation *compilation,
                                    int32_t preference); /* NeuronPreferenceCode */
int NeuronCompilation_setPriority(NeuronCompilation *compilation,
                                  int priority); /* NeuronPriorityCode */
/* `token`: NEURON_BYTE_SIZE_OF_CACHE_TOKEN bytes. */
int NeuronCompilation_setCaching(NeuronCompilation *compilation, const char *cacheDir,
                                 const uint8_t *token);
int NeuronCompilation_setL1MemorySizeKb(NeuronCompilation *compilation,
                                        uint32_t sizeKb); /* (4.3.0) */
/* `optimizationCode`: NeuronOptimizationCode bits. (4.3.0) */
int NeuronCompilation_setOptimizationHint(NeuronCompilation *compilation,
                                          uint32_t optimizationCode);
int NeuronCompilation_setOptimizationString(NeuronCompilation *compilation,
                                            const char *optimizationString); /* (4.6.0) */
/* Without the system's own default options. (6.0.5) */
int NeuronCompilation_setOnlyAllowOptimizationString(NeuronCompilation *compilation, bool allow);
/* The text in force, owned by the compilation. (6.0.5) */
int NeuronCompilation_getOptimizationString(NeuronCompilation *compilation,
                                            const char **optimizationString);
int NeuronCompilation_setTrimIOAlignment(NeuronCompilation *compilation,
                                         bool enable); /* a hint; (4.4.8) */
int NeuronCompilation_setSWDilatedConv(NeuronCompilation *compilation,
                                       bool enable); /* a hint; (4.4.8) */
/* Before finish; mind the order of the parameters. (7.0.0) */
int NeuronCompilation_getSupportedOperations(NeuronCompilation *compilation,
                                             uint32_t operationCount, bool *supported);
/* Compiles, once. NEURON_UNMAPPABLE: no device can run the model. */
int NeuronCompilation_finish(NeuronCompilation *compilation);
/* After finish. (6.0.0) */
int NeuronCompilation_getPreference(NeuronCompilation *compilation, int *preference);
int NeuronCompilation_getPriority(NeuronCompilation *compilation, int *priority);
/* After finish; `index` counts the identified inputs or outputs. `dimensions` has the operand's
 * rank of entries, and 4 according to LiteRT. (4.2.0) */
int NeuronCompilation_getInputPaddedDimensions(NeuronCompilation *compilation, int32_t index,
                                               uint32_t *dimensions);
int NeuronCompilation_getOutputPaddedDimensions(NeuronCompilation *compilation, int32_t index,
                                                uint32_t *dimensions);
int NeuronCompilation_getInputPaddedSize(NeuronCompilation *compilation, int32_t index,
                                         size_t *size);
int NeuronCompilation_getOutputPaddedSize(NeuronCompilation *compilation, int32_t index,
                                          size_t *size);
/* After finish and before the first NeuronExecution_create; not for a restored compilation. (4.3.0)
 */
int NeuronCompilation_getCompiledNetworkSize(NeuronCompilation *compilation, size_t *size);
int NeuronCompilation_storeCompiledNetwork(NeuronCompilation *compilation, void *buffer,
                                           size_t size);
/* For NeuronCompilation_createForDebug: where the report goes. (5.0.0) */
int NeuronDebug_setReportPath(NeuronModel *model, const char *path);

/* Execution: `index` counts the identified inputs or outputs; `type` is NULL. Buffers and memories
 * stay bound across computations, until they are bound again. */

int NeuronExecution_create(NeuronCompilation *compilation, NeuronExecution **execution);
void NeuronExecution_free(NeuronExecution *execution);
int NeuronExecution_setInput(NeuronExecution *execution, int32_t index,
                             const NeuronOperandType *type, const void *buffer, size_t length);
int NeuronExecution_setOutput(NeuronExecution *execution, int32_t index,
                              const NeuronOperandType *type, void *buffer, size_t length);
int NeuronExecution_setInputFromMemory(NeuronExecution *execution, uint32_t index,
                                       const NeuronOperandType *type, const NeuronMemory *memory,
                                       size_t offset, size_t length);
int NeuronExecution_setOutputFromMemory(NeuronExecution *execution, uint32_t index,
                                        const NeuronOperandType *type, const NeuronMemory *memory,
                                        size_t offset, size_t length);
int NeuronExecution_setBoostHint(NeuronExecution *execution, uint8_t boostValue); /* 0 to 100 */
/* NeuronCacheFlushCode bits; before the FromMemory functions. (5.0.1) */
int NeuronExecution_setCacheFlushHint(NeuronExecution *execution, uint8_t flushHint);
int NeuronExecution_setLoopTimeout(NeuronExecution *execution, uint64_t duration); /* ns; (5.0.0) */
int NeuronExecution_compute(NeuronExecution *execution);
/* Waits for the dependencies, computes elsewhere, and gives the event that says when it is done.
 * `duration` is unused. (5.0.0) */
int NeuronExecution_startComputeWithDependencies(NeuronExecution *execution,
                                                 const NeuronEvent *const *dependencies,
                                                 uint32_t numDependencies, uint64_t duration,
                                                 NeuronEvent **event);
/* Once computed. (5.0.0) */
int NeuronExecution_getOutputOperandRank(NeuronExecution *execution, int32_t index, uint32_t *rank);
int NeuronExecution_getOutputOperandDimensions(NeuronExecution *execution, int32_t index,
                                               uint32_t *dimensions);
/* For NeuronCompilation_createForBatch. (7.0.0) */
int NeuronExecution_setRunnerPoolSize(NeuronExecution *execution, uint8_t numRunners);
int NeuronExecution_setBatchDone(NeuronExecution *execution);
/* For NEURON_COMPILATION_TYPE_EXECUTION_CONTROLLER. (7.0.1) */
int NeuronExecution_setIODone(NeuronExecution *execution, int idx);

/* Events. (5.0.0) */

/* Any number of threads. The computation's result code. */
int NeuronEvent_wait(NeuronEvent *event);
void NeuronEvent_free(NeuronEvent *event);      /* waits first; NULL allowed */
void NeuronEvent_freeForce(NeuronEvent *event); /* does not; (6.0.0) */
int NeuronEvent_createFromSyncFenceFd(int syncFenceFd,
                                      NeuronEvent **event); /* duplicates the descriptor */
/* The caller closes the descriptor. An event without a fence: -1 and NEURON_BAD_DATA. */
int NeuronEvent_getSyncFenceFd(const NeuronEvent *event, int *syncFenceFd);

#ifdef __cplusplus
}
#endif

#endif
