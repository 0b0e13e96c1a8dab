/* 8.2 and 2.10: compiled networks, stored, restored, and as an operation. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t kInputs[2] = {0, 1};

/* The bytes of the sum's network; the caller frees them. */
static unsigned char *storedSum(size_t *size) {
  NeuronModel *model = finishedSum();
  NeuronCompilation *compilation = finishedCompilation(model);
  unsigned char *bytes;
  api.NeuronCompilation_getCompiledNetworkSize(compilation, size);
  bytes = malloc(*size);
  api.NeuronCompilation_storeCompiledNetwork(compilation, bytes, *size);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
  return bytes;
}

/* Whether an execution of the compilation adds. */
static int adds(NeuronCompilation *compilation) {
  float inputs[2 * COUNT] = {1, 2, 3, 4, 10, 20, 30, 40}, output[COUNT] = {0};
  NeuronExecution *execution = boundExecution(compilation, inputs, output);
  int code = api.NeuronExecution_compute(execution);
  api.NeuronExecution_free(execution);
  return code == NEURON_NO_ERROR && output[0] == 11 && output[3] == 44;
}

static void store(void) {
  NeuronModel *model = finishedSum();
  NeuronCompilation *compilation = finishedCompilation(model);
  NeuronExecution *execution = NULL;
  unsigned char *bytes;
  size_t size = 0;
  struct Rule rule = ruleBegin("2.10 getCompiledNetworkSize and storeCompiledNetwork");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_getCompiledNetworkSize(compilation, &size));
  ruleHolds(&rule, size > 0);
  bytes = malloc(size + 1);
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_storeCompiledNetwork(compilation, bytes, size));
  ruleEnd(&rule);
  rule = ruleBegin("8.2 store with another size than the one queried");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_storeCompiledNetwork(compilation, bytes, size - 1));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_storeCompiledNetwork(compilation, bytes, size + 1));
  ruleEnd(&rule);
  rule = ruleBegin("8.2 size and store after Execution_create");
  api.NeuronExecution_create(compilation, &execution);
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_getCompiledNetworkSize(compilation, &size));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_storeCompiledNetwork(compilation, bytes, size));
  ruleEnd(&rule);
  api.NeuronExecution_free(execution);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
  free(bytes);
}

static void restore(void) {
  size_t size = 0;
  unsigned char *bytes = storedSum(&size);
  NeuronModel *model = NULL;
  NeuronCompilation *compilation = NULL, *again = NULL;
  CompilationType type = NEURON_COMPILATION_TYPE_MULTI_EXECUTIONS;
  struct Rule rule = ruleBegin("2.10 restore gives a finished compilation, which computes");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_restoreFromCompiledNetwork(&model, &compilation, bytes, size));
  ruleHolds(&rule, model && compilation && adds(compilation));
  ruleEnd(&rule);
  rule = ruleBegin("8.2 size and store of a restored compilation");
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_getCompiledNetworkSize(compilation, &size));
  ruleEnd(&rule);
  rule = ruleBegin("2.6 a restored model cannot be compiled again");
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_create(model, &again));
  ruleHolds(&rule, again == NULL);
  ruleEnd(&rule);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
  rule = ruleBegin("2.3 restoreFromCompiledNetworkV2");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_restoreFromCompiledNetworkV2(&model, &compilation, bytes, size, &type));
  ruleHolds(&rule, model && compilation && adds(compilation));
  ruleEnd(&rule);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
  free(bytes);
}

/* Refused, with both handles NULL. */
static void refuseBytes(struct Rule *rule, const void *bytes, size_t size) {
  NeuronModel *model = (NeuronModel *)rule;
  NeuronCompilation *compilation = (NeuronCompilation *)rule;
  ruleWants(rule, NEURON_BAD_DATA,
            api.NeuronModel_restoreFromCompiledNetwork(&model, &compilation, bytes, size));
  ruleHolds(rule, model == NULL && compilation == NULL);
}

static void refuseDamage(void) {
  size_t size = 0, at;
  unsigned char *bytes = storedSum(&size);
  struct Rule rule = ruleBegin("8.2 restore: corrupt bytes: BAD_DATA, both NULL");
  refuseBytes(&rule, "nonsense", 8);
  refuseBytes(&rule, bytes, 0);
  refuseBytes(&rule, bytes, size / 2);
  refuseBytes(&rule, bytes, size - 1);
  for (at = 0; at < size; at += size / 97 + 1) {
    bytes[at] ^= 0x10;
    refuseBytes(&rule, bytes, size);
    bytes[at] ^= 0x10;
  }
  ruleEnd(&rule);
  free(bytes);
}

/* A model that is one operation: so many inputs and the network, one output. */
static NeuronModel *networkModel(const void *bytes, size_t size, uint16_t code) {
  static const char kExtension[] = "com.mediatek.compiled_network";
  static const uint32_t kWithNetwork[3] = {0, 1, 3}, kOutputs[1] = {2};
  NeuronModel *model = NULL;
  int32_t operandType = 0, operationType = 0;
  int i;
  api.NeuronModel_create(&model);
  for (i = 0; i < 3; ++i) /* without dimensions: they are the network's */
    addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 0, NULL);
  api.NeuronModel_getExtensionOperandType(model, kExtension, code, &operandType);
  api.NeuronModel_getExtensionOperationType(model, kExtension, 0, &operationType);
  addTensor(model, operandType, 0.0f, 0, 0, NULL);
  api.NeuronModel_setOperandValue(model, 3, bytes, size);
  api.NeuronModel_addOperation(model, operationType, 3, kWithNetwork, 1, kOutputs);
  api.NeuronModel_identifyInputsAndOutputs(model, 2, kInputs, 1, kOutputs);
  return model;
}

static void embed(void) {
  static const uint16_t kCodes[2] = {0x0100, 0x0200};
  size_t size = 0, padded = 0;
  unsigned char *bytes = storedSum(&size);
  int i;
  struct Rule rule = ruleBegin("2.10 a compiled network as an extension's operation");
  for (i = 0; i < 2; ++i) {
    NeuronModel *model = networkModel(bytes, size, kCodes[i]);
    NeuronCompilation *compilation = NULL;
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_finish(model));
    ruleWants(&rule, NEURON_NO_ERROR,
              api.NeuronCompilation_createWithOptions(model, &compilation, "--opt 3"));
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_setPreference(compilation, 3));
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_setPriority(compilation, 110));
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_finish(compilation));
    ruleWants(&rule, NEURON_NO_ERROR,
              api.NeuronCompilation_getInputPaddedSize(compilation, 1, &padded));
    ruleHolds(&rule, padded >= BYTES && adds(compilation));
    api.NeuronCompilation_free(compilation);
    api.NeuronModel_free(model);
  }
  ruleEnd(&rule);
  rule = ruleBegin("2.10 a damaged one is refused when it is compiled");
  {
    NeuronModel *model = networkModel(bytes, size - 8, 0x0100);
    NeuronCompilation *compilation = NULL;
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_finish(model));
    api.NeuronCompilation_create(model, &compilation);
    ruleHolds(&rule, api.NeuronCompilation_finish(compilation) != NEURON_NO_ERROR);
    api.NeuronCompilation_free(compilation);
    api.NeuronModel_free(model);
  }
  ruleEnd(&rule);
  free(bytes);
}

void walkNetworkRules(void) {
  store();
  restore();
  refuseDamage();
  embed();
}
