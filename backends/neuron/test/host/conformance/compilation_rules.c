/* 8.2: compilations. */
#include "conformance.h"

#include <string.h>

static const uint8_t kToken[NEURON_BYTE_SIZE_OF_CACHE_TOKEN] = {1, 2, 3};

/* The ways to make a compilation that need nothing but a model. */
static int create(int way, NeuronModel *model, NeuronCompilation **compilation) {
  switch (way) {
  case 0:
    return api.NeuronCompilation_create(model, compilation);
  case 1:
    return api.NeuronCompilation_createForBatch(model, compilation);
  case 2:
    return api.NeuronCompilation_createForMultiExecutions(model, compilation);
  case 3:
    return api.NeuronCompilation_createV2(model, NEURON_COMPILATION_TYPE_NORMAL, "", compilation);
  case 4:
    return api.NeuronCompilation_createWithOptions(model, compilation, "");
  default:
    return api.NeuronCompilation_createForDebug(model, compilation);
  }
}
enum { WAYS = 6, FIRST_THAT_REFUSES_DATA = 5 };

static void createCompilations(void) {
  NeuronModel *open = openSum(), *finished = finishedSum();
  NeuronCompilation *compilation = NULL;
  NeuronDevice *device = NULL;
  const NeuronDevice *devices[2] = {NULL, NULL};
  int way;
  struct Rule rule = ruleBegin("8.2 create* on an unfinished model: BAD_STATE, NULL");
  for (way = 0; way < FIRST_THAT_REFUSES_DATA; ++way) {
    compilation = (NeuronCompilation *)open;
    ruleWants(&rule, NEURON_BAD_STATE, create(way, open, &compilation));
    ruleHolds(&rule, compilation == NULL);
  }
  ruleEnd(&rule);
  api.Neuron_getDevice(0, &device);
  devices[0] = devices[1] = device;
  rule =
      ruleBegin("8.2 createForDevices and createForDebug on an unfinished model: BAD_DATA, NULL");
  compilation = (NeuronCompilation *)open;
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronCompilation_createForDebug(open, &compilation));
  ruleHolds(&rule, compilation == NULL);
  compilation = (NeuronCompilation *)open;
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_createForDevices(open, devices, 1, &compilation));
  ruleHolds(&rule, compilation == NULL);
  ruleEnd(&rule);
  rule = ruleBegin("8.2 create*: null model or out pointer");
  for (way = 0; way < WAYS; ++way) {
    ruleWants(&rule, NEURON_UNEXPECTED_NULL, create(way, NULL, &compilation));
    ruleWants(&rule, NEURON_UNEXPECTED_NULL, create(way, finished, NULL));
  }
  ruleEnd(&rule);
  rule = ruleBegin("2.4 create* on a finished model");
  for (way = 0; way < WAYS; ++way) {
    ruleWants(&rule, NEURON_NO_ERROR, create(way, finished, &compilation));
    api.NeuronCompilation_free(compilation);
  }
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_createForDevices(finished, devices, 1, &compilation));
  api.NeuronCompilation_free(compilation);
  ruleEnd(&rule);
  rule = ruleBegin("8.2 createForDevices: none, a duplicate, a foreign handle, NULL");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_createForDevices(finished, devices, 0, &compilation));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_createForDevices(finished, devices, 2, &compilation));
  devices[1] = (const NeuronDevice *)(const void *)&rule;
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_createForDevices(finished, devices, 2, &compilation));
  devices[1] = NULL;
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronCompilation_createForDevices(finished, devices, 2, &compilation));
  ruleHolds(&rule, compilation == NULL);
  ruleEnd(&rule);
  api.NeuronModel_free(finished);
  api.NeuronModel_free(open);
}

static void setOptions(void) {
  static const int kPreferences[] = {0, 1, 2, 3}, kPriorities[] = {90, 100, 110};
  NeuronModel *model = finishedSum();
  NeuronCompilation *compilation = NULL;
  const char *text = NULL;
  uint32_t l1 = 0;
  size_t i;
  struct Rule rule = ruleBegin("8.2 setPreference outside 0 to 3");
  api.NeuronCompilation_create(model, &compilation);
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronCompilation_setPreference(compilation, -1));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronCompilation_setPreference(compilation, 4));
  for (i = 0; i < 4; ++i)
    ruleWants(&rule, NEURON_NO_ERROR,
              api.NeuronCompilation_setPreference(compilation, kPreferences[i]));
  ruleEnd(&rule);
  rule = ruleBegin("8.2 setPriority other than 90, 100, 110");
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronCompilation_setPriority(compilation, 0));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronCompilation_setPriority(compilation, -1));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronCompilation_setPriority(compilation, 105));
  for (i = 0; i < 3; ++i)
    ruleWants(&rule, NEURON_NO_ERROR,
              api.NeuronCompilation_setPriority(compilation, kPriorities[i]));
  ruleEnd(&rule);
  rule = ruleBegin("8.2 setOptimizationString repeated, or empty");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_setOptimizationString(compilation, "--opt-accuracy --opt 3"));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_setOptimizationString(compilation, ""));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_setOptimizationString(compilation, "--relax-fp32"));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronCompilation_setOptimizationString(compilation, NULL));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_getOptimizationString(compilation, &text));
  ruleHolds(&rule, text && strstr(text, "--relax-fp32") != NULL);
  ruleEnd(&rule);
  rule = ruleBegin("8.2 setCaching with null folder or token");
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronCompilation_setCaching(compilation, NULL, kToken));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronCompilation_setCaching(compilation, "", NULL));
  ruleEnd(&rule);
  rule = ruleBegin("2.4 hints are taken");
  api.Neuron_getL1MemorySizeKb(&l1);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_setL1MemorySizeKb(compilation, l1));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_setOptimizationHint(compilation, 7));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_setTrimIOAlignment(compilation, true));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_setSWDilatedConv(compilation, true));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_setOnlyAllowOptimizationString(compilation, true));
  ruleEnd(&rule);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
}

static void askBeforeFinish(NeuronCompilation *compilation) {
  uint32_t dimensions[4] = {0};
  bool supported[1] = {false};
  size_t size = 0;
  int value = 0;
  struct Rule rule =
      ruleBegin("8.2 getPreference, getPriority, padded queries, size and store before finish");
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_getPreference(compilation, &value));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_getPriority(compilation, &value));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_getInputPaddedDimensions(compilation, 0, dimensions));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_getOutputPaddedDimensions(compilation, 0, dimensions));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_getInputPaddedSize(compilation, 0, &size));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_getOutputPaddedSize(compilation, 0, &size));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_getCompiledNetworkSize(compilation, &size));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_storeCompiledNetwork(compilation, dimensions, 4));
  ruleEnd(&rule);
  rule = ruleBegin("2.4 getSupportedOperations(compilation) before finish");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_getSupportedOperations(compilation, 1, supported));
  ruleHolds(&rule, supported[0]);
  ruleEnd(&rule);
}

static void setAfterFinish(NeuronCompilation *compilation) {
  struct Rule rule = ruleBegin("8.2 any setter after finish");
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setPreference(compilation, 1));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setPriority(compilation, 100));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setCaching(compilation, "", kToken));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setL1MemorySizeKb(compilation, 0));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setOptimizationHint(compilation, 0));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setOptimizationString(compilation, ""));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setTrimIOAlignment(compilation, true));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronCompilation_setSWDilatedConv(compilation, true));
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronCompilation_setOnlyAllowOptimizationString(compilation, true));
  ruleEnd(&rule);
}

static void finish(void) {
  NeuronModel *model = finishedSum();
  NeuronCompilation *compilation = NULL;
  uint32_t dimensions[5] = {9, 9, 9, 9, 9};
  bool supported[1];
  size_t size = 0;
  int value = 0;
  struct Rule rule;
  api.NeuronCompilation_create(model, &compilation);
  askBeforeFinish(compilation);
  api.NeuronCompilation_setPreference(compilation, NEURON_PREFER_TURBO_BOOST);
  api.NeuronCompilation_setPriority(compilation, NEURON_PRIORITY_HIGH);
  expect("2.4 finish", NEURON_NO_ERROR, api.NeuronCompilation_finish(compilation));
  expect("8.2 finish twice", NEURON_BAD_STATE, api.NeuronCompilation_finish(compilation));
  setAfterFinish(compilation);
  expect("8.2 getSupportedOperations(compilation) after finish", NEURON_BAD_STATE,
         api.NeuronCompilation_getSupportedOperations(compilation, 1, supported));
  rule = ruleBegin("2.4 getPreference and getPriority after finish");
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_getPreference(compilation, &value));
  ruleHolds(&rule, value == NEURON_PREFER_TURBO_BOOST);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_getPriority(compilation, &value));
  ruleHolds(&rule, value == NEURON_PRIORITY_HIGH);
  ruleEnd(&rule);
  rule = ruleBegin("8.2 padded index out of range");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_getInputPaddedDimensions(compilation, 2, dimensions));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_getInputPaddedDimensions(compilation, -1, dimensions));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_getOutputPaddedDimensions(compilation, 1, dimensions));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_getInputPaddedSize(compilation, 2, &size));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronCompilation_getOutputPaddedSize(compilation, -1, &size));
  ruleEnd(&rule);
  rule = ruleBegin("2.4 padded queries after finish: at least the plain size, within four entries");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_getInputPaddedDimensions(compilation, 1, dimensions));
  ruleHolds(&rule, dimensions[0] >= 2 && dimensions[1] >= 2 && dimensions[4] == 9);
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_getInputPaddedSize(compilation, 0, &size));
  ruleHolds(&rule, size >= BYTES);
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronCompilation_getOutputPaddedSize(compilation, 0, &size));
  ruleHolds(&rule, size >= BYTES);
  ruleEnd(&rule);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
}

void walkCompilationRules(void) {
  createCompilations();
  setOptions();
  finish();
}
