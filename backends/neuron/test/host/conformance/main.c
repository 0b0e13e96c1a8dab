/* abi_conformance LIBRARY: one line for each rule; fails when one is not kept. */
#include "conformance.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

struct Api api;

static int rules, deviations;

void check(const char *rule, int kept) {
  printf("%s %s\n", kept ? "ok  " : "FAIL", rule);
  ++rules;
  deviations += !kept;
}

void expect(const char *rule, int wanted, int got) {
  if (got != wanted)
    printf("FAIL %s: expected %d, got %d\n", rule, wanted, got);
  else
    printf("ok   %s\n", rule);
  ++rules;
  deviations += got != wanted;
}

struct Rule ruleBegin(const char *name) {
  struct Rule rule = {name, 1, 0, 0};
  return rule;
}

void ruleWants(struct Rule *rule, int wanted, int got) {
  if (got == wanted || !rule->kept)
    return;
  rule->kept = 0;
  rule->wanted = wanted;
  rule->got = got;
}

void ruleHolds(struct Rule *rule, int condition) {
  ruleWants(rule, 1, condition != 0);
}

void ruleEnd(const struct Rule *rule) {
  expect(rule->name, rule->wanted, rule->got);
}

/* Every function of the ABI is there. */
static int loadAll(void *library) {
  struct Rule rule = ruleBegin("1.3 every public function is exported");
#define NEURON_FUNCTION(name)                                                                      \
  {                                                                                                \
    void *symbol = dlsym(library, #name);                                                          \
    memcpy(&api.name, &symbol, sizeof symbol);                                                     \
    ruleHolds(&rule, symbol != NULL);                                                              \
  }
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
  ruleEnd(&rule);
  return rule.kept;
}

int addScalar(NeuronModel *model, int32_t type) {
  NeuronOperandType operand = {type, 0, NULL, 0.0f, 0};
  return api.NeuronModel_addOperand(model, &operand);
}

int addTensor(NeuronModel *model, int32_t type, float scale, int32_t zeroPoint, uint32_t rank,
              const uint32_t *dimensions) {
  NeuronOperandType operand = {type, rank, dimensions, scale, zeroPoint};
  return api.NeuronModel_addOperand(model, &operand);
}

int addInt(NeuronModel *model, int32_t index, int32_t value) {
  int code = addScalar(model, NEURON_INT32);
  return code ? code : api.NeuronModel_setOperandValue(model, index, &value, sizeof value);
}

NeuronModel *openSum(void) {
  static const uint32_t kSquare[2] = {2, 2};
  static const uint32_t kInputs[2] = {A, B}, kOutputs[1] = {Y}, kOperands[3] = {A, B, FUSE};
  NeuronModel *model = NULL;
  api.NeuronModel_create(&model);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kSquare);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kSquare);
  addInt(model, FUSE, NEURON_FUSED_NONE);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kSquare);
  api.NeuronModel_addOperation(model, NEURON_ADD, 3, kOperands, 1, kOutputs);
  api.NeuronModel_identifyInputsAndOutputs(model, 2, kInputs, 1, kOutputs);
  return model;
}

NeuronModel *finishedSum(void) {
  NeuronModel *model = openSum();
  api.NeuronModel_finish(model);
  return model;
}

NeuronCompilation *finishedCompilation(NeuronModel *model) {
  NeuronCompilation *compilation = NULL;
  api.NeuronCompilation_create(model, &compilation);
  api.NeuronCompilation_finish(compilation);
  return compilation;
}

NeuronExecution *boundExecution(NeuronCompilation *compilation, float *inputs, float *output) {
  NeuronExecution *execution = NULL;
  api.NeuronExecution_create(compilation, &execution);
  api.NeuronExecution_setInput(execution, 0, NULL, inputs, BYTES);
  api.NeuronExecution_setInput(execution, 1, NULL, inputs + COUNT, BYTES);
  api.NeuronExecution_setOutput(execution, 0, NULL, output, BYTES);
  return execution;
}

int main(int argc, char **argv) {
  void *library;
  if (argc != 2) {
    fprintf(stderr, "usage: abi_conformance LIBRARY\n");
    return 2;
  }
  library = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  if (loadAll(library)) {
    walkModelRules();
    walkOperandRules();
    walkOperationRules();
    walkCompilationRules();
    walkNetworkRules();
    walkExecutionRules();
    walkEventRules();
    walkClientRules();
  }
  printf("%d rules, %d not kept\n", rules, deviations);
  dlclose(library);
  return deviations != 0;
}
