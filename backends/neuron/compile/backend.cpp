#include "backends/neuron/compile/handlers.h"
#include "backends/neuron/compile/sdk.h"
#include "compiler/backend/work.h"

using namespace mlir;

namespace tandem {
namespace neuron {
namespace {

/// Longer than any frame may take; short enough for someone who waits for an answer.
constexpr uint64_t kShortestDeadlineUs = 1'000'000, kLoadDeadlineUs = 60'000'000;
/// A device that is so much slower than predicted is not coming back.
constexpr double kDeadlineFactor = 10;

const HandlerTable &handlers() {
  static const HandlerTable kTable = [] {
    HandlerTable made;
    registerAllHandlers(made);
    return made;
  }();
  return kTable;
}

/// The oldest library that has every operation of the region.
Version versionFor(const Region &region) {
  Version version = {4, 1, 0};
  for (Operation *op : region.ops)
    version = std::max(version, capabilityOf(op)->since);
  return version;
}

std::string pack(const artifact::ArtifactT &network) {
  flatbuffers::FlatBufferBuilder bytes;
  artifact::FinishArtifactBuffer(bytes, artifact::CreateArtifact(bytes, &network));
  return std::string(reinterpret_cast<const char *>(bytes.GetBufferPointer()), bytes.GetSize());
}

class NeuronBackend final : public Backend {
public:
  StringRef name() const override { return "neuron"; }

  llvm::Error checkSettings(const CompileOptions &options) const override {
    return parseSettings(options).takeError();
  }

  Support supports(Operation *op, const Processor &processor) const override {
    return supportOf(op, Target::of(processor));
  }

  ElementType computedAs(ElementType type, const Processor &processor) const override {
    bool shifted = type == ElementType::kI8 && Target::of(processor).unsignedCodes;
    return shifted ? ElementType::kU8 : type;
  }

  unsigned operationsFor(Operation *op) const override {
    const Capability *row = capabilityOf(op);
    if (!row || !row->operations.contains(','))
      return 1;
    Target target; // makes no difference to their number
    ModelBuilder unused;
    NetworkWriter writer(unused, target);
    handlers().find(op)(op, writer);
    return std::max(1u, writer.operationCount());
  }

  bool mayFail() const override { return true; }

  llvm::Expected<std::string> compile(const Region &region, ModelBuilder &builder,
                                      const CompileOptions &options) const override {
    llvm::Expected<Settings> settings = parseSettings(options);
    if (!settings)
      return settings.takeError();
    Target target = Target::of(*options.processor);
    NetworkWriter writer(builder, target);
    for (Operation *op : region.ops) {
      writer.begin(op);
      handlers().find(op)(op, writer);
    }
    artifact::ArtifactT network = writer.finish(region.inputs, region.outputs);
    Version needs = versionFor(region);
    network.needs = std::make_unique<artifact::Version>(needs.major, needs.minor, needs.patch);
    network.settings = std::make_unique<artifact::SettingsT>(settings->network);
    setDeadlines(region, *options.processor, *network.settings);
    if (!settings->sdkLibrary.empty()) {
      auto stored =
          compileWithSdk(pack(network), region.name, builder, *settings, *options.processor,
                         std::chrono::microseconds(network.settings->load_deadline_us));
      if (!stored)
        return stored.takeError();
      network.stored = std::move(*stored);
    }
    return pack(network);
  }

private:
  static void setDeadlines(const Region &region, const Processor &processor,
                           artifact::SettingsT &settings) {
    double predicted = processor.dispatchUs;
    for (Operation *op : region.ops)
      predicted += predictedUs(workOf(op), processor);
    if (!settings.deadline_us)
      settings.deadline_us =
          std::max(static_cast<uint64_t>(predicted * kDeadlineFactor), kShortestDeadlineUs);
    if (!settings.load_deadline_us)
      settings.load_deadline_us = kLoadDeadlineUs;
  }
};

} // namespace
} // namespace neuron

const Backend &neuronBackend() {
  static const neuron::NeuronBackend kBackend;
  return kBackend;
}

} // namespace tandem
