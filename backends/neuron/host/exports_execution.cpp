// The functions of the ABI about executions, memory and events: each says what must not be NULL and
// whom it asks.

#include "backends/neuron/host/call.h"
#include "backends/neuron/host/event.h"
#include "backends/neuron/host/execution.h"
#include "backends/neuron/host/memory.h"

using namespace tandem::neuron::host;
using Side = Compilation::Side;

int NeuronMemory_createFromFd(size_t size, int protect, int fd, size_t offset,
                              NeuronMemory **memory) {
  return Call(Function::NeuronMemory_createFromFd).out(memory).run([&] {
    std::shared_ptr<SharedMemory> shared;
    TANDEM_NEURON_RETURN_IF_REFUSED(SharedMemory::create(size, protect, fd, offset, shared));
    *memory = new NeuronMemory{std::move(shared)};
    return Reply();
  });
}

/// Only Android has such buffers. Elsewhere the vendor's header declares no parameters, so what
/// stands in their place may be anything.
int NeuronMemory_createFromAHardwareBuffer(const AHardwareBuffer * /*buffer*/,
                                           NeuronMemory ** /*memory*/) {
  return Call(Function::NeuronMemory_createFromAHardwareBuffer).run([] {
    return Reply(NEURON_BAD_STATE, "there are no hardware buffers on this system");
  });
}

void NeuronMemory_free(NeuronMemory *memory) {
  Call(Function::NeuronMemory_free).runPlain([&] { delete memory; });
}

int NeuronEvent_wait(NeuronEvent *event) {
  return Call(Function::NeuronEvent_wait).needs(event).run([&] {
    int code = event->completion->wait();
    return code == NEURON_NO_ERROR ? Reply() : Reply(code, "what the event stands for has failed");
  });
}

void NeuronEvent_free(NeuronEvent *event) {
  Call(Function::NeuronEvent_free).runPlain([&] {
    if (event)
      event->completion->wait();
    delete event;
  });
}

void NeuronEvent_freeForce(NeuronEvent *event) {
  Call(Function::NeuronEvent_freeForce).runPlain([&] { delete event; });
}

int NeuronEvent_createFromSyncFenceFd(int syncFenceFd, NeuronEvent **event) {
  return Call(Function::NeuronEvent_createFromSyncFenceFd).out(event).run([&] {
    std::shared_ptr<Completion> completion;
    TANDEM_NEURON_RETURN_IF_REFUSED(FenceCompletion::create(syncFenceFd, completion));
    *event = new NeuronEvent{std::move(completion)};
    return Reply();
  });
}

int NeuronEvent_getSyncFenceFd(const NeuronEvent *event, int *syncFenceFd) {
  return Call(Function::NeuronEvent_getSyncFenceFd).needs(event, syncFenceFd).run([&] {
    *syncFenceFd = event->completion->duplicateFence();
    return *syncFenceFd < 0 ? Reply(NEURON_BAD_DATA, "the event has no fence") : Reply();
  });
}

int NeuronExecution_create(NeuronCompilation *compilation, NeuronExecution **execution) {
  return Call(Function::NeuronExecution_create).out(execution).needs(compilation).run([&] {
    auto made = std::make_unique<NeuronExecution>();
    TANDEM_NEURON_RETURN_IF_REFUSED(Execution::create(*compilation, made->execution));
    *execution = made.release();
    return Reply();
  });
}

/// Ignored while it computes.
void NeuronExecution_free(NeuronExecution *execution) {
  Call(Function::NeuronExecution_free).runPlain([&] {
    if (execution && execution->execution->mayBeFreed())
      delete execution;
  });
}

int NeuronExecution_startComputeWithDependencies(NeuronExecution *execution,
                                                 const NeuronEvent *const *dependencies,
                                                 uint32_t numDependencies, uint64_t /*duration*/,
                                                 NeuronEvent **event) {
  return Call(Function::NeuronExecution_startComputeWithDependencies)
      .out(event)
      .needs(execution)
      .run([&] {
        if (numDependencies && !dependencies)
          return Reply(NEURON_UNEXPECTED_NULL, "the list of dependencies is NULL");
        std::vector<std::shared_ptr<Completion>> completions;
        for (uint32_t i = 0; i < numDependencies; ++i) {
          if (!dependencies[i])
            return Reply(NEURON_UNEXPECTED_NULL, "dependency ", i, " is NULL");
          completions.push_back(dependencies[i]->completion);
        }
        auto made = std::make_unique<NeuronEvent>();
        TANDEM_NEURON_RETURN_IF_REFUSED(
            execution->execution->start(std::move(completions), made->completion));
        *event = made.release();
        return Reply();
      });
}

int NeuronExecution_setInput(NeuronExecution *execution, int32_t index,
                             const NeuronOperandType *type, const void *buffer, size_t length) {
  return Call(Function::NeuronExecution_setInput).needs(execution).run([&] {
    return execution->execution->bind(Side::kInput, index, type, buffer, length);
  });
}

int NeuronExecution_setOutput(NeuronExecution *execution, int32_t index,
                              const NeuronOperandType *type, void *buffer, size_t length) {
  return Call(Function::NeuronExecution_setOutput).needs(execution).run([&] {
    return execution->execution->bind(Side::kOutput, index, type, buffer, length);
  });
}

int NeuronExecution_setInputFromMemory(NeuronExecution *execution, uint32_t index,
                                       const NeuronOperandType *type, const NeuronMemory *memory,
                                       size_t offset, size_t length) {
  return Call(Function::NeuronExecution_setInputFromMemory).needs(execution, memory).run([&] {
    return execution->execution->bindMemory(Side::kInput, index, type, memory->shared, offset,
                                            length);
  });
}

int NeuronExecution_setOutputFromMemory(NeuronExecution *execution, uint32_t index,
                                        const NeuronOperandType *type, const NeuronMemory *memory,
                                        size_t offset, size_t length) {
  return Call(Function::NeuronExecution_setOutputFromMemory).needs(execution, memory).run([&] {
    return execution->execution->bindMemory(Side::kOutput, index, type, memory->shared, offset,
                                            length);
  });
}

int NeuronExecution_setBoostHint(NeuronExecution *execution, uint8_t boostValue) {
  return Call(Function::NeuronExecution_setBoostHint).needs(execution).run([&] {
    return execution->execution->setBoostHint(boostValue);
  });
}

int NeuronExecution_setCacheFlushHint(NeuronExecution *execution, uint8_t flushHint) {
  return Call(Function::NeuronExecution_setCacheFlushHint).needs(execution).run([&] {
    return execution->execution->setCacheFlushHint(flushHint);
  });
}

int NeuronExecution_setLoopTimeout(NeuronExecution *execution, uint64_t /*duration*/) {
  return Call(Function::NeuronExecution_setLoopTimeout).needs(execution).run([&] {
    return execution->execution->setLoopTimeout();
  });
}

int NeuronExecution_compute(NeuronExecution *execution) {
  return Call(Function::NeuronExecution_compute).needs(execution).runHanging([&](auto hang) {
    return execution->execution->compute(hang);
  });
}

int NeuronExecution_getOutputOperandRank(NeuronExecution *execution, int32_t index,
                                         uint32_t *rank) {
  return Call(Function::NeuronExecution_getOutputOperandRank).needs(execution, rank).run([&] {
    return execution->execution->outputRank(index, rank);
  });
}

int NeuronExecution_getOutputOperandDimensions(NeuronExecution *execution, int32_t index,
                                               uint32_t *dimensions) {
  return Call(Function::NeuronExecution_getOutputOperandDimensions)
      .needs(execution, dimensions)
      .run([&] { return execution->execution->outputDimensions(index, dimensions); });
}

int NeuronExecution_setRunnerPoolSize(NeuronExecution *execution, uint8_t numRunners) {
  return Call(Function::NeuronExecution_setRunnerPoolSize).needs(execution).run([&] {
    return execution->execution->setRunnerPoolSize(numRunners);
  });
}

int NeuronExecution_setBatchDone(NeuronExecution *execution) {
  return Call(Function::NeuronExecution_setBatchDone).needs(execution).run([&] {
    return execution->execution->setBatchDone();
  });
}

int NeuronExecution_setIODone(NeuronExecution *execution, int idx) {
  return Call(Function::NeuronExecution_setIODone).needs(execution).run([&] {
    return execution->execution->setIoDone(idx);
  });
}
