/* Types and numbers of the NeuronAdapter ABI. C99 and C++; see neuron_adapter.h. Enumerations
 * travel as 32-bit integers, so that a number of a later version is a value, not undefined
 * behaviour. */
#ifndef TANDEM_BACKENDS_NEURON_ABI_NEURON_TYPES_H
#define TANDEM_BACKENDS_NEURON_ABI_NEURON_TYPES_H

#include <stdint.h>

#include "neuron_operations.h"

typedef struct NeuronModel NeuronModel;
typedef struct NeuronCompilation NeuronCompilation;
typedef struct NeuronExecution NeuronExecution;
typedef struct NeuronDevice NeuronDevice;
typedef struct NeuronMemory NeuronMemory;
typedef struct NeuronEvent NeuronEvent;
typedef struct AHardwareBuffer AHardwareBuffer;

/* Different from NNAPI's from 6 on; 9 and above since 5.0.0. */
typedef int32_t NeuronResultCode;
enum {
  NEURON_NO_ERROR = 0,
  NEURON_OUT_OF_MEMORY = 1,
  NEURON_INCOMPLETE = 2,
  NEURON_UNEXPECTED_NULL = 3,
  NEURON_BAD_DATA = 4,
  NEURON_OP_FAILED = 5,
  NEURON_UNMAPPABLE = 6,
  NEURON_BAD_STATE = 7,
  NEURON_BAD_VERSION = 8,
  NEURON_OUTPUT_INSUFFICIENT_SIZE = 9,
  NEURON_UNAVAILABLE_DEVICE = 10,
  NEURON_MISSED_DEADLINE_TRANSIENT = 11,
  NEURON_MISSED_DEADLINE_PERSISTENT = 12,
  NEURON_RESOURCE_EXHAUSTED_TRANSIENT = 13,
  NEURON_RESOURCE_EXHAUSTED_PERSISTENT = 14,
  NEURON_DEAD_OBJECT = 15
};

enum { NEURON_MAX_SIZE_OF_IMMEDIATELY_COPIED_VALUES = 128, NEURON_BYTE_SIZE_OF_CACHE_TOKEN = 32 };

/* Element types of operands. A scalar has no dimensions; a tensor without dimensions has an unknown
 * rank. */
typedef int32_t NeuronOperandCode;
enum {
  NEURON_FLOAT32 = 0,
  NEURON_INT32 = 1,
  NEURON_UINT32 = 2,
  NEURON_TENSOR_FLOAT32 = 3,
  NEURON_TENSOR_INT32 = 4, /* a scale only for the bias of a quantized convolution */
  NEURON_TENSOR_QUANT8_ASYMM = 5,
  NEURON_BOOL = 6,
  NEURON_TENSOR_QUANT16_SYMM = 7,
  NEURON_TENSOR_FLOAT16 = 8,
  NEURON_TENSOR_BOOL8 = 9,
  NEURON_FLOAT16 = 10,
  NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL = 11, /* scale 0 here, scales through the setter */
  NEURON_TENSOR_QUANT16_ASYMM = 12,
  NEURON_TENSOR_QUANT8_SYMM = 13,
  NEURON_TENSOR_QUANT8_ASYMM_SIGNED = 14,
  NEURON_MODEL = 15, /* the body of NEURON_IF and NEURON_WHILE */
  NEURON_EXT_TENSOR_UINT32 = 9001,
  NEURON_EXT_TENSOR_QUANT8_ASYMM_PER_CHANNEL = 9002,
  NEURON_EXT_TENSOR_QUANT4_ASYMM = 9003,
  NEURON_EXT_TENSOR_QUANT4_ASYMM_SIGNED = 9004,
  NEURON_EXT_TENSOR_QUANT4_SYMM = 9005,
  NEURON_EXT_TENSOR_QUANT16_ASYMM_SIGNED = 9006,
  NEURON_EXT_TENSOR_RAW = 9007,
  NEURON_EXT_TENSOR_QUANT8_ASYMM_SIGNED_PER_CHANNEL = 9008,
  NEURON_EXT_TENSOR_INT32_SYMM_PER_CHANNEL = 9014
};

typedef int32_t NeuronFuseCode;
enum {
  NEURON_FUSED_NONE = 0,
  NEURON_FUSED_RELU = 1,
  NEURON_FUSED_RELU1 = 2,
  NEURON_FUSED_RELU6 = 3
};

typedef int32_t NeuronPaddingCode;
enum { NEURON_PADDING_SAME = 1, NEURON_PADDING_VALID = 2 };

typedef int32_t NeuronPreferenceCode;
enum {
  NEURON_PREFER_LOW_POWER = 0,
  NEURON_PREFER_FAST_SINGLE_ANSWER = 1, /* the default */
  NEURON_PREFER_SUSTAINED_SPEED = 2,
  NEURON_PREFER_TURBO_BOOST = 3
};

typedef int32_t NeuronPriorityCode;
enum {
  NEURON_PRIORITY_LOW = 90,
  NEURON_PRIORITY_MEDIUM = 100,
  NEURON_PRIORITY_HIGH = 110,
  NEURON_PRIORITY_DEFAULT = NEURON_PRIORITY_MEDIUM
};

/* Bits. The last two since 4.4.0, the others since 4.3.1. */
typedef uint32_t NeuronOptimizationCode;
enum {
  NEURON_OPTIMIZATION_NORMAL = 0,
  NEURON_OPTIMIZATION_LOW_LATENCY = 1,
  NEURON_OPTIMIZATION_DEEP_FUSION = 2,
  NEURON_OPTIMIZATION_BATCH_PROCESSING = 4,
  NEURON_OPTIMIZATION_DEFAULT = NEURON_OPTIMIZATION_NORMAL
};

/* Bits. (5.0.1) */
typedef int32_t NeuronCacheFlushCode;
enum {
  NEURON_CACHE_FLUSH_ENABLE_ALL = 0,
  NEURON_CACHE_FLUSH_DISABLE_SYNC_INPUT = 1,
  NEURON_CACHE_FLUSH_DISABLE_INVALIDATE_OUTPUT = 2,
  NEURON_CACHE_FLUSH_DEFAULT = NEURON_CACHE_FLUSH_ENABLE_ALL
};

/* (7.0.0; the last 7.0.1) */
typedef int32_t CompilationType;
enum {
  NEURON_COMPILATION_TYPE_NORMAL = 0,
  NEURON_COMPILATION_TYPE_DEBUG_PLUS = 1, /* deprecated */
  NEURON_COMPILATION_TYPE_BATCHED = 2,
  NEURON_COMPILATION_TYPE_MULTI_EXECUTIONS = 3,
  NEURON_COMPILATION_TYPE_EXECUTION_CONTROLLER = 4
};

/* (7.0.0) */
typedef int32_t NeuronFeatureType;
enum { NEURON_FEATURE_NONE = 0, NEURON_THROUGHPUT_MODE = 1 };

typedef struct NeuronOperandType {
  int32_t type; /* NeuronOperandCode, or one of an extension */
  uint32_t dimensionCount;
  const uint32_t *dimensions; /* 0: unknown */
  float scale;                /* real = scale * (code - zeroPoint); both 0 where not quantized */
  int32_t zeroPoint;
} NeuronOperandType;

typedef struct NeuronSymmPerChannelQuantParams {
  uint32_t channelDim;
  uint32_t scaleCount;
  const float *scales;
} NeuronSymmPerChannelQuantParams;

typedef struct NeuronPerChannelQuantParams {
  uint32_t channelDim;
  uint32_t scaleCount;
  const float *scales;
  uint32_t zeroPointCount;
  const int32_t *zeroPoints;
} NeuronPerChannelQuantParams;

typedef struct NeuronRuntimeVersion {
  uint8_t major;
  uint8_t minor;
  uint8_t patch;
} NeuronRuntimeVersion;

/* Extensions, for NeuronModel_getExtensionOperandType and ...OperationType. The last input of a
 * general operation is an operand of NEURON_EXTENSION_OPERAND_ARGUMENT_STRING that names it. A
 * compiled network is an operation whose last input is an operand with the bytes that
 * NeuronCompilation_storeCompiledNetwork gave. */
#define NEURON_EXTENSION_GENERAL_OPERATION "com.mediatek.general_operation"
#define NEURON_EXTENSION_COMPILED_NETWORK "com.mediatek.compiled_network"
enum {
  NEURON_EXTENSION_OPERATION_DEFAULT = 0x0000,
  NEURON_EXTENSION_OPERAND_ARGUMENT_STRING = 0x0100,
  NEURON_EXTENSION_OPERAND_COMPILED_NETWORK = 0x0100,
  NEURON_EXTENSION_OPERAND_COMPILED_NETWORK_V8 = 0x0200 /* from library major version 8 */
};

#endif
