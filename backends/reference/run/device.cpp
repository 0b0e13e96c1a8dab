#include "runtime/device/device.h"

#include "backends/reference/abi/rules.h"
#include "backends/reference/run/op.h"

namespace tandem {
namespace reference {
namespace {

class Loaded final : public LoadedRegion {
public:
  Loaded(std::vector<std::unique_ptr<Tensor>> tensors, std::vector<Kernel> kernels)
      : tensors_(std::move(tensors)), kernels_(std::move(kernels)) {}

  Status run(ThreadPool &) override { // plain loops on one thread: this is the oracle
    for (const Kernel &kernel : kernels_)
      kernel();
    return Status();
  }

private:
  std::vector<std::unique_ptr<Tensor>> tensors_; // kernels hold their addresses
  std::vector<Kernel> kernels_;
};

/// Binds an artifact's ops to the model's tensors and prepares their kernels.
class Loader {
public:
  explicit Loader(const RegionSource &source)
      : source_(source), path_(source.path),
        region_("region '" + source.region.name()->str() + "'"),
        tensors_(source.model.tensors()->size()) {
    registerAllKernels(table_);
  }

  Result<std::unique_ptr<LoadedRegion>> load() {
    const auto *data = reinterpret_cast<const uint8_t *>(source_.artifact.data());
    if (source_.artifact.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
      return Error(Code::kCorruptData, path_, region_, ": its artifact is too large");
    flatbuffers::Verifier verifier(data, source_.artifact.size());
    if (!abi::VerifyArtifactBuffer(verifier))
      return Error(Code::kCorruptData, path_, region_,
                   ": its artifact is none of the reference backend");
    std::vector<Kernel> kernels;
    for (const abi::Op *entry : *abi::GetArtifact(data)->ops()) {
      TANDEM_ASSIGN_OR_RETURN(Op op, bind(*entry));
      TANDEM_RETURN_IF_ERROR(checkTypes(op));
      Prepare prepare = table_.find(op.name);
      if (!prepare)
        return op.error("there is no kernel for it");
      TANDEM_ASSIGN_OR_RETURN(Kernel kernel, prepare(op));
      kernels.push_back(std::move(kernel));
    }
    return std::unique_ptr<LoadedRegion>(new Loaded(std::move(tensors_), std::move(kernels)));
  }

private:
  Result<Op> bind(const abi::Op &entry) {
    Op op;
    op.name = entry.name()->string_view();
    op.path = path_;
    op.place = region_ + ": " + entry.name()->str() + " '" + entry.node()->str() + "'";
    op.attributes = entry.attributes();
    // FlatBuffers' verifier looks at the alignment of a vector's length, not of its elements.
    for (const abi::Attribute *attribute : *op.attributes)
      if (attribute->ints() && attribute->ints()->size() &&
          reinterpret_cast<uintptr_t>(attribute->ints()->Data()) % sizeof(int64_t))
        return op.error("attribute '", attribute->name()->string_view(), "' is not aligned");
    for (uint32_t index : *entry.operands()) {
      TANDEM_ASSIGN_OR_RETURN(const Tensor *tensor, tensorAt(op, index));
      op.operands.push_back(tensor);
    }
    TANDEM_ASSIGN_OR_RETURN(op.output, tensorAt(op, entry.result()));
    uint32_t buffer = source_.model.tensors()->Get(entry.result())->buffer();
    if (source_.model.buffers()->Get(buffer)->space() != bundle::Space::Arena)
      return op.error("its result is not in the arena");
    return op;
  }

  Result<const Tensor *> tensorAt(const Op &op, uint32_t index) {
    if (index >= tensors_.size())
      return op.error("tensor ", index, " of ", tensors_.size());
    if (!tensors_[index])
      tensors_[index] = makeTensor(*source_.model.tensors()->Get(index));
    if (tensors_[index]->count() == 0)
      return op.error("tensor ", index, " has no elements");
    return tensors_[index].get();
  }

  /// Sizes are those that bundle::Reader has checked.
  std::unique_ptr<Tensor> makeTensor(const bundle::Tensor &entry) const {
    auto tensor = std::make_unique<Tensor>();
    tensor->type = static_cast<ElementType>(entry.type());
    tensor->shape.assign(entry.shape()->begin(), entry.shape()->end());
    if (const bundle::Quantization *quantization = entry.quantization()) {
      tensor->quantization.scales.assign(quantization->scales()->begin(),
                                         quantization->scales()->end());
      tensor->quantization.zeroPoints.assign(quantization->zero_points()->begin(),
                                             quantization->zero_points()->end());
      tensor->quantization.axis = quantization->axis();
    }
    tensor->data = source_.buffers[entry.buffer()];
    return tensor;
  }

  static Status checkTypes(const Op &op) {
    std::vector<TensorFacts> operands;
    operands.reserve(op.operands.size());
    for (const Tensor *tensor : op.operands)
      operands.push_back({tensor->type, tensor->quantization});
    std::string reason = whyNot(op.name, operands, {op.result().type, op.result().quantization});
    return reason.empty() ? Status() : op.error(reason);
  }

  const RegionSource &source_;
  std::string path_, region_;
  std::vector<std::unique_ptr<Tensor>> tensors_; ///< by index; those that were asked for
  KernelTable table_;
};

class ReferenceDevice final : public Device {
public:
  std::string_view name() const override { return "reference"; }
  Result<std::unique_ptr<LoadedRegion>> load(const RegionSource &source) const override {
    return Loader(source).load();
  }
};

} // namespace
} // namespace reference

const Device &referenceDevice() {
  static const reference::ReferenceDevice kDevice;
  return kDevice;
}

} // namespace tandem
