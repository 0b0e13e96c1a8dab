/* 8.3: events, computing elsewhere, and memory of file descriptors. */
#define _GNU_SOURCE
#include "conformance.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static float inputs[2 * COUNT] = {1, 2, 3, 4, 10, 20, 30, 40};
static float output[COUNT];

static void start(NeuronCompilation *compilation) {
  NeuronExecution *execution = boundExecution(compilation, inputs, output);
  NeuronEvent *event = NULL, *second = NULL;
  const NeuronEvent *none[1] = {NULL};
  int fd = 5;
  struct Rule rule =
      ruleBegin("8.3 startComputeWithDependencies: NULL event, list or entry; *event NULL");
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronExecution_startComputeWithDependencies(execution, NULL, 0, 0, NULL));
  event = (NeuronEvent *)execution;
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronExecution_startComputeWithDependencies(execution, NULL, 1, 0, &event));
  ruleHolds(&rule, event == NULL);
  event = (NeuronEvent *)execution;
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronExecution_startComputeWithDependencies(execution, none, 1, 0, &event));
  ruleHolds(&rule, event == NULL);
  ruleEnd(&rule);
  rule = ruleBegin("2.5 startComputeWithDependencies and NeuronEvent_wait");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_startComputeWithDependencies(execution, NULL, 0, 0, &event));
  ruleHolds(&rule, event != NULL);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronEvent_wait(event));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronEvent_wait(event));
  ruleHolds(&rule, output[3] == 44);
  ruleEnd(&rule);
  rule = ruleBegin("8.3 getSyncFenceFd on an event without a fence");
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronEvent_getSyncFenceFd(event, &fd));
  ruleHolds(&rule, fd == -1);
  ruleEnd(&rule);
  rule = ruleBegin("2.5 an event that another computation depends on");
  {
    const NeuronEvent *first[1];
    first[0] = event;
    ruleWants(&rule, NEURON_NO_ERROR,
              api.NeuronExecution_startComputeWithDependencies(execution, first, 1, 0, &second));
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronEvent_wait(second));
  }
  ruleEnd(&rule);
  api.NeuronEvent_free(second);
  api.NeuronEvent_free(event);
  api.NeuronExecution_free(execution);
}

static void waitForFence(NeuronCompilation *compilation) {
  NeuronExecution *execution = boundExecution(compilation, inputs, output);
  NeuronEvent *fence = (NeuronEvent *)execution, *event = NULL;
  const NeuronEvent *dependencies[1];
  int own = eventfd(0, 0), copy = -1;
  uint64_t one = 1;
  struct Rule rule = ruleBegin("8.3 createFromSyncFenceFd: descriptor 0 or below");
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronEvent_createFromSyncFenceFd(-1, &fence));
  ruleHolds(&rule, fence == NULL);
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronEvent_createFromSyncFenceFd(0, &fence));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronEvent_createFromSyncFenceFd(own, NULL));
  ruleEnd(&rule);
  rule = ruleBegin("2.2 getSyncFenceFd gives a descriptor of the caller's own");
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronEvent_createFromSyncFenceFd(own, &fence));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronEvent_getSyncFenceFd(fence, &copy));
  ruleHolds(&rule, copy >= 0 && copy != own);
  ruleEnd(&rule);
  dependencies[0] = fence;
  rule = ruleBegin("8.3 compute, set* and free while in flight: BAD_STATE, or ignored");
  ruleWants(
      &rule, NEURON_NO_ERROR,
      api.NeuronExecution_startComputeWithDependencies(execution, dependencies, 1, 0, &event));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronExecution_compute(execution));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronExecution_setInput(execution, 0, NULL, inputs, BYTES));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronExecution_setOutput(execution, 0, NULL, output, BYTES));
  api.NeuronExecution_free(execution);
  ruleEnd(&rule);
  rule = ruleBegin("2.5 a computation waits for the fence that it depends on");
  memset(output, 0, sizeof output);
  ruleHolds(&rule, output[0] == 0);
  ruleHolds(&rule, write(copy, &one, sizeof one) == (ssize_t)sizeof one);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronEvent_wait(event));
  ruleHolds(&rule, output[0] == 11);
  ruleEnd(&rule);
  api.NeuronEvent_free(event);
  api.NeuronEvent_freeForce(fence);
  api.NeuronExecution_free(execution);
  close(copy);
  close(own);
}

/* A model whose output has a dimension that its type leaves open. */
static void startUnspecified(void) {
  static const uint32_t kIn[2] = {2, 2}, kOpen[2] = {0, 2}, kInput[1] = {0}, kOutput[1] = {1};
  NeuronModel *model = NULL;
  NeuronCompilation *compilation = NULL;
  NeuronExecution *execution = NULL;
  NeuronEvent *event = NULL;
  struct Rule rule = ruleBegin("8.3 startComputeWithDependencies: an output not fully specified");
  api.NeuronModel_create(&model);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kIn);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kOpen);
  api.NeuronModel_addOperation(model, NEURON_RELU, 1, kInput, 1, kOutput);
  api.NeuronModel_identifyInputsAndOutputs(model, 1, kInput, 1, kOutput);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_finish(model));
  compilation = finishedCompilation(model);
  api.NeuronExecution_create(compilation, &execution);
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setInput(execution, 0, NULL, inputs, BYTES));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setOutput(execution, 0, NULL, output, BYTES));
  event = (NeuronEvent *)model;
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_startComputeWithDependencies(execution, NULL, 0, 0, &event));
  ruleHolds(&rule, event == NULL);
  ruleEnd(&rule);
  api.NeuronExecution_free(execution);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
}

static void useMemory(NeuronCompilation *compilation) {
  enum { SIZE = 4096, OUT = 256 };
  NeuronExecution *execution = NULL;
  NeuronMemory *memory = (NeuronMemory *)compilation, *unreadable = NULL;
  int fd = memfd_create("conformance", 0);
  float *shared;
  struct Rule rule = ruleBegin("8.2 createFromFd: a descriptor that cannot be duplicated");
  if (fd < 0 || ftruncate(fd, SIZE) != 0)
    return;
  shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ruleWants(&rule, NEURON_OP_FAILED,
            api.NeuronMemory_createFromFd(SIZE, PROT_READ | PROT_WRITE, -1, 0, &memory));
  ruleHolds(&rule, memory == NULL);
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronMemory_createFromFd(SIZE, PROT_READ | PROT_WRITE, fd, 0, NULL));
  ruleEnd(&rule);
  rule = ruleBegin("2.2 createFromFd: more than the file has");
  ruleHolds(&rule, api.NeuronMemory_createFromFd(2 * SIZE, PROT_READ | PROT_WRITE, fd, 0,
                                                 &memory) != NEURON_NO_ERROR);
  ruleHolds(&rule, memory == NULL);
  ruleEnd(&rule);
  api.NeuronExecution_create(compilation, &execution);
  rule = ruleBegin("8.3 FromMemory: offset and length beyond the memory");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronMemory_createFromFd(SIZE, PROT_READ | PROT_WRITE, fd, 0, &memory));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setInputFromMemory(execution, 0, NULL, memory, SIZE - 4, BYTES));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setOutputFromMemory(execution, 0, NULL, memory, (size_t)-8, BYTES));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronExecution_setInputFromMemory(execution, 0, NULL, NULL, 0, BYTES));
  ruleEnd(&rule);
  rule = ruleBegin("2.5 inputs and outputs in the memory of a descriptor");
  memcpy(shared, inputs, sizeof inputs);
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setInputFromMemory(execution, 0, NULL, memory, 0, BYTES));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setInputFromMemory(execution, 1, NULL, memory, BYTES, BYTES));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setOutputFromMemory(execution, 0, NULL, memory, OUT, BYTES));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_compute(execution));
  ruleHolds(&rule, shared[OUT / sizeof(float) + 3] == 44);
  ruleEnd(&rule);
  rule = ruleBegin("8.2 memory that cannot be mapped as needed: UNMAPPABLE at compute");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronMemory_createFromFd(SIZE, PROT_NONE, fd, 0, &unreadable));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setInputFromMemory(execution, 0, NULL, unreadable, 0, BYTES));
  ruleWants(&rule, NEURON_UNMAPPABLE, api.NeuronExecution_compute(execution));
  ruleEnd(&rule);
  api.NeuronExecution_free(execution);
  api.NeuronMemory_free(unreadable);
  api.NeuronMemory_free(memory);
  munmap(shared, SIZE);
  close(fd);
}

void walkEventRules(void) {
  NeuronModel *model = finishedSum();
  NeuronCompilation *compilation = finishedCompilation(model);
  struct Rule rule = ruleBegin("8.3 wait: NULL; free(NULL) has no effect");
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronEvent_wait(NULL));
  api.NeuronEvent_free(NULL);
  api.NeuronEvent_freeForce(NULL);
  api.NeuronMemory_free(NULL);
  api.NeuronModel_free(NULL);
  api.NeuronCompilation_free(NULL);
  api.NeuronExecution_free(NULL);
  ruleEnd(&rule);
  start(compilation);
  waitForFence(compilation);
  startUnspecified();
  useMemory(compilation);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
}
