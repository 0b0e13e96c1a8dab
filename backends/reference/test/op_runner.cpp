#include "backends/reference/test/op_runner.h"

#include "runtime/device/device.h"

#include <gtest/gtest.h>

namespace tandem {
const Device &referenceDevice();

namespace reference {
namespace {
/// What the reference backend never asks for.
struct NoThreads final : ThreadPool {
  int threads() const override { return 1; }
  void parallelFor(int64_t units, Task task, void *context, int64_t) override {
    task(context, 0, units);
  }
};
} // namespace

OpRunner::OpRunner(std::string op) {
  model_.name = "test";
  auto region = std::make_unique<bundle::RegionT>();
  region->name = "r";
  region->backend = "reference";
  model_.regions.push_back(std::move(region));
  artifact_.ops.push_back(std::make_unique<abi::OpT>());
  op_ = artifact_.ops[0].get();
  op_->name = std::move(op);
  op_->node = "n";
}

uint32_t OpRunner::addTensor(ElementType type, Shape shape, Quantization quantization) {
  auto index = static_cast<uint32_t>(model_.tensors.size());
  size_t bytes = static_cast<size_t>(*elementCount(shape)) * elementSize(type);
  memory_.push_back(std::make_unique<std::byte[]>(bytes));
  auto buffer = std::make_unique<bundle::BufferT>();
  buffer->space = bundle::Space::Arena;
  buffer->size = bytes;
  model_.buffers.push_back(std::move(buffer));
  auto tensor = std::make_unique<bundle::TensorT>();
  tensor->type = static_cast<bundle::ElementType>(type);
  tensor->shape = std::move(shape);
  tensor->buffer = index;
  if (!quantization.empty()) {
    tensor->quantization = std::make_unique<bundle::QuantizationT>();
    tensor->quantization->scales = std::move(quantization.scales);
    tensor->quantization->zero_points = std::move(quantization.zeroPoints);
    tensor->quantization->axis = quantization.axis;
  }
  model_.tensors.push_back(std::move(tensor));
  return index;
}

OpRunner &OpRunner::integers(std::string name, std::vector<int64_t> values) {
  auto attribute = std::make_unique<abi::AttributeT>();
  attribute->name = std::move(name);
  attribute->ints = std::move(values);
  op_->attributes.push_back(std::move(attribute));
  return *this;
}

OpRunner &OpRunner::real(std::string name, float value) {
  auto attribute = std::make_unique<abi::AttributeT>();
  attribute->name = std::move(name);
  attribute->reals = {value};
  op_->attributes.push_back(std::move(attribute));
  return *this;
}

OpRunner &OpRunner::keyword(std::string name, std::string value) {
  auto attribute = std::make_unique<abi::AttributeT>();
  attribute->name = std::move(name);
  attribute->keyword = std::move(value);
  op_->attributes.push_back(std::move(attribute));
  return *this;
}

Status OpRunner::run() {
  flatbuffers::FlatBufferBuilder model, artifact;
  model.Finish(bundle::CreateModel(model, &model_));
  abi::FinishArtifactBuffer(artifact, abi::CreateArtifact(artifact, &artifact_));
  const auto *view = flatbuffers::GetRoot<bundle::Model>(model.GetBufferPointer());
  std::vector<std::byte *> buffers;
  for (const auto &memory : memory_)
    buffers.push_back(memory.get());
  RegionSource source = {
      .model = *view,
      .region = *view->regions()->Get(0),
      .artifact = std::as_bytes(std::span(artifact.GetBufferPointer(), artifact.GetSize())),
      .buffers = buffers,
      .path = "x.tandem"};
  TANDEM_ASSIGN_OR_RETURN(std::unique_ptr<LoadedRegion> region, referenceDevice().load(source));
  NoThreads pool;
  return region->run(pool);
}

bool OpRunner::runOrFail() {
  Status status = run();
  if (!status.ok())
    ADD_FAILURE() << status.error().text();
  return status.ok();
}

std::string OpRunner::refusal() {
  Status status = run();
  return status.ok() ? "" : status.error().text();
}

} // namespace reference
} // namespace tandem
