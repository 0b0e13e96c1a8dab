#include "compiler/backend/model_builder.h"

#include "compiler/backend/work.h"
#include "compiler/graph/constants.h"

#include "llvm/Support/SHA256.h"

using namespace mlir;

namespace tandem {

BufferId ModelBuilder::addBuffer(BufferInfo info) {
  buffers_.push_back(info);
  return static_cast<BufferId>(buffers_.size() - 1);
}

BufferId ModelBuilder::bufferOf(Value value) {
  if (auto found = bufferOf_.find(value); found != bufferOf_.end())
    return found->second;
  BufferId id;
  if (std::optional<graph::ConstantBytes> bytes = graph::constantOf(value))
    id = constant(bytes->raw());
  else
    id = addBuffer({.size = storedBytes(value)});
  bufferOf_[value] = id;
  return id;
}

TensorId ModelBuilder::tensorOf(Value value) {
  auto [found, inserted] = tensorOf_.try_emplace(value, static_cast<TensorId>(tensors_.size()));
  if (inserted)
    tensors_.push_back({value, "", bufferOf(value)});
  return found->second;
}

void ModelBuilder::alias(Value value, Value of) {
  bufferOf_[value] = bufferOf(of);
}

BufferId ModelBuilder::scratch(uint64_t bytes) {
  return addBuffer({.size = bytes});
}

BufferId ModelBuilder::constant(ArrayRef<char> bytes) {
  ArrayRef<uint8_t> raw(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  std::array<uint8_t, 32> hash = llvm::SHA256::hash(raw);
  StringRef key(reinterpret_cast<const char *>(hash.data()), hash.size());
  auto [found, inserted] = constantOf_.try_emplace(key, 0);
  if (inserted) {
    weights_.resize((weights_.size() + 63) / 64 * 64);
    found->second =
        addBuffer({.constant = true, .size = bytes.size(), .weightsOffset = weights_.size()});
    weights_.insert(weights_.end(), bytes.begin(), bytes.end());
  }
  return found->second;
}

void ModelBuilder::step(ArrayRef<BufferId> uses) {
  for (BufferId buffer : uses)
    markLive(buffer, step_, step_);
  ++step_;
}

void ModelBuilder::markLive(BufferId buffer, int64_t from, int64_t to) {
  BufferInfo &info = buffers_[buffer];
  info.firstUse = info.firstUse < 0 ? from : std::min(info.firstUse, from);
  info.lastUse = std::max(info.lastUse, to);
}

TensorId ModelBuilder::namedTensor(Value value, StringRef name) {
  tensors_.push_back({value, name.str(), bufferOf(value)});
  return static_cast<TensorId>(tensors_.size() - 1);
}

} // namespace tandem
