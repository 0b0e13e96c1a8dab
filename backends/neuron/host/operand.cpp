#include "backends/neuron/host/operand.h"

#include "backends/neuron/host/extensions.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tandem::neuron::host {
namespace {
using enum QuantizationRule;

constexpr OperandTypeInfo kTypes[] = {
    {NEURON_FLOAT32, "FLOAT32", 4, false, kNone, 0, 0},
    {NEURON_INT32, "INT32", 4, false, kNone, 0, 0},
    {NEURON_UINT32, "UINT32", 4, false, kNone, 0, 0},
    {NEURON_TENSOR_FLOAT32, "TENSOR_FLOAT32", 4, true, kNone, 0, 0},
    {NEURON_TENSOR_INT32, "TENSOR_INT32", 4, true, kOptionalScale, 0, 0},
    {NEURON_TENSOR_QUANT8_ASYMM, "TENSOR_QUANT8_ASYMM", 1, true, kAsymmetric, 0, 255},
    {NEURON_BOOL, "BOOL", 1, false, kNone, 0, 0},
    {NEURON_TENSOR_QUANT16_SYMM, "TENSOR_QUANT16_SYMM", 2, true, kSymmetric, -32768, 32767},
    {NEURON_TENSOR_FLOAT16, "TENSOR_FLOAT16", 2, true, kNone, 0, 0},
    {NEURON_TENSOR_BOOL8, "TENSOR_BOOL8", 1, true, kNone, 0, 0},
    {NEURON_FLOAT16, "FLOAT16", 2, false, kNone, 0, 0},
    {NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, "TENSOR_QUANT8_SYMM_PER_CHANNEL", 1, true, kPerChannel,
     -128, 127},
    {NEURON_TENSOR_QUANT16_ASYMM, "TENSOR_QUANT16_ASYMM", 2, true, kAsymmetric, 0, 65535},
    // Symmetric by name. The TFLite delegate sends asymmetric tensors under this number all the
    // same, where it forgets a flag, so a zero point is taken as it is.
    {NEURON_TENSOR_QUANT8_SYMM, "TENSOR_QUANT8_SYMM", 1, true, kAsymmetric, -128, 127},
    {NEURON_TENSOR_QUANT8_ASYMM_SIGNED, "TENSOR_QUANT8_ASYMM_SIGNED", 1, true, kAsymmetric, -128,
     127},
    {NEURON_MODEL, "MODEL", 0, false, kNone, 0, 0},
    {NEURON_EXT_TENSOR_UINT32, "EXT_TENSOR_UINT32", 4, true, kNone, 0, 0},
    {NEURON_EXT_TENSOR_QUANT8_ASYMM_PER_CHANNEL, "EXT_TENSOR_QUANT8_ASYMM_PER_CHANNEL", 1, true,
     kPerChannel, 0, 255},
    // Four bits, a byte for each element.
    {NEURON_EXT_TENSOR_QUANT4_ASYMM, "EXT_TENSOR_QUANT4_ASYMM", 1, true, kAsymmetric, 0, 15},
    {NEURON_EXT_TENSOR_QUANT4_ASYMM_SIGNED, "EXT_TENSOR_QUANT4_ASYMM_SIGNED", 1, true, kAsymmetric,
     -8, 7},
    {NEURON_EXT_TENSOR_QUANT4_SYMM, "EXT_TENSOR_QUANT4_SYMM", 1, true, kSymmetric, -8, 7},
    {NEURON_EXT_TENSOR_QUANT16_ASYMM_SIGNED, "EXT_TENSOR_QUANT16_ASYMM_SIGNED", 2, true,
     kAsymmetric, -32768, 32767},
    {NEURON_EXT_TENSOR_RAW, "EXT_TENSOR_RAW", 1, true, kNone, 0, 0},
    {NEURON_EXT_TENSOR_QUANT8_ASYMM_SIGNED_PER_CHANNEL,
     "EXT_TENSOR_QUANT8_ASYMM_SIGNED_PER_CHANNEL", 1, true, kPerChannel, -128, 127},
    {NEURON_EXT_TENSOR_INT32_SYMM_PER_CHANNEL, "EXT_TENSOR_INT32_SYMM_PER_CHANNEL", 4, true,
     kPerChannel, INT32_MIN, INT32_MAX},
};
constexpr OperandTypeInfo kExtensionType = {-1, "extension type", 1, true, kNone, 0, 0};

constexpr uint64_t kMostBytes = UINT32_MAX;

Reply checkQuantization(const OperandTypeInfo &info, float scale, int32_t zeroPoint) {
  auto refuse = [&](const auto &...what) {
    return Reply(NEURON_BAD_DATA, info.name, " with scale ", scale, " and zero point ", zeroPoint,
                 ", expected ", what...);
  };
  if (!std::isfinite(scale))
    return refuse("a finite scale");
  switch (info.rule) {
  case kNone:
    return scale == 0 && zeroPoint == 0 ? Reply() : refuse("both to be 0");
  case kOptionalScale:
    return scale >= 0 && zeroPoint == 0 ? Reply() : refuse("a scale from 0 on and zero point 0");
  case kSymmetric:
    return scale > 0 && zeroPoint == 0 ? Reply() : refuse("a positive scale and zero point 0");
  case kAsymmetric:
    if (scale > 0 && zeroPoint >= info.lowestCode && zeroPoint <= info.highestCode)
      return Reply();
    return refuse("a positive scale and a zero point from ", info.lowestCode, " to ",
                  info.highestCode);
  case kPerChannel:
    // Paddle-Lite gives a filter of one channel its scale here, and calls no setter.
    return scale >= 0 && zeroPoint == 0 ? Reply() : refuse("both to be 0");
  }
  return Reply();
}
} // namespace

const OperandTypeInfo *operandTypeInfo(int32_t code) {
  if (isExtensionOperandType(code))
    return &kExtensionType;
  const auto *found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const OperandTypeInfo &type) { return type.code == code; });
  return found == std::end(kTypes) ? nullptr : found;
}

bool Operand::isExtension() const {
  return info == &kExtensionType;
}

bool Operand::hasShape() const {
  if (!isTensor())
    return true;
  return !dimensions.empty() &&
         std::find(dimensions.begin(), dimensions.end(), 0u) == dimensions.end();
}

uint64_t Operand::elementCount() const {
  uint64_t count = 1; // makeOperand() has seen to it that this fits
  for (uint32_t dimension : dimensions)
    count *= dimension;
  return count;
}

std::optional<int64_t> Operand::constantInt() const {
  if (role != Role::kConstant || (type != NEURON_INT32 && type != NEURON_TENSOR_INT32) ||
      value().size() != sizeof(int32_t))
    return std::nullopt;
  int32_t number = 0;
  std::memcpy(&number, value().data(), sizeof number);
  return number;
}

Reply makeOperand(const NeuronOperandType &type, Operand &operand) {
  const OperandTypeInfo *info = operandTypeInfo(type.type);
  if (!info)
    return Reply(NEURON_BAD_DATA, "no operand type has the number ", type.type);
  if ((type.dimensionCount == 0) != (type.dimensions == nullptr))
    return Reply(NEURON_BAD_DATA, type.dimensionCount, " dimensions at ",
                 type.dimensions ? "an address" : "NULL");
  if (!info->isTensor && type.dimensionCount)
    return Reply(NEURON_BAD_DATA, info->name, " is a scalar, with ", type.dimensionCount,
                 " dimensions");
  TANDEM_NEURON_RETURN_IF_REFUSED(checkQuantization(*info, type.scale, type.zeroPoint));
  uint64_t bytes = info->elementSize;
  for (uint32_t i = 0; i < type.dimensionCount; ++i) {
    bytes *= std::max(type.dimensions[i], 1u); // below 2^64: both are below 2^32
    if (bytes > kMostBytes)
      return Reply(NEURON_BAD_DATA, info->name, " has more than ", kMostBytes, " bytes");
  }
  operand.info = info;
  operand.type = type.type;
  operand.dimensions.assign(type.dimensions, type.dimensions + type.dimensionCount);
  operand.scale = type.scale;
  operand.zeroPoint = type.zeroPoint;
  return Reply();
}

Reply setChannelQuantization(Operand &operand, const NeuronPerChannelQuantParams &parameters,
                             bool symmetric) {
  bool fits = symmetric ? operand.type == NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL
                        : operand.info->rule == kPerChannel;
  if (!fits)
    return Reply(NEURON_BAD_DATA, operand.info->name, " has no scales per channel");
  uint32_t count = parameters.scaleCount;
  if (parameters.channelDim >= operand.dimensions.size())
    return Reply(NEURON_BAD_DATA, "channel dimension ", parameters.channelDim, " of rank ",
                 operand.dimensions.size());
  if (count == 0 || count != operand.dimensions[parameters.channelDim])
    return Reply(NEURON_BAD_DATA, count, " scales for dimension ", parameters.channelDim, " of ",
                 operand.dimensions[parameters.channelDim]);
  if (!parameters.scales)
    return Reply(NEURON_UNEXPECTED_NULL, "the scales are NULL");
  if (!symmetric && parameters.zeroPointCount != count)
    return Reply(NEURON_BAD_DATA, parameters.zeroPointCount, " zero points for ", count, " scales");
  if (!symmetric && !parameters.zeroPoints)
    return Reply(NEURON_UNEXPECTED_NULL, "the zero points are NULL");
  std::vector<float> scales(parameters.scales, parameters.scales + count);
  std::vector<int32_t> zeroPoints(count, 0);
  if (!symmetric)
    zeroPoints.assign(parameters.zeroPoints, parameters.zeroPoints + count);
  for (uint32_t i = 0; i < count; ++i) {
    if (!std::isfinite(scales[i]) || scales[i] <= 0)
      return Reply(NEURON_BAD_DATA, "scale ", i, " is ", scales[i], ", expected positive");
    if (zeroPoints[i] < operand.info->lowestCode || zeroPoints[i] > operand.info->highestCode)
      return Reply(NEURON_BAD_DATA, "zero point ", i, " is ", zeroPoints[i], ", which is no code");
  }
  operand.channelDim = parameters.channelDim;
  operand.channelScales = std::move(scales);
  operand.channelZeroPoints = std::move(zeroPoints);
  return Reply();
}

Reply setOperandValue(Operand &operand, const void *buffer, size_t length) {
  if (operand.role == Operand::Role::kInput || operand.role == Operand::Role::kOutput)
    return Reply(NEURON_BAD_DATA, "it is an input or output of the model");
  if ((buffer == nullptr) != (length == 0))
    return Reply(NEURON_BAD_DATA, length, " bytes at ", buffer ? "an address" : "NULL");
  operand.copied.clear();
  operand.referenced = {};
  if (!buffer) {
    operand.role = Operand::Role::kOmitted;
    return Reply();
  }
  if (operand.type == NEURON_MODEL)
    return Reply(NEURON_BAD_DATA, "a model is set by NeuronModel_setOperandValueFromModel");
  bool anyLength = operand.isExtension() && operand.dimensions.empty();
  if (!anyLength && !operand.hasShape())
    return Reply(NEURON_BAD_DATA, "its dimensions are not all known");
  if (!anyLength && length != operand.byteSize())
    return Reply(NEURON_BAD_DATA, length, " bytes, expected ", operand.byteSize());
  std::span<const std::byte> bytes(static_cast<const std::byte *>(buffer), length);
  if (length <= NEURON_MAX_SIZE_OF_IMMEDIATELY_COPIED_VALUES)
    operand.copied.assign(bytes.begin(), bytes.end());
  else
    operand.referenced = bytes;
  operand.role = Operand::Role::kConstant;
  return Reply();
}

} // namespace tandem::neuron::host
