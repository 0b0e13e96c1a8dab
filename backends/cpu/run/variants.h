#pragma once

#include "backends/cpu/artifact_generated.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace tandem::cpu {

/// The artifact of a region, of which the verifier has seen that nothing in it points outside it;
/// null: it is damaged, or of another version.
const Artifact *openArtifact(std::span<const std::byte> bytes);

/// The identifier of an artifact of another version than this build reads, which may be as good as
/// new; empty: it is of this one, or nothing that the cpu backend ever wrote.
std::string_view otherVersion(std::span<const std::byte> bytes);

/// "x86-64", "aarch64": what a variant's code is for.
std::string_view architectureOf(const Variant &variant);
/// What was chosen for a step among several ways, "OPERATION: SCHEDULE"; "": nothing was.
std::string_view scheduleOf(const Variant &variant, uint32_t step);

} // namespace tandem::cpu
