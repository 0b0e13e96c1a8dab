#include "backends/cpu/run/variants.h"

namespace tandem::cpu {

const Artifact *openArtifact(std::span<const std::byte> bytes) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  return VerifyArtifactBuffer(verifier) ? GetArtifact(bytes.data()) : nullptr;
}

std::string_view otherVersion(std::span<const std::byte> bytes) {
  constexpr std::string_view kAllVersions = "TCP";
  constexpr size_t kAt = sizeof(flatbuffers::uoffset_t); // behind the offset of the root
  constexpr size_t kLength = flatbuffers::kFileIdentifierLength;
  if (bytes.size() < kAt + kLength)
    return "";
  std::string_view found(reinterpret_cast<const char *>(bytes.data()) + kAt, kLength);
  return found.starts_with(kAllVersions) && found != ArtifactIdentifier() ? found : "";
}

std::string_view architectureOf(const Variant &variant) {
  return variant.architecture() ? variant.architecture()->string_view() : "x86-64";
}

std::string_view scheduleOf(const Variant &variant, uint32_t step) {
  const auto *schedules = variant.schedules();
  return schedules && step < schedules->size() ? schedules->Get(step)->string_view() : "";
}

} // namespace tandem::cpu
