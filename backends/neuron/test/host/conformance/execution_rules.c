/* 8.3: executions. */
#include "conformance.h"

#include <string.h>

static float inputs[2 * COUNT] = {1, 2, 3, 4, 10, 20, 30, 40};
static float output[2 * COUNT];

static int isSum(void) {
  int i, right = 1;
  for (i = 0; i < COUNT; ++i)
    right &= output[i] == inputs[i] + inputs[COUNT + i];
  memset(output, 0, sizeof output);
  return right;
}

static void create(NeuronModel *model) {
  NeuronCompilation *open = NULL;
  NeuronExecution *execution = (NeuronExecution *)model;
  struct Rule rule = ruleBegin("8.3 Execution_create on an unfinished compilation");
  api.NeuronCompilation_create(model, &open);
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronExecution_create(open, &execution));
  ruleHolds(&rule, execution == NULL);
  ruleEnd(&rule);
  rule = ruleBegin("8.3 Execution_create: NULL");
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronExecution_create(NULL, &execution));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronExecution_create(open, NULL));
  ruleEnd(&rule);
  api.NeuronCompilation_free(open);
}

static void bind(NeuronExecution *execution) {
  NeuronOperandType type = {NEURON_TENSOR_FLOAT32, 0, NULL, 0.0f, 0};
  struct Rule rule = ruleBegin("8.3 set*: unknown index");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setInput(execution, 2, NULL, inputs, BYTES));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setInput(execution, -1, NULL, inputs, BYTES));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setOutput(execution, 1, NULL, output, BYTES));
  ruleEnd(&rule);
  rule = ruleBegin("8.3 set*: a type");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setInput(execution, 0, &type, inputs, BYTES));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setOutput(execution, 0, &type, output, BYTES));
  ruleEnd(&rule);
  rule = ruleBegin("8.3 set*: a buffer smaller than needed");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setInput(execution, 0, NULL, inputs, BYTES - 1));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_setOutput(execution, 0, NULL, output, BYTES - 1));
  ruleEnd(&rule);
  rule = ruleBegin("8.3 set*: buffer and length disagree");
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronExecution_setInput(execution, 0, NULL, NULL, BYTES));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronExecution_setInput(execution, 0, NULL, inputs, 0));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronExecution_setOutput(execution, 0, NULL, NULL, BYTES));
  ruleEnd(&rule);
  rule = ruleBegin("8.3 set*: a larger buffer");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setInput(execution, 0, NULL, inputs, 2 * BYTES));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setOutput(execution, 0, NULL, output, 2 * BYTES));
  ruleEnd(&rule);
}

static void compute(NeuronCompilation *compilation) {
  NeuronExecution *execution = NULL;
  uint32_t rank = 0, dimensions[2] = {0};
  struct Rule rule = ruleBegin("8.3 compute with an unset input or output");
  api.NeuronExecution_create(compilation, &execution);
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronExecution_compute(execution));
  api.NeuronExecution_setInput(execution, 0, NULL, inputs, BYTES);
  api.NeuronExecution_setOutput(execution, 0, NULL, output, BYTES);
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronExecution_compute(execution));
  ruleEnd(&rule);
  rule = ruleBegin("8.3 getOutputOperandRank and Dimensions before completion");
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronExecution_getOutputOperandRank(execution, 0, &rank));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronExecution_getOutputOperandDimensions(execution, 0, dimensions));
  ruleEnd(&rule);
  rule = ruleBegin("2.5 compute");
  api.NeuronExecution_setInput(execution, 1, NULL, inputs + COUNT, BYTES);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_compute(execution));
  ruleHolds(&rule, isSum());
  ruleEnd(&rule);
  rule = ruleBegin("2.5 getOutputOperandRank and Dimensions once completed");
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_getOutputOperandRank(execution, 0, &rank));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_getOutputOperandDimensions(execution, 0, dimensions));
  ruleHolds(&rule, rank == 2 && dimensions[0] == 2 && dimensions[1] == 2);
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronExecution_getOutputOperandRank(execution, 1, &rank));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronExecution_getOutputOperandDimensions(execution, -1, dimensions));
  ruleEnd(&rule);
  rule = ruleBegin("8.3 compute again after completion");
  inputs[0] = 5;
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_compute(execution));
  ruleHolds(&rule, isSum());
  ruleEnd(&rule);
  rule = ruleBegin("8.3 re-binding an index, before and after compute");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setInput(execution, 0, NULL, inputs, BYTES));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setInput(execution, 0, NULL, inputs, BYTES));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setOutput(execution, 0, NULL, output, BYTES));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_compute(execution));
  ruleHolds(&rule, isSum());
  ruleEnd(&rule);
  api.NeuronExecution_free(execution);
}

static void hint(NeuronExecution *execution) {
  struct Rule rule = ruleBegin("8.3 setBoostHint above 100");
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_setBoostHint(execution, 0));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_setBoostHint(execution, 100));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronExecution_setBoostHint(execution, 101));
  ruleEnd(&rule);
  rule = ruleBegin("8.3 setLoopTimeout above the maximum is clamped");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronExecution_setLoopTimeout(execution, api.Neuron_getMaximumLoopTimeout() + 1));
  ruleHolds(&rule, api.Neuron_getDefaultLoopTimeout() <= api.Neuron_getMaximumLoopTimeout());
  ruleEnd(&rule);
  expect("2.5 setCacheFlushHint", NEURON_NO_ERROR,
         api.NeuronExecution_setCacheFlushHint(execution, 3));
  rule = ruleBegin("8.3 setRunnerPoolSize, setBatchDone, setIODone on another compilation type");
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronExecution_setRunnerPoolSize(execution, 2));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronExecution_setBatchDone(execution));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronExecution_setIODone(execution, 0));
  ruleEnd(&rule);
}

static void runBatches(NeuronModel *model) {
  NeuronCompilation *compilation = NULL;
  NeuronExecution *execution = NULL;
  float first[COUNT] = {0}, second[COUNT] = {0};
  struct Rule rule = ruleBegin("2.5 setRunnerPoolSize and setBatchDone of createForBatch");
  api.NeuronCompilation_createForBatch(model, &compilation);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_finish(compilation));
  execution = boundExecution(compilation, inputs, first);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_setRunnerPoolSize(execution, 2));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_setBatchDone(execution));
  api.NeuronExecution_setInput(execution, 1, NULL, inputs, BYTES);
  api.NeuronExecution_setOutput(execution, 0, NULL, second, BYTES);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_setBatchDone(execution));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_compute(execution));
  ruleHolds(&rule, first[1] == inputs[1] + inputs[COUNT + 1] && second[1] == 2 * inputs[1]);
  ruleEnd(&rule);
  api.NeuronExecution_free(execution);
  api.NeuronCompilation_free(compilation);
}

static void controlRunners(NeuronModel *model) {
  NeuronCompilation *compilation = NULL;
  NeuronExecution *execution = NULL;
  struct Rule rule = ruleBegin("2.5 setIODone of an execution controller");
  api.NeuronCompilation_createV2(model, NEURON_COMPILATION_TYPE_EXECUTION_CONTROLLER, "",
                                 &compilation);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_finish(compilation));
  execution = boundExecution(compilation, inputs, output);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_setIODone(execution, 0));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_compute(execution));
  ruleHolds(&rule, isSum());
  ruleEnd(&rule);
  api.NeuronExecution_free(execution);
  api.NeuronCompilation_free(compilation);
}

void walkExecutionRules(void) {
  NeuronModel *model = finishedSum();
  NeuronCompilation *compilation = finishedCompilation(model);
  NeuronExecution *execution = NULL;
  create(model);
  api.NeuronExecution_create(compilation, &execution);
  bind(execution);
  hint(execution);
  api.NeuronExecution_free(execution);
  compute(compilation);
  runBatches(model);
  controlRunners(model);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
}
