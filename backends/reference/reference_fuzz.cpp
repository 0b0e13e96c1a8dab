// Artifacts from strangers through the run half of the reference backend: loaded, and run when
// accepted, on a fixed model whose tensors are guarded by the heap.
#include "backends/reference/abi/artifact_generated.h"
#include "base/element_type.h"
#include "runtime/device/device.h"

#include <cstdint>
#include <cstring>

namespace tandem {
const Device &referenceDevice();

namespace {
struct NoThreads final : ThreadPool {
  int threads() const override { return 1; }
  void parallelFor(int64_t units, Task task, void *context, int64_t) override {
    task(context, 0, units);
  }
};

/// Tensors of every kind and of a few small shapes that go together in many ways. A mutated
/// artifact names them by index.
class Model {
public:
  Model() {
    bundle::ModelT model;
    model.name = "fuzz";
    auto region = std::make_unique<bundle::RegionT>();
    region->name = "r";
    region->backend = "reference";
    model.regions.push_back(std::move(region));
    for (const Shape &shape :
         {Shape{1, 4, 4, 2}, Shape{2, 2, 2, 2}, Shape{2, 3}, Shape{2}, Shape{1, 2, 2, 8}})
      for (bool quantized : {false, true})
        for (ElementType type :
             {ElementType::kF32, ElementType::kI8, ElementType::kU8, ElementType::kI32})
          if (!quantized || type != ElementType::kF32)
            add(model, type, shape, quantized);
    for (const Shape &shape : {Shape{1, 4, 4, 2}, Shape{2, 3}, Shape{2}})
      for (ElementType type : {ElementType::kBool, ElementType::kI64})
        add(model, type, shape, /*quantized=*/false);
    builder_.Finish(bundle::CreateModel(builder_, &model));
  }

  const bundle::Model &get() const {
    return *flatbuffers::GetRoot<bundle::Model>(builder_.GetBufferPointer());
  }
  std::span<std::byte *const> buffers() const { return buffers_; }

private:
  void add(bundle::ModelT &model, ElementType type, const Shape &shape, bool quantized) {
    size_t bytes = static_cast<size_t>(*elementCount(shape)) * elementSize(type);
    memory_.push_back(
        std::make_unique<std::byte[]>(bytes)); // exactly: a sanitizer sees one byte more
    std::memset(memory_.back().get(), 1, bytes);
    buffers_.push_back(memory_.back().get());
    auto buffer = std::make_unique<bundle::BufferT>();
    buffer->size = bytes;
    auto tensor = std::make_unique<bundle::TensorT>();
    tensor->type = static_cast<bundle::ElementType>(type);
    tensor->shape = shape;
    tensor->buffer = static_cast<uint32_t>(model.buffers.size());
    if (quantized) {
      tensor->quantization = std::make_unique<bundle::QuantizationT>();
      tensor->quantization->scales = {1.0f / 256};
      tensor->quantization->zero_points = {type == ElementType::kI8 ? -128 : 0};
    }
    model.buffers.push_back(std::move(buffer));
    model.tensors.push_back(std::move(tensor));
  }

  flatbuffers::FlatBufferBuilder builder_;
  std::vector<std::unique_ptr<std::byte[]>> memory_;
  std::vector<std::byte *> buffers_;
};
} // namespace
} // namespace tandem

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace tandem;
  static const Model kModel;
  // A bundle's blobs are aligned; so must this copy be.
  std::vector<uint64_t> copy(size / sizeof(uint64_t) + 1);
  if (size)
    std::memcpy(copy.data(), data, size);
  RegionSource source = {.model = kModel.get(),
                         .region = *kModel.get().regions()->Get(0),
                         .artifact = std::as_bytes(std::span(copy)).first(size),
                         .buffers = kModel.buffers(),
                         .path = "fuzz"};
  auto region = referenceDevice().load(source);
  if (!region.ok())
    return 0;
  NoThreads pool;
  volatile bool good = (*region)->run(pool).ok();
  (void)good;
  return 0;
}
