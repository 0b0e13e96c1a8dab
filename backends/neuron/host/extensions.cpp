#include "backends/neuron/host/extensions.h"

#include "backends/neuron/abi/neuron_adapter.h"

#include <cstring>

namespace tandem::neuron::host {
namespace {
constexpr int kPrefixShift = 16;

std::optional<Extension> extensionOf(int32_t type) {
  switch (type >> kPrefixShift) {
  case static_cast<int>(Extension::kGeneralOperation):
    return Extension::kGeneralOperation;
  case static_cast<int>(Extension::kCompiledNetwork):
    return Extension::kCompiledNetwork;
  default:
    return std::nullopt;
  }
}

int32_t numbered(Extension extension, uint16_t code) {
  return (static_cast<int32_t>(extension) << kPrefixShift) | code;
}
uint16_t codeOf(int32_t type) {
  return static_cast<uint16_t>(type & 0xffff);
}
} // namespace

std::optional<Extension> extensionFromName(std::string_view name) {
  if (name == NEURON_EXTENSION_GENERAL_OPERATION)
    return Extension::kGeneralOperation;
  if (name == NEURON_EXTENSION_COMPILED_NETWORK)
    return Extension::kCompiledNetwork;
  return std::nullopt;
}

std::optional<int32_t> extensionOperandType(Extension extension, uint16_t code) {
  bool known = extension == Extension::kGeneralOperation
                   ? code == NEURON_EXTENSION_OPERAND_ARGUMENT_STRING
                   : code == NEURON_EXTENSION_OPERAND_COMPILED_NETWORK ||
                         code == NEURON_EXTENSION_OPERAND_COMPILED_NETWORK_V8;
  return known ? std::optional(numbered(extension, code)) : std::nullopt;
}

std::optional<int32_t> extensionOperationType(Extension extension, uint16_t code) {
  bool known = code == NEURON_EXTENSION_OPERATION_DEFAULT;
  return known ? std::optional(numbered(extension, code)) : std::nullopt;
}

bool isExtensionOperandType(int32_t type) {
  return extensionOfOperandType(type).has_value();
}

std::optional<Extension> extensionOfOperandType(int32_t type) {
  std::optional<Extension> extension = extensionOf(type);
  return extension && extensionOperandType(*extension, codeOf(type)) ? extension : std::nullopt;
}

std::optional<Extension> extensionOfOperationType(int32_t type) {
  std::optional<Extension> extension = extensionOf(type);
  return extension && extensionOperationType(*extension, codeOf(type)) ? extension : std::nullopt;
}

std::optional<std::string> argumentString(std::span<const std::byte> bytes) {
  constexpr std::string_view kTag = "string";
  constexpr size_t kLengthAt = 1 + kTag.size(), kNameAt = kLengthAt + sizeof(uint32_t);
  if (bytes.size() < kNameAt || std::to_integer<size_t>(bytes[0]) != kTag.size() ||
      std::memcmp(bytes.data() + 1, kTag.data(), kTag.size()) != 0)
    return std::nullopt;
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + kLengthAt, sizeof length);
  if (length > bytes.size() - kNameAt)
    return std::nullopt;
  return std::string(reinterpret_cast<const char *>(bytes.data()) + kNameAt, length);
}

} // namespace tandem::neuron::host
