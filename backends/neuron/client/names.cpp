#include "backends/neuron/client/names.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace tandem::neuron {
namespace {

struct Name {
  int32_t code;
  std::string_view name;
};
#define TANDEM_NAME(name) {NEURON_##name, #name}

constexpr Name kResults[] = {
    TANDEM_NAME(NO_ERROR),
    TANDEM_NAME(OUT_OF_MEMORY),
    TANDEM_NAME(INCOMPLETE),
    TANDEM_NAME(UNEXPECTED_NULL),
    TANDEM_NAME(BAD_DATA),
    TANDEM_NAME(OP_FAILED),
    TANDEM_NAME(UNMAPPABLE),
    TANDEM_NAME(BAD_STATE),
    TANDEM_NAME(BAD_VERSION),
    TANDEM_NAME(OUTPUT_INSUFFICIENT_SIZE),
    TANDEM_NAME(UNAVAILABLE_DEVICE),
    TANDEM_NAME(MISSED_DEADLINE_TRANSIENT),
    TANDEM_NAME(MISSED_DEADLINE_PERSISTENT),
    TANDEM_NAME(RESOURCE_EXHAUSTED_TRANSIENT),
    TANDEM_NAME(RESOURCE_EXHAUSTED_PERSISTENT),
    TANDEM_NAME(DEAD_OBJECT),
};

constexpr Name kOperands[] = {
    TANDEM_NAME(FLOAT32),
    TANDEM_NAME(INT32),
    TANDEM_NAME(BOOL),
    TANDEM_NAME(FLOAT16),
    TANDEM_NAME(TENSOR_FLOAT32),
    TANDEM_NAME(TENSOR_FLOAT16),
    TANDEM_NAME(TENSOR_INT32),
    TANDEM_NAME(TENSOR_BOOL8),
    TANDEM_NAME(TENSOR_QUANT8_ASYMM),
    TANDEM_NAME(TENSOR_QUANT8_ASYMM_SIGNED),
    TANDEM_NAME(TENSOR_QUANT16_SYMM),
    TANDEM_NAME(TENSOR_QUANT8_SYMM_PER_CHANNEL),
};

// What the compile half makes.
constexpr Name kOperations[] = {
    TANDEM_NAME(ABS),
    TANDEM_NAME(ADD),
    TANDEM_NAME(ARGMAX),
    TANDEM_NAME(ARGMIN),
    TANDEM_NAME(AVERAGE_POOL_2D),
    TANDEM_NAME(BATCH_MATMUL),
    TANDEM_NAME(BATCH_TO_SPACE_ND),
    TANDEM_NAME(CAST),
    TANDEM_NAME(CONCATENATION),
    TANDEM_NAME(CONV_2D),
    TANDEM_NAME(DEPTHWISE_CONV_2D),
    TANDEM_NAME(DEPTH_TO_SPACE),
    TANDEM_NAME(DEQUANTIZE),
    TANDEM_NAME(DIV),
    TANDEM_NAME(EQUAL),
    TANDEM_NAME(EXP),
    TANDEM_NAME(EXPAND_DIMS),
    TANDEM_NAME(FLOOR),
    TANDEM_NAME(FULLY_CONNECTED),
    TANDEM_NAME(GATHER),
    TANDEM_NAME(GREATER),
    TANDEM_NAME(GREATER_EQUAL),
    TANDEM_NAME(GROUPED_CONV_2D),
    TANDEM_NAME(HARD_SWISH),
    TANDEM_NAME(L2_NORMALIZATION),
    TANDEM_NAME(L2_POOL_2D),
    TANDEM_NAME(LESS),
    TANDEM_NAME(LESS_EQUAL),
    TANDEM_NAME(LOGICAL_AND),
    TANDEM_NAME(LOGICAL_NOT),
    TANDEM_NAME(LOGICAL_OR),
    TANDEM_NAME(LOGISTIC),
    TANDEM_NAME(MAXIMUM),
    TANDEM_NAME(MAX_POOL_2D),
    TANDEM_NAME(MEAN),
    TANDEM_NAME(MINIMUM),
    TANDEM_NAME(MUL),
    TANDEM_NAME(NEG),
    TANDEM_NAME(NOT_EQUAL),
    TANDEM_NAME(PAD),
    TANDEM_NAME(PAD_V2),
    TANDEM_NAME(POW),
    TANDEM_NAME(PRELU),
    TANDEM_NAME(QUANTIZE),
    TANDEM_NAME(REDUCE_ALL),
    TANDEM_NAME(REDUCE_ANY),
    TANDEM_NAME(REDUCE_MAX),
    TANDEM_NAME(REDUCE_MIN),
    TANDEM_NAME(REDUCE_SUM),
    TANDEM_NAME(RELU),
    TANDEM_NAME(RELU1),
    TANDEM_NAME(RELU6),
    TANDEM_NAME(RESHAPE),
    TANDEM_NAME(RESIZE_BILINEAR),
    TANDEM_NAME(RESIZE_NEAREST_NEIGHBOR),
    TANDEM_NAME(RSQRT),
    TANDEM_NAME(SELECT),
    TANDEM_NAME(SLICE),
    TANDEM_NAME(SOFTMAX),
    TANDEM_NAME(SPACE_TO_BATCH_ND),
    TANDEM_NAME(SPACE_TO_DEPTH),
    TANDEM_NAME(SQRT),
    TANDEM_NAME(STRIDED_SLICE),
    TANDEM_NAME(SUB),
    TANDEM_NAME(TANH),
    TANDEM_NAME(TILE),
    TANDEM_NAME(TOPK_V2),
    TANDEM_NAME(TRANSPOSE),
    TANDEM_NAME(TRANSPOSE_CONV_2D),
};
#undef TANDEM_NAME

std::string_view find(std::span<const Name> names, int32_t code) {
  auto found =
      std::find_if(names.begin(), names.end(), [&](const Name &n) { return n.code == code; });
  return found == names.end() ? std::string_view() : found->name;
}

std::string nameOrNumber(std::span<const Name> names, int32_t code) {
  std::string_view name = find(names, code);
  return name.empty() ? std::to_string(code) : std::string(name);
}

} // namespace

std::string operationName(NeuronOperationType code) {
  return nameOrNumber(kOperations, code);
}
std::string operandTypeName(NeuronOperandCode code) {
  return nameOrNumber(kOperands, code);
}
std::string resultName(NeuronResultCode code) {
  std::string_view name = find(kResults, code);
  return (name.empty() ? "an unknown code" : std::string(name)) + " (" + std::to_string(code) + ")";
}

} // namespace tandem::neuron
