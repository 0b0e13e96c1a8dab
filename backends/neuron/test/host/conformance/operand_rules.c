/* 8.1 and 5: operands, their values and their quantization. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>

static NeuronModel *model;

static int operand(int32_t type, uint32_t count, const uint32_t *dimensions, float scale,
                   int32_t zeroPoint) {
  return addTensor(model, type, scale, zeroPoint, count, dimensions);
}

static void addOperands(void) {
  static const uint32_t kTwo[2] = {2, 3}, kHuge[4] = {65536, 65536, 1, 1};
  struct Rule rule = ruleBegin("8.1 addOperand: dimensionCount and dimensions disagree");
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_FLOAT32, 2, NULL, 0, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_FLOAT32, 0, kTwo, 0, 0));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 addOperand: unknown base type number");
  ruleWants(&rule, NEURON_BAD_DATA, operand(16, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(9999, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(-1, 2, kTwo, 0, 0));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 addOperand: a scalar type with dimensions");
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_INT32, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_BOOL, 2, kTwo, 0, 0));
  ruleEnd(&rule);
  expect("8.1 addOperand: more than 2^32-1 bytes", NEURON_BAD_DATA,
         operand(NEURON_TENSOR_FLOAT32, 4, kHuge, 0, 0));
  rule = ruleBegin("8.1 addOperand: extension type that was not handed out");
  ruleWants(&rule, NEURON_BAD_DATA, operand(0x7fff0100, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(0x00010101, 2, kTwo, 0, 0));
  ruleEnd(&rule);
  rule = ruleBegin("2.3 addOperand: type and dimensions are copied");
  {
    uint32_t dimensions[2] = {1, 2};
    float values[2] = {1, 2};
    ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_FLOAT32, 2, dimensions, 0, 0));
    dimensions[0] = dimensions[1] = 1000;
    ruleWants(&rule, NEURON_NO_ERROR,
              api.NeuronModel_setOperandValue(model, 0, values, sizeof values));
  }
  ruleEnd(&rule);
}

static void quantize(void) {
  static const uint32_t kTwo[2] = {2, 3};
  struct Rule rule = ruleBegin("5 scale and zero point that a type allows");
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_QUANT8_ASYMM, 2, kTwo, 0.5f, 255));
  ruleWants(&rule, NEURON_NO_ERROR,
            operand(NEURON_TENSOR_QUANT8_ASYMM_SIGNED, 2, kTwo, 0.5f, -128));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_QUANT8_SYMM, 2, kTwo, 0.5f, 0));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_QUANT16_SYMM, 2, kTwo, 0.5f, 0));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_QUANT16_ASYMM, 2, kTwo, 0.5f, 65535));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_INT32, 2, kTwo, 0.5f, 0));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_BOOL8, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_TENSOR_FLOAT16, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_NO_ERROR, operand(NEURON_EXT_TENSOR_QUANT4_SYMM, 2, kTwo, 0.5f, 0));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 addOperand: scale or zero point outside section 5");
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_QUANT8_ASYMM, 2, kTwo, 0, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_QUANT8_ASYMM, 2, kTwo, -1.0f, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_QUANT8_ASYMM, 2, kTwo, 1.0f, 256));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_QUANT8_ASYMM, 2, kTwo, 1.0f, -1));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_QUANT8_ASYMM_SIGNED, 2, kTwo, 1.0f, 128));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_QUANT16_SYMM, 2, kTwo, 1.0f, 1));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_QUANT16_ASYMM, 2, kTwo, 1.0f, 65536));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_FLOAT32, 2, kTwo, 1.0f, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_FLOAT32, 2, kTwo, 0, 1));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_TENSOR_INT32, 2, kTwo, -1.0f, 0));
  ruleWants(&rule, NEURON_BAD_DATA, operand(NEURON_INT32, 0, NULL, 1.0f, 0));
  ruleEnd(&rule);
}

static void setValues(void) {
  static const uint32_t kFour[1] = {4}, kOpen[2] = {0, 4};
  static const float kValues[4] = {1, 2, 3, 4};
  const uint8_t flag = 1;
  struct Rule rule = ruleBegin("8.1 setOperandValue: index outside the operands");
  operand(NEURON_TENSOR_FLOAT32, 1, kFour, 0, 0); /* 0 */
  operand(NEURON_TENSOR_FLOAT32, 2, kOpen, 0, 0); /* 1 */
  addScalar(model, NEURON_BOOL);                  /* 2 */
  operand(NEURON_TENSOR_FLOAT32, 0, NULL, 0, 0);  /* 3: unknown rank */
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, -1, kValues, 16));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 4, kValues, 16));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 setOperandValue: buffer and length disagree");
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 0, NULL, 16));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 0, kValues, 0));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 setOperandValue: a value for unknown dimensions; none is fine");
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 1, kValues, 16));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 3, kValues, 4));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_setOperandValue(model, 1, NULL, 0));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 setOperandValue: another length than the type's");
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 0, kValues, 12));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 0, kValues, 20));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValue(model, 2, kValues, 4));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_setOperandValue(model, 2, &flag, 1));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_setOperandValue(model, 0, kValues, 16));
  ruleEnd(&rule);
}

static void setChannels(void) {
  static const uint32_t kFilter[4] = {2, 1, 1, 3};
  static const float kScales[3] = {0.5f, 0.25f, 1.0f}, kBadScales[2] = {0.5f, 0.0f};
  static const int32_t kZeroPoints[2] = {1, 2};
  NeuronSymmPerChannelQuantParams symmetric = {0, 2, kScales};
  NeuronPerChannelQuantParams general = {0, 2, kScales, 2, kZeroPoints};
  struct Rule rule =
      ruleBegin("8.1 setOperandSymmPerChannelQuantParams: type, dimension, count, scale");
  operand(NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, 4, kFilter, 0, 0);      /* 0 */
  operand(NEURON_TENSOR_QUANT8_ASYMM, 4, kFilter, 0.5f, 0);              /* 1 */
  operand(NEURON_EXT_TENSOR_QUANT8_ASYMM_PER_CHANNEL, 4, kFilter, 0, 0); /* 2 */
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 1, &symmetric));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 2, &symmetric));
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 9, &symmetric));
  symmetric.channelDim = 4;
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 0, &symmetric));
  symmetric.channelDim = 3;
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 0, &symmetric));
  symmetric.channelDim = 0;
  symmetric.scales = kBadScales;
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 0, &symmetric));
  symmetric.scales = kScales;
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_setOperandSymmPerChannelQuantParams(model, 0, &symmetric));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 setOperandPerChannelQuantParams: type, counts that differ");
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandPerChannelQuantParams(model, 1, &general));
  general.zeroPointCount = 1;
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandPerChannelQuantParams(model, 2, &general));
  general.zeroPointCount = 2;
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_setOperandPerChannelQuantParams(model, 2, &general));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_setOperandPerChannelQuantParams(model, 0, &general));
  ruleEnd(&rule);
}

static void useExtensions(void) {
  static const char kGeneral[] = "com.mediatek.general_operation";
  static const char kNetwork[] = "com.mediatek.compiled_network";
  static const char kBytes[200] = {1, 2, 3};
  const uint32_t length[1] = {sizeof kBytes};
  int32_t string = 0, network = 0, newer = 0, operation = 0;
  struct Rule rule = ruleBegin("8.1 getExtension*Type: the names and codes that clients know");
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_getExtensionOperandType(model, kGeneral, 0x0100, &string));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_getExtensionOperandType(model, kNetwork, 0x0100, &network));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_getExtensionOperandType(model, kNetwork, 0x0200, &newer));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_getExtensionOperationType(model, kGeneral, 0x0000, &operation));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_getExtensionOperationType(model, kNetwork, 0x0000, &operation));
  ruleHolds(&rule, string >= 0x10000 && network >= 0x10000 && string != network);
  ruleEnd(&rule);
  expect("8.1 getExtension*Type: unknown extension name", NEURON_BAD_DATA,
         api.NeuronModel_getExtensionOperandType(model, "com.mediatek.nothing", 0x0100, &string));
  rule = ruleBegin("8.1 setOperandValue: an extension's operand of rank 0, any length");
  ruleWants(&rule, NEURON_NO_ERROR, operand(network, 0, NULL, 0, 0)); /* 0 */
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_setOperandValue(model, 0, kBytes, sizeof kBytes));
  ruleWants(&rule, NEURON_NO_ERROR, operand(string, 1, length, 0, 0)); /* 1 */
  ruleWants(&rule, NEURON_BAD_DATA,
            api.NeuronModel_setOperandValue(model, 1, kBytes, sizeof kBytes - 1));
  ruleWants(&rule, NEURON_NO_ERROR,
            api.NeuronModel_setOperandValue(model, 1, kBytes, sizeof kBytes));
  ruleEnd(&rule);
  rule = ruleBegin("8.1 setOperandExtensionData on a base type");
  addScalar(model, NEURON_INT32); /* 2 */
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandExtensionData(model, 2, kBytes, 4));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_setOperandExtensionData(model, 1, kBytes, 4));
  ruleEnd(&rule);
  expect("5 an extension's operand with a scale", NEURON_BAD_DATA,
         operand(string, 1, length, 1.0f, 0));
}

static void referModels(void) {
  NeuronModel *value = openSum();
  struct Rule rule = ruleBegin("8.1 setOperandValueFromModel: unfinished model, bad index");
  addScalar(model, NEURON_MODEL); /* 0 */
  ruleWants(&rule, NEURON_BAD_STATE, api.NeuronModel_setOperandValueFromModel(model, 0, value));
  api.NeuronModel_finish(value);
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValueFromModel(model, 1, value));
  ruleWants(&rule, NEURON_BAD_DATA, api.NeuronModel_setOperandValueFromModel(model, -1, value));
  ruleWants(&rule, NEURON_NO_ERROR, api.NeuronModel_setOperandValueFromModel(model, 0, value));
  ruleEnd(&rule);
  api.NeuronModel_free(value);
}

void walkOperandRules(void) {
  void (*const walks[])(void) = {addOperands, quantize,      setValues,
                                 setChannels, useExtensions, referModels};
  size_t i;
  for (i = 0; i < sizeof walks / sizeof walks[0]; ++i) {
    api.NeuronModel_create(&model);
    walks[i]();
    api.NeuronModel_free(model);
  }
}
