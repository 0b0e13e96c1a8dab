#include "runtime/device/device.h"
#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/run/image.h"
#include "backends/cpu/run/processor.h"

#include <cstdlib>
#include <set>

namespace tandem {

namespace cpu {
namespace {

using Function = void (*)(void *const *buffers, int64_t begin, int64_t end);

/// A call with everything looked up.
struct Call {
  Function function;
  void *const *buffers;
  int64_t units;

  static void run(void *context, int64_t begin, int64_t end) {
    const Call &call = *static_cast<const Call *>(context);
    call.function(call.buffers, begin, end);
  }
};

class CpuRegion final : public LoadedRegion {
public:
  CpuRegion(CodeImage image, std::vector<void *> addresses, std::vector<Call> calls)
      : image_(std::move(image)), addresses_(std::move(addresses)), calls_(std::move(calls)) {}

  Status run(ThreadPool &pool) override {
    for (Call &call : calls_)
      if (call.units == 1)
        call.function(call.buffers, 0, 1);
      else
        pool.parallelFor(call.units, Call::run, &call);
    return {};
  }

private:
  CodeImage image_;
  std::vector<void *> addresses_; ///< of all calls, one after another
  std::vector<Call> calls_;       ///< look into addresses_
};

std::string missingFeatures(const Variant &variant) {
  std::string missing;
  for (const flatbuffers::String *feature : *variant.required())
    if (!processorHas(feature->string_view()))
      missing += (missing.empty() ? "" : ", ") + feature->str();
  return missing;
}

std::string_view architectureOf(const Variant &variant) {
  return variant.architecture() ? variant.architecture()->string_view() : "x86-64";
}

/// There is no code for processors of this kind at all.
Error noCodeHere(const Artifact &artifact, const RegionSource &source, std::string_view region) {
  std::set<std::string_view> targets;
  for (const Variant *variant : *artifact.variants())
    targets.insert(architectureOf(*variant));
  std::string list;
  for (std::string_view target : targets)
    list += (list.empty() ? "" : ", ") + std::string(target);
  return Error(Code::kUnavailable, source.path, "region '", region, "' has code for ",
               list.empty() ? "nothing" : list, ", this machine is ", architectureHere(),
               ": compile it with 'tandem compile --target ", architectureHere(), "'");
}

/// The best variant that this processor can run, or the one that TANDEM_CPU_ISA names.
Result<const Variant *> chooseVariant(const Artifact &artifact, const RegionSource &source) {
  const char *forced = std::getenv("TANDEM_CPU_ISA");
  std::string tried;
  bool hasCodeHere = false;
  for (const Variant *variant : *artifact.variants()) {
    if (architectureOf(*variant) != architectureHere())
      continue;
    hasCodeHere = true;
    if (forced && variant->isa()->string_view() != forced)
      continue;
    std::string missing = missingFeatures(*variant);
    if (missing.empty())
      return variant;
    tried += (tried.empty() ? "" : "; ") + variant->isa()->str() + " needs " + missing;
  }
  std::string region = source.region.name() ? source.region.name()->str() : "";
  if (!hasCodeHere)
    return noCodeHere(artifact, source, region);
  if (forced && tried.empty())
    return Error(Code::kInvalidArgument, source.path, "TANDEM_CPU_ISA is '", forced,
                 "', for which region '", region, "' has no code");
  return Error(Code::kUnavailable, source.path, "region '", region,
               "' has no code that this processor can run: ", tried);
}

Error damaged(const RegionSource &source, std::string_view what) {
  return Error(Code::kCorruptData, source.path, "cpu region: ", what);
}

/// The verifier knows types, offsets and what must be there; this, what must agree.
Status check(const Artifact &artifact, const RegionSource &source) {
  for (const Step *step : *artifact.steps())
    for (uint32_t buffer : *step->buffers())
      if (buffer >= source.buffers.size())
        return damaged(source, "a step names a buffer that the model does not have");
  uint32_t steps = artifact.steps()->size();
  for (const Variant *variant : *artifact.variants()) {
    if (variant->functions()->size() != steps || variant->units()->size() != steps)
      return damaged(source, "an incomplete variant");
    // FlatBuffers' verifier looks at the alignment of a vector's length, not of its elements.
    if (variant->units()->size() != 0 &&
        reinterpret_cast<uintptr_t>(variant->units()->Data()) % alignof(int64_t) != 0)
      return damaged(source, "a variant whose units are not aligned");
    for (int64_t units : *variant->units())
      if (units < 1)
        return damaged(source, "a step without units");
  }
  return {};
}

class CpuDevice final : public Device {
public:
  std::string_view name() const override { return "cpu"; }

  Result<std::unique_ptr<LoadedRegion>> load(const RegionSource &source) const override {
    flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t *>(source.artifact.data()),
                                   source.artifact.size());
    if (!VerifyArtifactBuffer(verifier))
      return damaged(source, "the artifact is damaged");
    const Artifact &artifact = *GetArtifact(source.artifact.data());
    TANDEM_RETURN_IF_ERROR(check(artifact, source));
    TANDEM_ASSIGN_OR_RETURN(const Variant *variant, chooseVariant(artifact, source));
    auto bytes = std::as_bytes(std::span(variant->image()->data(), variant->image()->size()));
    TANDEM_ASSIGN_OR_RETURN(CodeImage image, CodeImage::map(bytes, source.path));

    size_t count = 0;
    for (const Step *step : *artifact.steps())
      count += step->buffers()->size();
    std::vector<void *> addresses;
    addresses.reserve(count); // the calls point into it
    std::vector<Call> calls;
    for (uint32_t i = 0; i < artifact.steps()->size(); ++i) {
      std::string symbol = "k" + std::to_string(variant->functions()->Get(i));
      void *function = image.find(symbol);
      if (!function)
        return damaged(source, "the code has no function " + symbol);
      calls.push_back({reinterpret_cast<Function>(function), addresses.data() + addresses.size(),
                       variant->units()->Get(i)});
      for (uint32_t buffer : *artifact.steps()->Get(i)->buffers())
        addresses.push_back(source.buffers[buffer]);
    }
    return std::unique_ptr<LoadedRegion>(
        std::make_unique<CpuRegion>(std::move(image), std::move(addresses), std::move(calls)));
  }
};

} // namespace
} // namespace cpu

const Device &cpuDevice() {
  static const cpu::CpuDevice kDevice;
  return kDevice;
}

} // namespace tandem
