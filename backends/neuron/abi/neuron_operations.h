/* Operation codes of the NeuronAdapter ABI: NNAPI's numbers up to 105, and what each means is
 * NNAPI's too. */
#ifndef TANDEM_BACKENDS_NEURON_ABI_NEURON_OPERATIONS_H
#define TANDEM_BACKENDS_NEURON_ABI_NEURON_OPERATIONS_H

#include <stdint.h>

typedef int32_t NeuronOperationType;
enum {
  NEURON_ADD = 0,
  NEURON_AVERAGE_POOL_2D = 1,
  NEURON_CONCATENATION = 2,
  NEURON_CONV_2D = 3,
  NEURON_DEPTHWISE_CONV_2D = 4,
  NEURON_DEPTH_TO_SPACE = 5,
  NEURON_DEQUANTIZE = 6,
  NEURON_EMBEDDING_LOOKUP = 7, /* no public version has it */
  NEURON_FLOOR = 8,
  NEURON_FULLY_CONNECTED = 9,
  NEURON_HASHTABLE_LOOKUP = 10, /* no public version has it */
  NEURON_L2_NORMALIZATION = 11,
  NEURON_L2_POOL_2D = 12,
  NEURON_LOCAL_RESPONSE_NORMALIZATION = 13, /* no public version has it */
  NEURON_LOGISTIC = 14,
  NEURON_LSH_PROJECTION = 15, /* no public version has it */
  NEURON_LSTM = 16,           /* no public version has it */
  NEURON_MAX_POOL_2D = 17,
  NEURON_MUL = 18,
  NEURON_RELU = 19,
  NEURON_RELU1 = 20,
  NEURON_RELU6 = 21,
  NEURON_RESHAPE = 22,
  NEURON_RESIZE_BILINEAR = 23,
  NEURON_RNN = 24, /* no public version has it */
  NEURON_SOFTMAX = 25,
  NEURON_SPACE_TO_DEPTH = 26,
  NEURON_SVDF = 27, /* no public version has it */
  NEURON_TANH = 28,
  NEURON_BATCH_TO_SPACE_ND = 29,
  NEURON_DIV = 30,
  NEURON_MEAN = 31,
  NEURON_PAD = 32,
  NEURON_SPACE_TO_BATCH_ND = 33,
  NEURON_SQUEEZE = 34,
  NEURON_STRIDED_SLICE = 35,
  NEURON_SUB = 36,
  NEURON_TRANSPOSE = 37,
  NEURON_ABS = 38,
  NEURON_ARGMAX = 39,
  NEURON_ARGMIN = 40,
  NEURON_AXIS_ALIGNED_BBOX_TRANSFORM = 41,
  NEURON_BIDIRECTIONAL_SEQUENCE_LSTM = 42, /* no public version has it */
  NEURON_BIDIRECTIONAL_SEQUENCE_RNN = 43,  /* no public version has it */
  NEURON_BOX_WITH_NMS_LIMIT = 44,
  NEURON_CAST = 45,
  NEURON_CHANNEL_SHUFFLE = 46,
  NEURON_DETECTION_POSTPROCESSING = 47, /* no public version has it */
  NEURON_EQUAL = 48,
  NEURON_EXP = 49,
  NEURON_EXPAND_DIMS = 50,
  NEURON_GATHER = 51,
  NEURON_GENERATE_PROPOSALS = 52, /* no public version has it */
  NEURON_GREATER = 53,
  NEURON_GREATER_EQUAL = 54,
  NEURON_GROUPED_CONV_2D = 55,
  NEURON_HEATMAP_MAX_KEYPOINT = 56,
  NEURON_INSTANCE_NORMALIZATION = 57,
  NEURON_LESS = 58,
  NEURON_LESS_EQUAL = 59,
  NEURON_LOG = 60, /* no public version has it */
  NEURON_LOGICAL_AND = 61,
  NEURON_LOGICAL_NOT = 62,
  NEURON_LOGICAL_OR = 63,
  NEURON_LOG_SOFTMAX = 64, /* no public version has it */
  NEURON_MAXIMUM = 65,
  NEURON_MINIMUM = 66,
  NEURON_NEG = 67,
  NEURON_NOT_EQUAL = 68,
  NEURON_PAD_V2 = 69,
  NEURON_POW = 70,
  NEURON_PRELU = 71,
  NEURON_QUANTIZE = 72,
  NEURON_QUANTIZED_16BIT_LSTM = 73,
  NEURON_RANDOM_MULTINOMIAL = 74, /* no public version has it */
  NEURON_REDUCE_ALL = 75,
  NEURON_REDUCE_ANY = 76,
  NEURON_REDUCE_MAX = 77,
  NEURON_REDUCE_MIN = 78,
  NEURON_REDUCE_PROD = 79, /* no public version has it */
  NEURON_REDUCE_SUM = 80,
  NEURON_ROI_ALIGN = 81,
  NEURON_ROI_POOLING = 82, /* no public version has it */
  NEURON_RSQRT = 83,
  NEURON_SELECT = 84,
  NEURON_SIN = 85, /* no public version has it */
  NEURON_SLICE = 86,
  NEURON_SPLIT = 87,
  NEURON_SQRT = 88,
  NEURON_TILE = 89,
  NEURON_TOPK_V2 = 90,
  NEURON_TRANSPOSE_CONV_2D = 91,
  NEURON_UNIDIRECTIONAL_SEQUENCE_LSTM = 92, /* no public version has it */
  NEURON_UNIDIRECTIONAL_SEQUENCE_RNN = 93,  /* no public version has it */
  NEURON_RESIZE_NEAREST_NEIGHBOR = 94,
  NEURON_QUANTIZED_LSTM = 95, /* no public version has it */
  NEURON_IF = 96,
  NEURON_WHILE = 97,
  NEURON_ELU = 98, /* no public version has it */
  NEURON_HARD_SWISH = 99,
  NEURON_FILL = 100,
  NEURON_RANK = 101,                 /* no public version has it */
  NEURON_BATCH_MATMUL = 102,         /* (5.1.2) */
  NEURON_PACK = 103,                 /* no public version has it */
  NEURON_MIRROR_PAD = 104,           /* no public version has it */
  NEURON_MIRROR_REVERSE = 105,       /* no public version has it */
  NEURON_HYFBCTOYUV420 = 106,        /* (7.0.0) */
  NEURON_YUV420TOAFBC = 107,         /* (7.0.0) */
  NEURON_NUMBER_OF_OPERATIONS = 108, /* 100 in the older headers */
  NEURON_OEM_OPERATION = 10000,
  NEURON_UNKNOWN = 10001 /* only to ask what is supported; (8.2.24) */
};

#endif
