#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem::neuron::host {

/// The two extensions that clients know. Their types are numbered (index << 16) | code, the index
/// from 1 on, the same in every model.
enum class Extension : uint8_t { kGeneralOperation = 1, kCompiledNetwork = 2 };

std::optional<Extension> extensionFromName(std::string_view name);

/// The number of an extension's type; nothing when the extension has no such code.
std::optional<int32_t> extensionOperandType(Extension extension, uint16_t code);
std::optional<int32_t> extensionOperationType(Extension extension, uint16_t code);

/// Which extension a type number belongs to.
bool isExtensionOperandType(int32_t type);
std::optional<Extension> extensionOfOperandType(int32_t type);
std::optional<Extension> extensionOfOperationType(int32_t type);

/// The name in an argument string: a byte with the length of the tag "string", the tag, four bytes
/// with the length of the name, the name, zeros. Nothing when the bytes are no such thing.
std::optional<std::string> argumentString(std::span<const std::byte> bytes);

} // namespace tandem::neuron::host
