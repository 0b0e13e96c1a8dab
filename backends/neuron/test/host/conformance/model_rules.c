/* 8.1: NULL, states, and what is told of a model as a whole. */
#include "conformance.h"

static void refuseNull(void) {
  struct Rule rule = ruleBegin("8.1 null model, handle, out pointer or type pointer");
  NeuronModel *model = openSum();
  NeuronOperandType type = {NEURON_INT32, 0, NULL, 0.0f, 0};
  uint32_t index = 0;
  bool supported = false;
  int32_t number = 0;
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_create(NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_setName(NULL, "x"));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_setName(model, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_addOperand(NULL, &type));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_addOperand(model, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_setOperandValue(NULL, 0, &index, 4));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_setOperandValueFromModel(model, 0, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 0, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_setOperandPerChannelQuantParams(model, 0, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_getExtensionOperandType(model, NULL, 0, &number));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_getExtensionOperationType(model, "x", 0, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_addOperation(NULL, NEURON_RELU, 1, &index, 1, &index));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_addOperation(model, NEURON_RELU, 1, NULL, 1, &index));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_identifyInputsAndOutputs(NULL, 0, NULL, 0, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_relaxComputationFloat32toFloat16(NULL, true));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_suppressInputConversion(NULL, true));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_suppressOutputConversion(NULL, true));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_finish(NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_getSupportedOperations(NULL, &supported, 1));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronModel_getSupportedOperations(model, NULL, 1));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.Neuron_getVersion(NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.Neuron_getL1MemorySizeKb(NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.Neuron_getFeatureSupportedStatus(0, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.Neuron_getDeviceCount(NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.Neuron_getDevice(0, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronDevice_getName(NULL, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronDevice_getDescription(NULL, NULL));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronDevice_getExtensionSupport(NULL, &supported));
  ruleWants(&rule, NEURON_UNEXPECTED_NULL, api.NeuronDebug_setReportPath(model, NULL));
  api.NeuronModel_free(model);
  ruleEnd(&rule);
}

/* Every call that changes a model. */
static void wantForAllChanges(struct Rule *rule, NeuronModel *model, int wanted) {
  static const float kScale[1] = {1.0f};
  NeuronOperandType type = {NEURON_INT32, 0, NULL, 0.0f, 0};
  NeuronSymmPerChannelQuantParams symmetric = {0, 1, kScale};
  NeuronPerChannelQuantParams general = {0, 1, kScale, 0, NULL};
  NeuronDevice *device = NULL;
  uint32_t input = A, output = Y;
  int32_t value = 0;
  api.Neuron_getDevice(0, &device);
  ruleWants(rule, wanted, api.NeuronModel_setName(model, "late"));
  ruleWants(rule, wanted, api.NeuronModel_addOperand(model, &type));
  ruleWants(rule, wanted, api.NeuronModel_setOperandValue(model, FUSE, &value, sizeof value));
  ruleWants(rule, wanted,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, A, &symmetric));
  ruleWants(rule, wanted, api.NeuronModel_setOperandPerChannelQuantParams(model, A, &general));
  ruleWants(rule, wanted, api.NeuronModel_setOperandExtensionData(model, A, &value, 4));
  ruleWants(rule, wanted, api.NeuronModel_addOperation(model, NEURON_RELU, 1, &input, 1, &output));
  ruleWants(
      rule, wanted,
      api.NeuronModel_addOperationExtension(model, "op", "vendor", device, 1, &input, 1, &output));
  ruleWants(rule, wanted, api.NeuronModel_identifyInputsAndOutputs(model, 1, &input, 1, &output));
  ruleWants(rule, wanted, api.NeuronModel_suppressInputConversion(model, true));
  ruleWants(rule, wanted, api.NeuronModel_suppressOutputConversion(model, true));
}

static void keepStates(void) {
  NeuronModel *model = finishedSum(), *empty = NULL;
  struct Rule rule = ruleBegin("8.1 any modification after finish");
  wantForAllChanges(&rule, model, NEURON_BAD_STATE);
  ruleEnd(&rule);
  expect("8.1 relax after finish", NEURON_NO_ERROR,
         api.NeuronModel_relaxComputationFloat32toFloat16(model, true));
  rule = ruleBegin("8.1 finish twice, or after invalid");
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronModel_finish(model));
  api.NeuronModel_create(&empty);
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_finish(empty));
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronModel_finish(empty));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 any modification after a failed finish");
  wantForAllChanges(&rule, empty, NEURON_BAD_STATE);
  ruleEnd(&rule);
  api.NeuronModel_free(empty);
  api.NeuronModel_free(model);
}

static void identify(void) {
  static const uint32_t kBeyond[1] = {99}, kSame[2] = {A, A}, kFuse[1] = {FUSE}, kA[1] = {A},
                        kB[1] = {B};
  const uint32_t square[2] = {2, 2};
  struct Rule rule = ruleBegin("8.1 identify: index beyond the operands");
  NeuronModel *model = NULL;
  api.NeuronModel_create(&model);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, square);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, square);
  addInt(model, FUSE, 0);
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_identifyInputsAndOutputs(model, 1, kBeyond, 1, kB));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_identifyInputsAndOutputs(model, 1, kA, 1, kBeyond));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 identify: a constant, a duplicate, or an operand in both lists");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_identifyInputsAndOutputs(model, 1, kFuse, 1, kB));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_identifyInputsAndOutputs(model, 2, kSame, 1, kB));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_identifyInputsAndOutputs(model, 1, kA, 1, kA));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 identify before operations exist");
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_identifyInputsAndOutputs(model, 1, kA, 1, kB));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_addOperation(model, NEURON_RELU, 1, kA, 1, kB));
  ruleEnd(&rule);
  expect("8.1 identify a second time", NEURON_BAD_DATA,
         api.NeuronModel_identifyInputsAndOutputs(model, 1, kA, 1, kB));
  check("8.1 the model identified early can be finished",
        api.NeuronModel_finish(model) == NEURON_NO_ERROR);
  api.NeuronModel_free(model);
}

static void askForSupport(void) {
  NeuronModel *model = openSum();
  NeuronDevice *device = NULL;
  const NeuronDevice *devices[2] = {NULL, NULL};
  bool supported[1] = {false};
  struct Rule rule;
  api.Neuron_getDevice(0, &device);
  expect("8.1 getSupportedOperations before finish", NEURON_BAD_STATE,
         api.NeuronModel_getSupportedOperations(model, supported, 1));
  rule = ruleBegin("8.1 getSupportedOperationsForDevices: none, twice, NULL, unfinished");
  devices[0] = devices[1] = device;
  ruleWants(&rule, NEURON_BAD_STATE,
            api.NeuronModel_getSupportedOperationsForDevices(model, devices, 1, supported));
  api.NeuronModel_finish(model);
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_getSupportedOperationsForDevices(model, devices, 0, supported));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_getSupportedOperationsForDevices(model, devices, 2, supported));
  devices[1] = NULL;
  ruleWants(&rule, NEURON_UNEXPECTED_NULL,
            api.NeuronModel_getSupportedOperationsForDevices(model, devices, 2, supported));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_getSupportedOperationsForDevices(model, devices, 1, supported));
  ruleHolds(&rule, supported[0]);
  ruleEnd(&rule);
  expect("8.1 getSupportedOperations: room for fewer than there are", NEURON_BAD_DATA,
         api.NeuronModel_getSupportedOperations(model, supported, 0));
  rule = ruleBegin("2.3 getSupportedOperations after finish");
  supported[0] = false;
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_getSupportedOperations(model, supported, 1));
  ruleHolds(&rule, supported[0]);
  ruleEnd(&rule);
  api.NeuronModel_free(model);
}

static void refuseEmptyReportPath(void) {
  NeuronModel *model = openSum();
  expect("8.3 setReportPath: empty path", NEURON_BAD_DATA,
         api.NeuronDebug_setReportPath(model, ""));
  api.NeuronModel_free(model);
}

void walkModelRules(void) {
  refuseNull();
  keepStates();
  identify();
  askForSupport();
  refuseEmptyReportPath();
}
