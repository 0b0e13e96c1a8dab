#include "backends/neuron/host/validate/signature.h"

#include "backends/neuron/host/extensions.h"
#include "backends/neuron/host/library.h"
#include "backends/neuron/host/validate/operation_table.h"

#include <algorithm>

namespace tandem::neuron::host {
namespace {
/// The type set of a tensor's elements; 0 for what no operation names.
uint8_t setOf(const Operand &operand) {
  switch (operand.type) {
  case NEURON_TENSOR_FLOAT16:
    return kF16;
  case NEURON_TENSOR_FLOAT32:
    return kF32;
  case NEURON_TENSOR_INT32:
    return kI32;
  case NEURON_TENSOR_BOOL8:
    return kB8;
  case NEURON_TENSOR_QUANT8_ASYMM:
    return kU8;
  case NEURON_TENSOR_QUANT8_SYMM:
  case NEURON_TENSOR_QUANT8_ASYMM_SIGNED:
    return kS8;
  case NEURON_TENSOR_QUANT16_ASYMM:
    return kU16;
  case NEURON_TENSOR_QUANT16_SYMM:
  case NEURON_EXT_TENSOR_QUANT16_ASYMM_SIGNED:
    return kS16;
  default:
    return 0;
  }
}

bool isQuantized(const Operand &operand) {
  return operand.isTensor() && operand.info->rule != QuantizationRule::kNone &&
         operand.info->rule != QuantizationRule::kOptionalScale;
}
bool isIntegerTensor(const Operand &operand) {
  return operand.type == NEURON_TENSOR_INT32 ||
         operand.type == NEURON_EXT_TENSOR_INT32_SYMM_PER_CHANNEL;
}
bool isFloatScalar(const Operand &operand) {
  return operand.type == NEURON_FLOAT32 || operand.type == NEURON_FLOAT16;
}

/// Matches the operands of one operation with its forms.
class Matcher {
public:
  Matcher(const std::vector<Operand> &operands, uint8_t types)
      : operands_(operands), types_(types) {}

  bool matches(std::string_view form, const std::vector<uint32_t> &list) {
    size_t next = 0;
    for (size_t i = 0; i < form.size(); ++i) {
      char letter = form[i];
      if (letter == '[') {
        if (next == list.size())
          return true;
        continue;
      }
      if (letter == ']')
        continue;
      bool repeated = i + 1 < form.size() && form[i + 1] == '*';
      size_t before = next;
      while (next < list.size() && (repeated || next == before) &&
             fits(letter, operands_[list[next]]))
        ++next;
      if (!repeated && next == before)
        return false;
      i += repeated ? 1 : 0;
    }
    return next == list.size();
  }

private:
  /// The first tensor of the operation's types says which of them all others have.
  bool fitsCommon(const Operand &operand) {
    uint8_t set = setOf(operand);
    if (!(set & types_) || (common_ && set != common_))
      return false;
    common_ = set;
    return true;
  }

  bool fits(char letter, const Operand &operand) {
    switch (letter) {
    case 'x':
      return fitsCommon(operand);
    case 'p':
      return fitsCommon(operand) || operand.type == NEURON_TENSOR_FLOAT32;
    case 'w':
      return common_ & kFloats ? setOf(operand) == common_ : isQuantized(operand);
    case 'B':
      return common_ & kFloats ? setOf(operand) == common_ : isIntegerTensor(operand);
    case 't':
      return operand.isTensor();
    case 'm':
      return operand.type == NEURON_TENSOR_BOOL8;
    case 'I':
      return operand.type == NEURON_TENSOR_INT32;
    case 'F':
      return (setOf(operand) & kFloats) != 0;
    case 'Q':
      return isQuantized(operand);
    case 'i':
      return operand.type == NEURON_INT32;
    case 'j':
      return operand.type == NEURON_INT32 || operand.type == NEURON_TENSOR_INT32;
    case 'b':
      return operand.type == NEURON_BOOL;
    case 'f':
      return isFloatScalar(operand);
    case 'v':
      return isFloatScalar(operand) || operand.type == NEURON_INT32 || setOf(operand) != 0;
    case 'M':
      return operand.type == NEURON_MODEL;
    default:
      return true;
    }
  }

  const std::vector<Operand> &operands_;
  uint8_t types_;
  uint8_t common_ = 0; ///< once a tensor of the operation's types was met
};

std::string typesOf(const std::vector<uint32_t> &list, const std::vector<Operand> &operands) {
  std::string text;
  for (uint32_t index : list)
    (text += text.empty() ? "" : ", ") += operands[index].info->name;
  return text.empty() ? "nothing" : text;
}

/// An operation of an extension says by its last input what it is.
Reply checkExtension(const Operation &operation, Extension extension,
                     const std::vector<Operand> &operands) {
  std::string_view what = extension == Extension::kGeneralOperation
                              ? "a string that names the operation"
                              : "a compiled network";
  if (operation.inputs.empty() ||
      extensionOfOperandType(operands[operation.inputs.back()].type) != extension)
    return Reply(NEURON_BAD_DATA, operationName(operation), ": the last input is not ", what);
  if (operation.outputs.empty())
    return Reply(NEURON_BAD_DATA, operationName(operation), ": has no outputs");
  return Reply();
}
} // namespace

std::string whyNotAvailable(int32_t operation) {
  const OperationInfo *info = operationInfo(operation);
  if (!info)
    return ""; // of an extension
  if (info->since == kNever)
    return "no version of the library has it";
  uint32_t since = info->since;
  int major = static_cast<int>(since >> 16), minor = static_cast<int>(since >> 8 & 0xff);
  int patch = static_cast<int>(since & 0xff);
  if (Library::get().isAtLeast(major, minor, patch))
    return "";
  return "only from version " + std::to_string(major) + "." + std::to_string(minor) + "." +
         std::to_string(patch) + " on";
}

std::string operationName(const Operation &operation) {
  if (!operation.vendorName.empty())
    return operation.vendorName;
  if (const OperationInfo *info = operationInfo(operation.type))
    return std::string(info->name);
  if (std::optional<Extension> extension = extensionOfOperationType(operation.type))
    return *extension == Extension::kGeneralOperation ? NEURON_EXTENSION_GENERAL_OPERATION
                                                      : NEURON_EXTENSION_COMPILED_NETWORK;
  return std::to_string(operation.type);
}

Reply checkSignature(const Operation &operation, const std::vector<Operand> &operands) {
  if (std::optional<Extension> extension = extensionOfOperationType(operation.type))
    return checkExtension(operation, *extension, operands);
  const OperationInfo *info = operationInfo(operation.type);
  bool asksOnly = operation.type == NEURON_UNKNOWN && !whyNotAvailable(NEURON_UNKNOWN).empty();
  if (!info || asksOnly)
    return Reply(NEURON_BAD_DATA, "no operation has the number ", operation.type);
  for (std::string_view form : {info->inputs, info->otherInputs}) {
    Matcher matcher(operands, info->types);
    if (!form.empty() && matcher.matches(form, operation.inputs) &&
        matcher.matches(info->outputs, operation.outputs))
      return Reply();
  }
  return Reply(NEURON_BAD_DATA, info->name, " from ", typesOf(operation.inputs, operands), " to ",
               typesOf(operation.outputs, operands), " is none of its forms");
}

} // namespace tandem::neuron::host
