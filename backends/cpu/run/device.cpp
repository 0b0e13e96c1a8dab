#include "runtime/device/device.h"
#include "backends/cpu/run/image.h"
#include "backends/cpu/run/processor.h"
#include "backends/cpu/run/variants.h"
#include "base/elapsed.h"
#include "base/printable.h"

#include <algorithm>
#include <chrono>
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
  int64_t units, nanoseconds;

  static void run(void *context, int64_t begin, int64_t end) {
    const Call &call = *static_cast<const Call *>(context);
    call.function(call.buffers, begin, end);
  }
};

/// What a step is, wherever its buffers are.
struct StepCode {
  Function function;
  int64_t units;
  int64_t nanoseconds;
};

/// Where a call's buffer begins in the model's, in bytes.
uint64_t offsetOf(const Step &step, uint32_t number) {
  return step.offsets() ? step.offsets()->Get(number) : 0;
}

class CpuRegion final : public LoadedRegion {
public:
  CpuRegion(std::shared_ptr<const CodeImage> image, const Artifact &artifact,
            std::span<const StepCode> codes, const RegionSource &source,
            std::vector<StepTime> times)
      : image_(std::move(image)), artifact_(artifact), model_(source.model),
        times_(std::move(times)) {
    size_t count = 0;
    for (const Step *step : *artifact.steps())
      count += step->buffers()->size();
    addresses_.reserve(count); // the calls point into it
    for (uint32_t i = 0; i < codes.size(); ++i) {
      calls_.push_back({codes[i].function, addresses_.data() + addresses_.size(), codes[i].units,
                        codes[i].nanoseconds});
      splitNanoseconds_ += codes[i].units > 1 ? codes[i].nanoseconds : 0;
      const Step &step = *artifact.steps()->Get(i);
      for (uint32_t number = 0; number < step.buffers()->size(); ++number)
        addresses_.push_back(source.buffers[step.buffers()->Get(number)] + offsetOf(step, number));
    }
  }

  Status run(ThreadPool &pool) override { return runSteps(pool, 0, calls_.size()); }

  size_t steps() const override { return std::max<size_t>(1, calls_.size()); }
  Status runSteps(ThreadPool &pool, size_t first, size_t last) override {
    last = std::min(last, calls_.size());
    if (first == 0 && last == calls_.size())
      pool.expect(splitNanoseconds_);
    for (size_t i = first; i < last; ++i)
      if (times_.empty())
        runCall(calls_[i], pool);
      else
        runTimed(i, pool);
    return {};
  }
  std::span<const StepTime> stepTimes() const override { return times_; }

  uint64_t bytesBefore(size_t step) const override {
    std::set<uint32_t> before, crossing;
    for (uint32_t i = 0; i < artifact_.steps()->size(); ++i)
      for (uint32_t buffer : *artifact_.steps()->Get(i)->buffers())
        if (model_.buffers()->Get(buffer)->space() != bundle::Space::Weights) {
          if (i < step)
            before.insert(buffer);
          else if (before.contains(buffer))
            crossing.insert(buffer);
        }
    uint64_t bytes = 0;
    for (uint32_t buffer : crossing)
      bytes += model_.buffers()->Get(buffer)->size();
    return bytes;
  }

  Result<std::unique_ptr<LoadedRegion>> another(const RegionSource &source) const override {
    std::vector<StepCode> codes;
    for (const Call &call : calls_)
      codes.push_back({call.function, call.units, call.nanoseconds});
    return std::unique_ptr<LoadedRegion>(
        std::make_unique<CpuRegion>(image_, artifact_, codes, source, times_));
  }

private:
  static void runCall(Call &call, ThreadPool &pool) {
    if (call.units == 1)
      call.function(call.buffers, 0, 1);
    else
      pool.parallelFor(call.units, Call::run, &call, call.nanoseconds);
  }
  void runTimed(size_t index, ThreadPool &pool) {
    auto start = std::chrono::steady_clock::now();
    runCall(calls_[index], pool);
    times_[index].lastUs = microsecondsSince(start);
  }

  std::shared_ptr<const CodeImage> image_;
  const Artifact &artifact_;
  const bundle::Model &model_;
  std::vector<void *> addresses_; ///< of all calls, one after another
  std::vector<Call> calls_;       ///< look into addresses_
  std::vector<StepTime> times_;   ///< of all calls, or of none
  int64_t splitNanoseconds_ = 0;  ///< of those calls that can be split
};

std::string missingFeatures(const Variant &variant) {
  std::string missing;
  for (const flatbuffers::String *feature : *variant.required())
    if (!processorHas(feature->string_view()))
      missing += (missing.empty() ? "" : ", ") + feature->str();
  return missing;
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

Status checkOffsets(const Step &step, const RegionSource &source) {
  if (!step.offsets())
    return {};
  if (step.offsets()->size() != step.buffers()->size())
    return damaged(source, "a step has not as many offsets as buffers");
  // FlatBuffers' verifier looks at the alignment of a vector's length, not of its elements.
  if (reinterpret_cast<uintptr_t>(step.offsets()->Data()) % alignof(uint64_t) != 0)
    return damaged(source, "a step whose offsets are not aligned");
  for (uint32_t i = 0; i < step.buffers()->size(); ++i)
    if (step.offsets()->Get(i) > source.model.buffers()->Get(step.buffers()->Get(i))->size())
      return damaged(source, "a step begins behind the end of a buffer");
  return {};
}

/// The verifier knows types, offsets and what must be there; this, what must agree.
Status check(const Artifact &artifact, const RegionSource &source) {
  for (const Step *step : *artifact.steps()) {
    for (uint32_t buffer : *step->buffers())
      if (buffer >= source.buffers.size())
        return damaged(source, "a step names a buffer that the model does not have");
    TANDEM_RETURN_IF_ERROR(checkOffsets(*step, source));
  }
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

/// Bounded, so that sums cannot overflow; a day is more than any step takes. A step of which
/// nothing is known may be a long one.
int64_t nanosecondsOf(const Step &step) {
  constexpr uint64_t kMost = uint64_t(86'400) * 1'000'000'000, kUnknown = 1'000'000;
  return static_cast<int64_t>(step.nanoseconds() ? std::min(step.nanoseconds(), kMost) : kUnknown);
}

class CpuDevice final : public Device {
public:
  std::string_view name() const override { return "cpu"; }

  Result<std::unique_ptr<LoadedRegion>> load(const RegionSource &source) const override {
    if (std::string_view other = otherVersion(source.artifact); !other.empty())
      return Error(Code::kUnsupported, source.path, "cpu region: its code has format '",
                   printable(other), "', this build reads '", ArtifactIdentifier(),
                   "': compile the model again with this version of tandem");
    const Artifact *opened = openArtifact(source.artifact);
    if (!opened)
      return damaged(source, "the artifact is damaged");
    const Artifact &artifact = *opened;
    TANDEM_RETURN_IF_ERROR(check(artifact, source));
    TANDEM_ASSIGN_OR_RETURN(const Variant *variant, chooseVariant(artifact, source));
    auto bytes = std::as_bytes(std::span(variant->image()->data(), variant->image()->size()));
    TANDEM_ASSIGN_OR_RETURN(CodeImage image, CodeImage::map(bytes, source.path));

    std::vector<StepCode> codes;
    std::vector<StepTime> times;
    for (uint32_t i = 0; i < artifact.steps()->size(); ++i) {
      std::string symbol = "k" + std::to_string(variant->functions()->Get(i));
      void *function = image.find(symbol);
      if (!function)
        return damaged(source, "the code has no function " + symbol);
      const Step &step = *artifact.steps()->Get(i);
      int64_t units = variant->units()->Get(i);
      codes.push_back({reinterpret_cast<Function>(function), units, nanosecondsOf(step)});
      if (source.timesSteps)
        times.push_back({.name = step.name() ? step.name()->string_view() : "",
                         .units = units,
                         .schedule = scheduleOf(*variant, i),
                         .op = step.op() ? step.op()->string_view() : ""});
    }
    return std::unique_ptr<LoadedRegion>(
        std::make_unique<CpuRegion>(std::make_shared<const CodeImage>(std::move(image)), artifact,
                                    codes, source, std::move(times)));
  }
};

} // namespace
} // namespace cpu

const Device &cpuDevice() {
  static const cpu::CpuDevice kDevice;
  return kDevice;
}

} // namespace tandem
