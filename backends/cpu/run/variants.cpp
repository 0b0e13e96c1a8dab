#include "backends/cpu/run/variants.h"

namespace tandem::cpu {

const Artifact *openArtifact(std::span<const std::byte> bytes) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  return VerifyArtifactBuffer(verifier) ? GetArtifact(bytes.data()) : nullptr;
}

std::string_view architectureOf(const Variant &variant) {
  return variant.architecture() ? variant.architecture()->string_view() : "x86-64";
}

std::string_view scheduleOf(const Variant &variant, uint32_t step) {
  const auto *schedules = variant.schedules();
  return schedules && step < schedules->size() ? schedules->Get(step)->string_view() : "";
}

} // namespace tandem::cpu
