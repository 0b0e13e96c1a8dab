#include "backends/neuron/host/graph_types.h"

#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
Type perTensor(MLIRContext *context, ElementType storage, const Operand &operand) {
  return graph::quantizedType(context, storage,
                              {.scales = {operand.scale}, .zeroPoints = {operand.zeroPoint}});
}

/// One scale, told with the type or as the only channel's, is that of the tensor.
Type perChannel(MLIRContext *context, ElementType storage, const Operand &operand) {
  if (operand.channelScales.empty())
    return perTensor(context, storage, operand);
  return graph::quantizedType(context, storage,
                              {.scales = operand.channelScales,
                               .zeroPoints = operand.channelZeroPoints,
                               .axis = static_cast<int32_t>(operand.channelDim)});
}
} // namespace

Type storedType(MLIRContext *context, const Operand &operand) {
  auto plain = [&](ElementType type) { return graph::plainType(context, type); };
  switch (operand.type) {
  case NEURON_TENSOR_FLOAT32:
    return plain(ElementType::kF32);
  case NEURON_TENSOR_FLOAT16:
    return plain(ElementType::kF16);
  case NEURON_TENSOR_INT32: // its scale is that of a bias, which the operation knows by itself
  case NEURON_EXT_TENSOR_INT32_SYMM_PER_CHANNEL:
    return plain(ElementType::kI32);
  case NEURON_TENSOR_BOOL8:
    return plain(ElementType::kBool);
  case NEURON_TENSOR_QUANT8_ASYMM:
    return perTensor(context, ElementType::kU8, operand);
  case NEURON_TENSOR_QUANT8_SYMM:
  case NEURON_TENSOR_QUANT8_ASYMM_SIGNED:
    return perTensor(context, ElementType::kI8, operand);
  case NEURON_TENSOR_QUANT16_SYMM:
  case NEURON_EXT_TENSOR_QUANT16_ASYMM_SIGNED:
    return perTensor(context, ElementType::kI16, operand);
  case NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL:
  case NEURON_EXT_TENSOR_QUANT8_ASYMM_SIGNED_PER_CHANNEL:
    return perChannel(context, ElementType::kI8, operand);
  case NEURON_EXT_TENSOR_QUANT8_ASYMM_PER_CHANNEL:
    return perChannel(context, ElementType::kU8, operand);
  case NEURON_EXT_TENSOR_QUANT4_ASYMM:
  case NEURON_EXT_TENSOR_QUANT4_ASYMM_SIGNED:
  case NEURON_EXT_TENSOR_QUANT4_SYMM:
    // A byte for each element, so a constant can be read as 8-bit codes. Nothing keeps a result to
    // four bits.
    if (operand.role != Operand::Role::kConstant)
      return nullptr;
    return perTensor(context,
                     operand.type == NEURON_EXT_TENSOR_QUANT4_ASYMM ? ElementType::kU8
                                                                    : ElementType::kI8,
                     operand);
  default: // 16-bit unsigned codes, 32-bit unsigned integers, raw bytes, scalars
    return nullptr;
  }
}

Type computeType(MLIRContext *context, const Operand &operand) {
  Type stored = storedType(context, operand);
  return stored && stored.isF16() ? Float32Type::get(context) : stored;
}

std::optional<SmallVector<int64_t>> shapeOfOperand(const Operand &operand) {
  if (!operand.isTensor() || !operand.hasShape())
    return std::nullopt;
  return SmallVector<int64_t>(operand.dimensions.begin(), operand.dimensions.end());
}

} // namespace tandem::neuron::host
