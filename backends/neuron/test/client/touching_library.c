/* A library that takes everything, looks at every byte that it is pointed to, and computes nothing:
 * so a sanitizer sees what a client claims and has not. With NEURON_SMALLEST it has only what no
 * library can lack, and plain buffers. */
#include "backends/neuron/abi/neuron_adapter.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct NeuronModel {
  int operands;
};
struct NeuronCompilation {
  NeuronModel *model;
};
struct NeuronMemory {
  unsigned char *data;
  size_t size;
};
enum { MOST = 64 };
struct NeuronExecution {
  const unsigned char *inputs[MOST];
  unsigned char *outputs[MOST];
  size_t inputBytes[MOST], outputBytes[MOST];
};

static volatile unsigned sum;

static void look(const void *data, size_t size) {
  for (size_t i = 0; i < size; ++i)
    sum += ((const unsigned char *)data)[i];
}

int Neuron_getVersion(NeuronRuntimeVersion *version) {
  version->major = 7;
  version->minor = version->patch = 0;
  return NEURON_NO_ERROR;
}

int NeuronModel_create(NeuronModel **model) {
  *model = calloc(1, sizeof **model);
  return NEURON_NO_ERROR;
}
void NeuronModel_free(NeuronModel *model) {
  free(model);
}
int NeuronModel_addOperand(NeuronModel *model, const NeuronOperandType *type) {
  look(type->dimensions, type->dimensionCount * sizeof(uint32_t));
  ++model->operands;
  return NEURON_NO_ERROR;
}
int NeuronModel_setOperandValue(NeuronModel *model, int32_t index, const void *buffer,
                                size_t length) {
  look(buffer, length);
  return index < model->operands ? NEURON_NO_ERROR : NEURON_BAD_DATA;
}
int NeuronModel_addOperation(NeuronModel *model, NeuronOperationType type, uint32_t inputCount,
                             const uint32_t *inputs, uint32_t outputCount,
                             const uint32_t *outputs) {
  (void)type;
  for (uint32_t i = 0; i < inputCount; ++i)
    if (inputs[i] >= (uint32_t)model->operands)
      abort(); /* the client has checked that */
  for (uint32_t i = 0; i < outputCount; ++i)
    if (outputs[i] >= (uint32_t)model->operands)
      abort();
  return NEURON_NO_ERROR;
}
int NeuronModel_identifyInputsAndOutputs(NeuronModel *model, uint32_t inputCount,
                                         const uint32_t *inputs, uint32_t outputCount,
                                         const uint32_t *outputs) {
  (void)model;
  look(inputs, inputCount * sizeof *inputs);
  look(outputs, outputCount * sizeof *outputs);
  return NEURON_NO_ERROR;
}
int NeuronModel_finish(NeuronModel *model) {
  (void)model;
  return NEURON_NO_ERROR;
}

int NeuronCompilation_create(NeuronModel *model, NeuronCompilation **compilation) {
  *compilation = calloc(1, sizeof **compilation);
  (*compilation)->model = model;
  return NEURON_NO_ERROR;
}
void NeuronCompilation_free(NeuronCompilation *compilation) {
  look(compilation->model, sizeof *compilation->model); /* it outlives this */
  free(compilation);
}
int NeuronCompilation_finish(NeuronCompilation *compilation) {
  (void)compilation;
  return NEURON_NO_ERROR;
}

int NeuronExecution_create(NeuronCompilation *compilation, NeuronExecution **execution) {
  look(compilation, sizeof *compilation);
  *execution = calloc(1, sizeof **execution);
  return NEURON_NO_ERROR;
}
void NeuronExecution_free(NeuronExecution *execution) {
  free(execution);
}
int NeuronExecution_setInput(NeuronExecution *execution, int32_t index,
                             const NeuronOperandType *type, const void *buffer, size_t length) {
  if (type || index >= MOST)
    return NEURON_BAD_DATA;
  execution->inputs[index] = buffer;
  execution->inputBytes[index] = length;
  return NEURON_NO_ERROR;
}
int NeuronExecution_setOutput(NeuronExecution *execution, int32_t index,
                              const NeuronOperandType *type, void *buffer, size_t length) {
  if (type || index >= MOST)
    return NEURON_BAD_DATA;
  execution->outputs[index] = buffer;
  execution->outputBytes[index] = length;
  return NEURON_NO_ERROR;
}
/* Every byte of an output is the last one of the input of that index. */
int NeuronExecution_compute(NeuronExecution *execution) {
  for (int i = 0; i < MOST; ++i) {
    look(execution->inputs[i], execution->inputBytes[i]);
    int value = execution->inputBytes[i] ? execution->inputs[i][execution->inputBytes[i] - 1] : 0;
    if (execution->outputs[i])
      memset(execution->outputs[i], value, execution->outputBytes[i]);
  }
  return NEURON_NO_ERROR;
}

#ifndef NEURON_SMALLEST
int NeuronModel_setName(NeuronModel *model, const char *name) {
  (void)model;
  look(name, strlen(name));
  return NEURON_NO_ERROR;
}
int NeuronModel_setOperandSymmPerChannelQuantParams(
    NeuronModel *model, int32_t index, const NeuronSymmPerChannelQuantParams *channelQuant) {
  look(channelQuant->scales, channelQuant->scaleCount * sizeof(float));
  return index < model->operands ? NEURON_NO_ERROR : NEURON_BAD_DATA;
}
int NeuronModel_getExtensionOperandType(NeuronModel *model, const char *extensionName,
                                        uint16_t operandCodeWithinExtension, int32_t *type) {
  (void)model;
  look(extensionName, strlen(extensionName));
  *type = 0x10000 | operandCodeWithinExtension;
  return NEURON_NO_ERROR;
}
int NeuronModel_getExtensionOperationType(NeuronModel *model, const char *extensionName,
                                          uint16_t operationCodeWithinExtension, int32_t *type) {
  return NeuronModel_getExtensionOperandType(model, extensionName, operationCodeWithinExtension,
                                             type);
}
int NeuronModel_relaxComputationFloat32toFloat16(NeuronModel *model, bool allow) {
  (void)model, (void)allow;
  return NEURON_NO_ERROR;
}
int NeuronModel_restoreFromCompiledNetwork(NeuronModel **model, NeuronCompilation **compilation,
                                           const void *buffer, size_t size) {
  look(buffer, size);
  *model = NULL;
  *compilation = NULL;
  return NEURON_BAD_DATA;
}
int NeuronCompilation_setPreference(NeuronCompilation *compilation, int32_t preference) {
  (void)compilation, (void)preference;
  return NEURON_NO_ERROR;
}
int NeuronCompilation_setPriority(NeuronCompilation *compilation, int priority) {
  (void)compilation, (void)priority;
  return NEURON_NO_ERROR;
}
int NeuronCompilation_setOptimizationHint(NeuronCompilation *compilation,
                                          uint32_t optimizationCode) {
  (void)compilation, (void)optimizationCode;
  return NEURON_NO_ERROR;
}
int NeuronCompilation_setOptimizationString(NeuronCompilation *compilation,
                                            const char *optimizationString) {
  (void)compilation;
  look(optimizationString, strlen(optimizationString));
  return NEURON_NO_ERROR;
}

int NeuronMemory_createFromFd(size_t size, int protect, int fd, size_t offset,
                              NeuronMemory **memory) {
  void *data = mmap(NULL, size, protect, MAP_SHARED, fd, (off_t)offset);
  *memory = NULL;
  if (data == MAP_FAILED)
    return NEURON_OP_FAILED;
  *memory = calloc(1, sizeof **memory);
  (*memory)->data = data;
  (*memory)->size = size;
  return NEURON_NO_ERROR;
}
void NeuronMemory_free(NeuronMemory *memory) {
  munmap(memory->data, memory->size);
  free(memory);
}
int NeuronExecution_setInputFromMemory(NeuronExecution *execution, uint32_t index,
                                       const NeuronOperandType *type, const NeuronMemory *memory,
                                       size_t offset, size_t length) {
  if (offset > memory->size || length > memory->size - offset)
    abort(); /* the client has made it large enough */
  return NeuronExecution_setInput(execution, (int32_t)index, type, memory->data + offset, length);
}
int NeuronExecution_setOutputFromMemory(NeuronExecution *execution, uint32_t index,
                                        const NeuronOperandType *type, const NeuronMemory *memory,
                                        size_t offset, size_t length) {
  if (offset > memory->size || length > memory->size - offset)
    abort();
  return NeuronExecution_setOutput(execution, (int32_t)index, type, memory->data + offset, length);
}
#endif
