/* 8.4 and 8.5: what clients rely on, and limits. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>

static void listDevices(void) {
  uint32_t count = 0, i;
  int accelerator = 0;
  NeuronDevice *device = NULL, *again = NULL;
  const char *name = NULL, *description = NULL;
  struct Rule rule = ruleBegin("8.4 a device named mtk-mdla or mtk-dsp");
  ruleWants(&rule, NEURON_NO_ERROR, api.Neuron_getDeviceCount(&count));
  for (i = 0; i < count; ++i) {
    ruleWants(&rule, NEURON_NO_ERROR, api.Neuron_getDevice(i, &device));
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronDevice_getName(device, &name));
    ruleWants(&rule, NEURON_NO_ERROR, api.NeuronDevice_getDescription(device, &description));
    accelerator |= strncmp(name, "mtk-mdla", 8) == 0 || strncmp(name, "mtk-dsp", 7) == 0;
  }
  ruleHolds(&rule, accelerator);
  ruleEnd(&rule);
  rule = ruleBegin("2.2 getDevice gives the same handle every time");
  api.Neuron_getDevice(0, &device);
  api.Neuron_getDevice(0, &again);
  ruleHolds(&rule, device && device == again);
  ruleEnd(&rule);
  rule = ruleBegin("8.3 Neuron_getDevice: index from the count on");
  ruleWants(&rule, NEURON_BAD_DATA, api.Neuron_getDevice(count, &device));
  ruleHolds(&rule, device == NULL);
  ruleEnd(&rule);
}

static void askLibrary(void) {
  NeuronRuntimeVersion version = {0, 0, 0};
  uint32_t l1 = 0;
  int32_t magic = 0;
  bool supported = true;
  int (*withoutParameters)(void) = NULL;
  struct Rule rule = ruleBegin("8.4 Neuron_getVersion succeeds");
  ruleWants(&rule, NEURON_NO_ERROR, api.Neuron_getVersion(&version));
  ruleHolds(&rule, version.major >= 4);
  ruleEnd(&rule);
  rule = ruleBegin("2.2 the library's other answers");
  ruleWants(&rule, NEURON_NO_ERROR, api.Neuron_getL1MemorySizeKb(&l1));
  ruleWants(&rule, NEURON_NO_ERROR, api.Neuron_getNeuroPilotMagicNumber(&magic));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.Neuron_getFeatureSupportedStatus(NEURON_THROUGHPUT_MODE, &supported));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronDevice_getExtensionSupport("com.mediatek.compiled_network", &supported));
  ruleHolds(&rule, supported);
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronDevice_getExtensionSupport("com.mediatek.nothing", &supported));
  ruleHolds(&rule, !supported);
  ruleEnd(&rule);
  /* Off Android the vendor's header gives this function no parameters. */
  memcpy(&withoutParameters, &api.NeuronMemory_createFromAHardwareBuffer, sizeof withoutParameters);
  expect("8.4 createFromAHardwareBuffer is there, and fails off Android", NEURON_BAD_STATE,
         withoutParameters());
}

/* y = a + constant, of so many elements. The value is changed behind the library's back. */
static int addsConstant(int count, int changeAfterSet, int changeAfterFinish) {
  static const uint32_t kInputs[1] = {0}, kOutputs[1] = {3}, kOperands[3] = {0, 1, 2};
  const uint32_t shape[1] = {(uint32_t)count};
  float *constant = calloc((size_t)count, sizeof(float));
  float *from = calloc((size_t)count, sizeof(float)), *to = calloc((size_t)count, sizeof(float));
  size_t bytes = (size_t)count * sizeof(float);
  NeuronModel *model = NULL;
  NeuronCompilation *compilation;
  NeuronExecution *execution = NULL;
  int right;
  constant[0] = 3;
  api.NeuronModel_create(&model);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 1, shape);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 1, shape);
  api.NeuronModel_setOperandValue(model, 1, constant, bytes);
  if (changeAfterSet)
    constant[0] = 1000;
  addInt(model, 2, 0);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 1, shape);
  api.NeuronModel_addOperation(model, NEURON_ADD, 3, kOperands, 1, kOutputs);
  api.NeuronModel_identifyInputsAndOutputs(model, 1, kInputs, 1, kOutputs);
  api.NeuronModel_finish(model);
  compilation = finishedCompilation(model);
  if (changeAfterFinish)
    constant[0] = 1000;
  api.NeuronExecution_create(compilation, &execution);
  from[0] = 4;
  api.NeuronExecution_setInput(execution, 0, NULL, from, bytes);
  api.NeuronExecution_setOutput(execution, 0, NULL, to, bytes);
  right = api.NeuronExecution_compute(execution) == NEURON_NO_ERROR && to[0] == 7;
  api.NeuronExecution_free(execution);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
  free(constant);
  free(from);
  free(to);
  return right;
}

static void keepValues(void) {
  enum { COPIED = NEURON_MAX_SIZE_OF_IMMEDIATELY_COPIED_VALUES / 4 };
  check("8.4 a value of 128 bytes is copied inside the call", addsConstant(COPIED, 1, 1));
  check("8.4 a longer value is not read once the compilation is finished",
        addsConstant(COPIED + 1, 0, 1) && addsConstant(100000, 0, 1));
}

/* The vendor's own operation, by the extension's string. */
static void namedOperation(void) {
  static const char kExtension[] = "com.mediatek.general_operation";
  static const char kName[] = "MTKEXT_SQUARED_DIFFERENCE";
  static const uint32_t kSquare[2] = {2, 2}, kInputs[2] = {0, 1}, kOperands[3] = {0, 1, 2},
                        kOutputs[1] = {3};
  char string[128] = {0};
  uint32_t nameLength = sizeof kName - 1, length[1];
  int32_t operandType = 0, operationType = 0;
  float inputs[2 * COUNT] = {1, 2, 3, 4, 3, 3, 3, 3}, output[COUNT] = {0};
  NeuronModel *model = NULL;
  NeuronCompilation *compilation;
  NeuronExecution *execution;
  struct Rule rule = ruleBegin("4.7 an operation named by a string");
  length[0] = 22 + nameLength;
  string[0] = 6;
  memcpy(string + 1, "string", 6);
  memcpy(string + 7, &nameLength, 4);
  memcpy(string + 11, kName, nameLength);
  api.NeuronModel_create(&model);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kSquare);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kSquare);
  api.NeuronModel_getExtensionOperandType(model, kExtension, 0x0100, &operandType);
  api.NeuronModel_getExtensionOperationType(model, kExtension, 0x0000, &operationType);
  addTensor(model, operandType, 0.0f, 0, 1, length);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_setOperandValue(model, 2, string, length[0]));
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kSquare);
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_addOperation(model, operationType, 3, kOperands, 1, kOutputs));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_identifyInputsAndOutputs(model, 2, kInputs, 1, kOutputs));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_finish(model));
  compilation = finishedCompilation(model);
  execution = boundExecution(compilation, inputs, output);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronExecution_compute(execution));
  ruleHolds(&rule, output[0] == 4 && output[1] == 1 && output[2] == 0 && output[3] == 1);
  ruleEnd(&rule);
  api.NeuronExecution_free(execution);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
}

static void vendorOperation(void) {
  static const uint32_t kInput[1] = {A}, kOutput[1] = {Y};
  NeuronModel *model = NULL;
  NeuronDevice *device = NULL;
  const uint32_t square[2] = {2, 2};
  struct Rule rule = ruleBegin("8.4 addOperationExtension is there");
  api.Neuron_getDevice(0, &device);
  api.NeuronModel_create(&model);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, square);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, square);
  addInt(model, FUSE, 0);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, square);
  ruleWants(
      &rule, NEURON_UNEXPECTED_NULL,
      api.NeuronModel_addOperationExtension(model, NULL, "vendor", device, 1, kInput, 1, kOutput));
  ruleWants(
      &rule, NEURON_NO_ERROR,
      api.NeuronModel_addOperationExtension(model, "op", "vendor", device, 1, kInput, 1, kOutput));
  ruleEnd(&rule);
  api.NeuronModel_free(model);
}

void walkClientRules(void) {
  listDevices();
  askLibrary();
  keepValues();
  namedOperation();
  vendorOperation();
}
