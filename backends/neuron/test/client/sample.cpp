#include "backends/neuron/test/client/sample.h"

#include "backends/neuron/abi/neuron_types.h"

#include <cstring>

namespace tandem {
const Device &neuronDevice();
} // namespace tandem

namespace tandem::neuron::test {
namespace {

std::unique_ptr<artifact::OperandT> operand(int32_t type, std::vector<uint32_t> dimensions) {
  auto made = std::make_unique<artifact::OperandT>();
  made->type = type;
  made->dimensions = std::move(dimensions);
  return made;
}

std::unique_ptr<artifact::BorderT> border(uint32_t index) {
  auto made = std::make_unique<artifact::BorderT>();
  made->operand = made->buffer = index;
  return made;
}

} // namespace

artifact::ArtifactT additionOfFour() {
  artifact::ArtifactT network;
  network.needs = std::make_unique<artifact::Version>(4, 1, 0);
  for (int i = 0; i < 3; ++i)
    network.operands.push_back(operand(NEURON_TENSOR_FLOAT32, {4}));
  network.operands.push_back(operand(NEURON_INT32, {}));
  network.operands[3]->source = artifact::Source::Inline;
  network.operands[3]->value = {NEURON_FUSED_NONE, 0, 0, 0};
  network.operations.push_back(std::make_unique<artifact::OperationT>());
  network.operations[0]->code = NEURON_ADD;
  network.operations[0]->node = "sum";
  network.operations[0]->inputs = {0, 1, 3};
  network.operations[0]->outputs = {2};
  for (uint32_t i : {0u, 1u})
    network.inputs.push_back(border(i));
  network.outputs.push_back(border(2));
  network.settings = std::make_unique<artifact::SettingsT>();
  network.settings->deadline_us = network.settings->load_deadline_us = 60'000'000;
  return network;
}

std::string packed(const artifact::ArtifactT &artifact) {
  flatbuffers::FlatBufferBuilder bytes;
  artifact::FinishArtifactBuffer(bytes, artifact::CreateArtifact(bytes, &artifact));
  return std::string(reinterpret_cast<const char *>(bytes.GetBufferPointer()), bytes.GetSize());
}

SampleRegion::SampleRegion() {
  bundle::ModelT model;
  model.name = "sample";
  model.regions.push_back(std::make_unique<bundle::RegionT>());
  model.regions[0]->name = "r";
  model.regions[0]->backend = "neuron";
  for (size_t i = 0; i < addresses_.size(); ++i) {
    addresses_[i] = reinterpret_cast<std::byte *>(memory_[i].data());
    auto buffer = std::make_unique<bundle::BufferT>();
    buffer->size = i == 3 ? sizeof memory_[i] : sizeof(Four);
    buffer->space = i == 3 ? bundle::Space::Weights : bundle::Space::Arena;
    model.buffers.push_back(std::move(buffer));
  }
  model_.Finish(bundle::CreateModel(model_, &model));
}

Result<std::unique_ptr<LoadedRegion>> SampleRegion::load(const artifact::ArtifactT &artifact) {
  artifact_ = packed(artifact);
  const auto *model = flatbuffers::GetRoot<bundle::Model>(model_.GetBufferPointer());
  return neuronDevice().load({.model = *model,
                              .region = *model->regions()->Get(0),
                              .artifact = std::as_bytes(std::span(artifact_)),
                              .buffers = addresses_,
                              .path = "x.tandem"});
}

Result<SampleRegion::Four> SampleRegion::run(LoadedRegion &region, const Four &a, const Four &b) {
  struct NoThreads final : ThreadPool {
    int threads() const override { return 1; }
    void parallelFor(int64_t units, Task task, void *context, int64_t) override {
      task(context, 0, units);
    }
  } pool;
  std::memcpy(buffer(0), a.data(), sizeof a);
  std::memcpy(buffer(1), b.data(), sizeof b);
  TANDEM_RETURN_IF_ERROR(region.run(pool));
  Four sum;
  std::memcpy(sum.data(), buffer(2), sizeof sum);
  return sum;
}

} // namespace tandem::neuron::test
