/* 8.1: operations, and what finish finds. */
#include "conformance.h"

static const uint32_t kSquare[2] = {2, 2};

static void addFloats(NeuronModel *model, int count) {
  while (count-- > 0)
    addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kSquare);
}

static int unary(NeuronModel *model, NeuronOperationType type, uint32_t from, uint32_t to) {
  return api.NeuronModel_addOperation(model, type, 1, &from, 1, &to);
}

static void addOperations(void) {
  static const uint32_t kIn[4] = {0, 1, 2, 0}, kOut[1] = {3}, kBeyond[1] = {77},
                        kWrong[3] = {0, 2, 1};
  NeuronModel *model = NULL;
  struct Rule rule = ruleBegin("8.1 addOperation: unknown operation number");
  api.NeuronModel_create(&model);
  addFloats(model, 2);
  addInt(model, 2, 0);
  addFloats(model, 1); /* 3 */
  ruleWants(&rule, NEURON_BAD_DATA, unary(model, 108, 0, 3));
  ruleWants(&rule, NEURON_BAD_DATA, unary(model, -1, 0, 3));
  ruleWants(&rule, NEURON_BAD_DATA, unary(model, 0x7fff0000, 0, 3));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 addOperation: operand index beyond the operands");
  ruleWants(&rule, NEURON_BAD_DATA, unary(model, NEURON_RELU, kBeyond[0], 3));
  ruleWants(&rule, NEURON_BAD_DATA, unary(model, NEURON_RELU, 0, kBeyond[0]));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 addOperation: wrong operand count or types");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_addOperation(model, NEURON_ADD, 2, kIn, 1, kOut));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_addOperation(model, NEURON_ADD, 4, kIn, 1, kOut));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_addOperation(model, NEURON_ADD, 3, kWrong, 1, kOut));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_addOperation(model, NEURON_ADD, 3, kIn, 0, kOut));
  ruleWants(&rule, NEURON_BAD_DATA, unary(model, NEURON_LOGICAL_NOT, 0, 3));
  ruleWants(&rule, NEURON_BAD_DATA, unary(model, NEURON_DEQUANTIZE, 0, 3));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_addOperation(model, NEURON_ADD, 3, kIn, 1, kOut));
  ruleEnd(&rule);
  api.NeuronModel_free(model);
}

/* One operation from operand 0, an input, to operand 1, an output. */
static NeuronModel *unaryModel(NeuronOperationType type, int *added) {
  static const uint32_t kIn[1] = {0}, kOut[1] = {1};
  NeuronModel *model = NULL;
  api.NeuronModel_create(&model);
  addFloats(model, 2);
  api.NeuronModel_identifyInputsAndOutputs(model, 1, kIn, 1, kOut);
  *added = unary(model, type, 0, 1);
  return model;
}

static void leaveUnavailableForLater(void) {
  int added = 0;
  bool supported = true;
  NeuronModel *model = unaryModel(NEURON_LOG, &added);
  NeuronCompilation *compilation = NULL;
  struct Rule rule = ruleBegin("8.1 addOperation that no version has: fails at compilation only");
  ruleWants(&rule, NEURON_NO_ERROR, added);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_finish(model));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_getSupportedOperations(model, &supported, 1));
  ruleHolds(&rule, !supported);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronCompilation_create(model, &compilation));
  ruleWants(&rule, NEURON_UNMAPPABLE, api.NeuronCompilation_finish(compilation));
  ruleEnd(&rule);
  api.NeuronCompilation_free(compilation);
  api.NeuronModel_free(model);
}

/* Finish refuses, and leaves the model invalid. */
static void refuseAtFinish(struct Rule *rule, NeuronModel *model) {
  NeuronCompilation *compilation = (NeuronCompilation *)model;
  ruleWants(rule, NEURON_BAD_DATA, api.NeuronModel_finish(model));
  ruleWants(rule, NEURON_BAD_STATE, api.NeuronCompilation_create(model, &compilation));
  ruleHolds(rule, compilation == NULL);
  api.NeuronModel_free(model);
}

static void finishBroken(void) {
  static const uint32_t kIn[1] = {0}, kOut[1] = {1}, kOther[2] = {3, 2};
  int added = 0;
  NeuronModel *model = unaryModel(NEURON_RELU, &added);
  struct Rule rule = ruleBegin("8.1 finish: an operation reads what nothing writes");
  addFloats(model, 2); /* 2, 3 */
  unary(model, NEURON_RELU, 2, 3);
  refuseAtFinish(&rule, model);
  ruleEnd(&rule);

  rule = ruleBegin("8.1 finish: an operand is written twice, or is an input");
  model = unaryModel(NEURON_RELU, &added);
  unary(model, NEURON_TANH, 0, 1);
  refuseAtFinish(&rule, model);
  model = unaryModel(NEURON_RELU, &added);
  addFloats(model, 1);
  unary(model, NEURON_RELU, 1, 0);
  refuseAtFinish(&rule, model);
  ruleEnd(&rule);

  rule = ruleBegin("8.1 finish: operations in a circle");
  model = unaryModel(NEURON_RELU, &added);
  addFloats(model, 2); /* 2, 3 */
  unary(model, NEURON_RELU, 2, 3);
  unary(model, NEURON_RELU, 3, 2);
  refuseAtFinish(&rule, model);
  ruleEnd(&rule);

  rule = ruleBegin("8.1 finish: shapes that contradict each other");
  api.NeuronModel_create(&model);
  addFloats(model, 1);
  addTensor(model, NEURON_TENSOR_FLOAT32, 0.0f, 0, 2, kOther);
  api.NeuronModel_identifyInputsAndOutputs(model, 1, kIn, 1, kOut);
  unary(model, NEURON_RELU, 0, 1);
  refuseAtFinish(&rule, model);
  ruleEnd(&rule);

  rule = ruleBegin("8.1 finish: no operands or no operations");
  api.NeuronModel_create(&model);
  refuseAtFinish(&rule, model);
  api.NeuronModel_create(&model);
  addFloats(model, 2);
  refuseAtFinish(&rule, model);
  ruleEnd(&rule);
}

static void finishWithoutScales(void) {
  static const uint32_t kFilter[4] = {2, 1, 1, 1};
  NeuronModel *model = openSum();
  struct Rule rule = ruleBegin("8.1 finish: type 11 without parameters");
  addTensor(model, NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, 0.0f, 0, 4, kFilter);
  refuseAtFinish(&rule, model);
  ruleEnd(&rule);
}

static void sortOperations(void) {
  static const uint32_t kIn[1] = {0}, kOut[1] = {2};
  NeuronModel *model = NULL;
  struct Rule rule = ruleBegin("8.4 operations in another order than that of execution");
  api.NeuronModel_create(&model);
  addFloats(model, 3);
  unary(model, NEURON_RELU, 1, 2);
  unary(model, NEURON_TANH, 0, 1);
  api.NeuronModel_identifyInputsAndOutputs(model, 1, kIn, 1, kOut);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_finish(model));
  ruleEnd(&rule);
  api.NeuronModel_free(model);
  model = openSum();
  rule = ruleBegin("8.4 operands used by no operation");
  addFloats(model, 1);
  addScalar(model, NEURON_BOOL);
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_finish(model));
  ruleEnd(&rule);
  api.NeuronModel_free(model);
}

void walkOperationRules(void) {
  addOperations();
  leaveUnavailableForLater();
  finishBroken();
  finishWithoutScales();
  sortOperations();
}
