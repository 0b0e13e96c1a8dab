#include "bundle/test/sample.h"

namespace tandem::bundle {
namespace {
std::unique_ptr<TensorT> tensor(std::string name, ElementType type, std::vector<int64_t> shape,
                                uint32_t buffer) {
  auto result = std::make_unique<TensorT>();
  result->name = std::move(name);
  result->type = type;
  result->shape = std::move(shape);
  result->buffer = buffer;
  return result;
}

std::unique_ptr<BufferT> buffer(Space space, uint64_t offset, uint64_t size) {
  auto result = std::make_unique<BufferT>();
  result->space = space;
  result->offset = offset;
  result->size = size;
  return result;
}

std::unique_ptr<QuantizationT> quantization(std::vector<float> scales, std::vector<int32_t> zeros,
                                            int32_t axis) {
  auto result = std::make_unique<QuantizationT>();
  result->scales = std::move(scales);
  result->zero_points = std::move(zeros);
  result->axis = axis;
  return result;
}
} // namespace

ManifestT sampleManifest() {
  auto model = std::make_unique<ModelT>();
  model->name = "sample";
  model->source_format = "tflite";
  model->source_file = "sample.tflite";
  model->arena_size = 256;
  model->weights = 0;
  model->buffers.push_back(buffer(Space::Arena, 0, 12));
  model->buffers.push_back(buffer(Space::Arena, 64, 12));
  model->buffers.push_back(buffer(Space::Weights, 64, 6));
  model->tensors.push_back(tensor("in", ElementType::I8, {1, 4, 3}, 0));
  model->tensors.push_back(tensor("out", ElementType::F32, {1, 3}, 1));
  model->tensors.push_back(tensor("", ElementType::I8, {3, 2}, 2));
  model->tensors[0]->quantization = quantization({0.5f}, {-3}, 0);
  model->tensors[2]->quantization = quantization({0.25f, 0.5f, 1.0f}, {0, 0, 0}, 0);
  model->inputs = {0};
  model->outputs = {1};
  auto region = std::make_unique<RegionT>();
  region->name = "region 0";
  region->backend = "reference";
  region->artifact = 1;
  region->op_count = 1;
  region->macs = 18;
  region->ops = {"fully_connected out"};
  model->regions.push_back(std::move(region));
  ManifestT manifest;
  manifest.producer = "tandem test";
  manifest.report = "{}";
  manifest.models.push_back(std::move(model));
  return manifest;
}

Writer sampleWriter() {
  Writer writer;
  writer.addBlob(std::string(70, 'w'));
  writer.addBlob("an artifact");
  return writer;
}

} // namespace tandem::bundle
