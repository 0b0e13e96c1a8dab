#include "runtime/device/device.h"

#include "backends/neuron/client/worker.h"
#include "backends/neuron/run/engine.h"

#include <chrono>
#include <cstdlib>

namespace tandem {
namespace neuron {
namespace {

/// To free what the library has of a region: whoever closes a session waits for it.
constexpr std::chrono::microseconds kReleaseDeadline = std::chrono::seconds(5);

std::string seconds(uint64_t microseconds) {
  std::ostringstream text;
  text << static_cast<double>(microseconds) / 1e6 << " s";
  return text.str();
}

std::vector<Buffer> buffersOf(const RegionSource &source) {
  std::vector<Buffer> buffers;
  for (size_t i = 0; i < source.buffers.size(); ++i) {
    const bundle::Buffer &entry = *source.model.buffers()->Get(static_cast<uint32_t>(i));
    buffers.push_back({.data = source.buffers[i],
                       .size = entry.size(),
                       .isConstant = entry.space() == bundle::Space::Weights});
  }
  return buffers;
}

class NeuronRegion final : public LoadedRegion {
public:
  static Result<std::unique_ptr<LoadedRegion>> load(std::shared_ptr<Engine> engine) {
    Result<Worker> worker = Worker::start(engine);
    if (!worker.ok())
      return engine->place().error(worker.error().code, worker.error().message);
    std::unique_ptr<NeuronRegion> region(
        new NeuronRegion(std::move(engine), std::move(worker).value()));
    TANDEM_RETURN_IF_ERROR(region->runOnWorker<&Engine::load>(
        region->engine_->settings().load_deadline_us(), "the Neuron library has not loaded it"));
    return std::unique_ptr<LoadedRegion>(std::move(region));
  }

  ~NeuronRegion() override {
    if (worker_.isIdle()) // a late one frees everything itself, when it comes back
      worker_.run([](void *engine) { static_cast<Engine *>(engine)->release(); }, kReleaseDeadline);
  }

  Status run(ThreadPool &) override {
    if (!worker_.isIdle())
      return engine_->place().error(Code::kUnavailable,
                                    "an execution that missed its deadline has not come back yet");
    copies_ = {};
    Clock::time_point start = Clock::now();
    copies_.bytesIn = engine_->copyInputs();
    copies_.nsIn = nanosecondsSince(start);
    TANDEM_RETURN_IF_ERROR(runOnWorker<&Engine::compute>(
        engine_->settings().deadline_us(), "NeuronExecution_compute has not returned"));
    start = Clock::now();
    copies_.bytesOut = engine_->copyOutputs();
    copies_.nsOut = nanosecondsSince(start);
    return Status();
  }

  DeviceCopies copies() const override { return copies_; }

  std::string notice() const override { return engine_->notice(); }

  Result<std::unique_ptr<LoadedRegion>> another(const RegionSource &source) const override {
    if (!worker_.isIdle())
      return std::unique_ptr<LoadedRegion>(); // it may never come back
    return load(std::make_shared<Engine>(engine_->artifact(), buffersOf(source), engine_->place(),
                                         source.owner, engine_.get()));
  }

private:
  NeuronRegion(std::shared_ptr<Engine> engine, Worker worker)
      : engine_(std::move(engine)), worker_(std::move(worker)) {}

  template <void (Engine::*job)()> Status runOnWorker(uint64_t deadlineUs, const char *late) {
    auto call = [](void *engine) { (static_cast<Engine *>(engine)->*job)(); };
    if (!worker_.run(call, std::chrono::microseconds(deadlineUs)))
      return engine_->place().error(Code::kUnavailable, late, " after ", seconds(deadlineUs));
    return engine_->status();
  }

  using Clock = std::chrono::steady_clock;
  static int64_t nanosecondsSince(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
  }

  std::shared_ptr<Engine> engine_;
  Worker worker_;
  DeviceCopies copies_;
};

class NeuronDevice final : public Device {
public:
  std::string_view name() const override { return "neuron"; }

  /// The host's library says so; nobody sets it on a phone.
  bool timesAreModelled() const override {
    const char *timing = std::getenv("TANDEM_NEURON_TIMING");
    return timing && std::string_view(timing) == "1";
  }

  Result<std::unique_ptr<LoadedRegion>> load(const RegionSource &source) const override {
    Place place = {.path = std::string(source.path), .region = source.region.name()->str()};
    std::vector<Buffer> buffers = buffersOf(source);
    TANDEM_ASSIGN_OR_RETURN(const artifact::Artifact *artifact,
                            checkArtifact(source.artifact, buffers, place));
    return NeuronRegion::load(
        std::make_shared<Engine>(*artifact, std::move(buffers), std::move(place), source.owner));
  }
};

} // namespace
} // namespace neuron

const Device &neuronDevice() {
  static const neuron::NeuronDevice kDevice;
  return kDevice;
}

} // namespace tandem
