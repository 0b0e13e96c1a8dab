#pragma once

#include "backends/neuron/host/reply.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tandem::neuron::host {

class Model;

/// What `scale` and `zeroPoint` of an operand type must be.
enum class QuantizationRule : uint8_t {
  kNone,          ///< both 0
  kOptionalScale, ///< scale >= 0, zero point 0
  kSymmetric,     ///< scale > 0, zero point 0
  kAsymmetric,    ///< scale > 0, zero point within the element's codes
  kPerChannel,    ///< both 0, scales through a setter
};

/// A number of NeuronOperandCode and what it stands for.
struct OperandTypeInfo {
  int32_t code;
  std::string_view name; ///< "TENSOR_FLOAT32"
  uint32_t elementSize;  ///< bytes; 0: no value of its own
  bool isTensor;
  QuantizationRule rule;
  int32_t lowestCode, highestCode; ///< of quantized types
};

/// Null for a number that stands for none. Types of extensions: the one entry that all share.
const OperandTypeInfo *operandTypeInfo(int32_t code);

/// A value of the model: its type, and what is known of it before anything is computed.
struct Operand {
  const OperandTypeInfo *info = nullptr;
  int32_t type = 0;
  std::vector<uint32_t> dimensions; ///< 0: unknown; none: unknown rank, or a scalar
  float scale = 0;
  int32_t zeroPoint = 0;

  /// Of a type quantized per channel, once told. One entry of each per slice of `channelDim`.
  uint32_t channelDim = 0;
  std::vector<float> channelScales;
  std::vector<int32_t> channelZeroPoints;

  enum class Role : uint8_t {
    kTemporary, ///< an operation writes it, or nobody uses it
    kConstant,
    kOmitted, ///< optional, and told to be left out
    kModel,   ///< a referenced model
    kInput,
    kOutput,
  } role = Role::kTemporary;

  /// Role::kConstant. Short values are here, long ones where the client has them.
  std::vector<std::byte> copied;
  std::span<const std::byte> referenced;
  const Model *model = nullptr;
  std::vector<std::byte> extensionData;

  bool isExtension() const;
  bool isTensor() const { return info->isTensor; }
  /// Every dimension is known. True of scalars.
  bool hasShape() const;
  uint64_t elementCount() const; ///< 1 for scalars; only with a shape
  uint64_t byteSize() const { return elementCount() * info->elementSize; }
  std::span<const std::byte> value() const {
    return copied.empty() ? referenced : std::span<const std::byte>(copied);
  }
  /// The number, when it is a constant scalar (or a tensor of one element) of an integer type.
  std::optional<int64_t> constantInt() const;
};

/// Checks the type as the ABI's NeuronModel_addOperand does, and makes an operand of it.
Reply makeOperand(const NeuronOperandType &type, Operand &operand);

/// NeuronModel_setOperandSymmPerChannelQuantParams and ...PerChannelQuantParams, the latter with
/// zero points.
Reply setChannelQuantization(Operand &operand, const NeuronPerChannelQuantParams &parameters,
                             bool symmetric);

/// NeuronModel_setOperandValue: short values are copied, long ones referenced.
Reply setOperandValue(Operand &operand, const void *buffer, size_t length);

} // namespace tandem::neuron::host
