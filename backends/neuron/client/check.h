#pragma once

#include "backends/neuron/client/artifact_generated.h"
#include "backends/neuron/client/call.h"

#include <cstddef>
#include <optional>
#include <span>

namespace tandem::neuron {

/// A buffer of the model.
struct Buffer {
  std::byte *data = nullptr;
  uint64_t size = 0;
  bool isConstant = false; ///< in the bundle's weights: never written
};

/// The bytes of a value of this operand, less than 4 GiB; nothing for a type that no artifact has,
/// or dimensions that make no sense.
std::optional<uint64_t> operandBytes(const artifact::Operand &operand);

/// The artifact in these bytes, when all in it holds: types, sizes, indices of operands and of
/// buffers. What the numbers mean to Neuron is for the library to judge. Errors: kCorruptData,
/// naming the operand or operation.
Result<const artifact::Artifact *> checkArtifact(std::span<const std::byte> bytes,
                                                 std::span<const Buffer> buffers,
                                                 const Place &place);

} // namespace tandem::neuron
