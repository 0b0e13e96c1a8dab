#include "compiler/importers/tflite/reader.h"

#include <cstring>

namespace tandem::tflite {

// Far above what any model has. Each nested vector or table counts, also when two share their
// bytes.
static constexpr flatbuffers::uoffset_t kMaxDepth = 32, kMaxTables = 4'000'000;
// FlatBuffers' offsets have 31 bits; a longer file keeps its weights behind the FlatBuffer.
static constexpr size_t kMaxFlatBuffer = FLATBUFFERS_MAX_BUFFER_SIZE - 1;
static constexpr size_t kIdentifierEnd = 8;

bool hasIdentifier(std::string_view bytes) {
  return bytes.size() >= kIdentifierEnd && bytes.substr(4, 4) == schema::ModelIdentifier();
}

llvm::Expected<Reader> Reader::open(std::string_view bytes) {
  Reader reader;
  if (!hasIdentifier(bytes))
    return llvm::createStringError("no TFLite model: the identifier TFL3 is not at byte 4");
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(std::max_align_t) != 0) {
    reader.aligned_.resize(bytes.size() / sizeof(std::max_align_t) + 1);
    std::memcpy(reader.aligned_.data(), bytes.data(), bytes.size());
    bytes = {reinterpret_cast<const char *>(reader.aligned_.data()), bytes.size()};
  }
  reader.bytes_ = bytes;
  auto *start = reinterpret_cast<const uint8_t *>(bytes.data());
  flatbuffers::Verifier verifier(start, std::min(bytes.size(), kMaxFlatBuffer), kMaxDepth,
                                 kMaxTables);
  if (!schema::VerifyModelBuffer(verifier))
    return llvm::createStringError("the file is damaged: an offset in it leads outside");
  reader.model_ = schema::GetModel(start);
  constexpr uint32_t kVersion = 3;
  if (reader.model_->version() != kVersion)
    return llvm::createStringError("schema version " + llvm::Twine(reader.model_->version()) +
                                   ", expected 3");
  if (!reader.model_->subgraphs() || reader.model_->subgraphs()->size() == 0 ||
      !reader.model_->subgraphs()->Get(0))
    return llvm::createStringError("the model has no subgraph");
  return reader;
}

llvm::Expected<const schema::SubGraph *> Reader::subgraph(int64_t index) const {
  auto *graphs = model_->subgraphs();
  if (index < 0 || index >= int64_t(graphs->size()) || !graphs->Get(index))
    return llvm::createStringError("subgraph " + llvm::Twine(index) + " of " +
                                   llvm::Twine(graphs->size()) + " is not there");
  return graphs->Get(index);
}

llvm::Expected<const schema::Tensor *> Reader::tensor(const schema::SubGraph &graph, int64_t index,
                                                      llvm::StringRef what) const {
  auto *tensors = graph.tensors();
  int64_t count = tensors ? tensors->size() : 0;
  if (index < 0 || index >= count || !tensors->Get(index))
    return llvm::createStringError(what + " refers to tensor " + llvm::Twine(index) + " of " +
                                   llvm::Twine(count));
  return tensors->Get(index);
}

llvm::Expected<llvm::ArrayRef<char>> Reader::dataOf(const schema::Tensor &tensor) const {
  auto *buffers = model_->buffers();
  size_t count = buffers ? buffers->size() : 0;
  if (tensor.external_buffer() != 0)
    return llvm::createStringError("weights in another file are not supported");
  if (count == 0 && tensor.buffer() == 0)
    return llvm::ArrayRef<char>();
  if (tensor.buffer() >= count)
    return llvm::createStringError("buffer " + llvm::Twine(tensor.buffer()) + " of " +
                                   llvm::Twine(count) + " is not there");
  const schema::Buffer *buffer = buffers->Get(tensor.buffer());
  if (buffer->offset() > 1) { // 0 and 1 stand for no data outside
    if (buffer->offset() > bytes_.size() || buffer->size() > bytes_.size() - buffer->offset())
      return llvm::createStringError("buffer " + llvm::Twine(tensor.buffer()) + " takes " +
                                     llvm::Twine(buffer->size()) + " bytes at " +
                                     llvm::Twine(buffer->offset()) + ", the file has " +
                                     llvm::Twine(bytes_.size()));
    return llvm::ArrayRef<char>(bytes_.data() + buffer->offset(), buffer->size());
  }
  if (!buffer->data())
    return llvm::ArrayRef<char>();
  return llvm::ArrayRef<char>(reinterpret_cast<const char *>(buffer->data()->data()),
                              buffer->data()->size());
}

llvm::Expected<const schema::OperatorCode *> Reader::codeOf(const schema::Operator &op) const {
  auto *codes = model_->operator_codes();
  size_t count = codes ? codes->size() : 0;
  if (op.opcode_index() >= count)
    return llvm::createStringError("an operator refers to operator code " +
                                   llvm::Twine(op.opcode_index()) + " of " + llvm::Twine(count));
  return codes->Get(op.opcode_index());
}

schema::BuiltinOperator builtinOf(const schema::OperatorCode &code) {
  // Codes from 127 on came later, in a field of their own; older files have the first only.
  return std::max(code.builtin_code(),
                  static_cast<schema::BuiltinOperator>(code.deprecated_builtin_code()));
}

std::string operatorName(const schema::OperatorCode &code) {
  schema::BuiltinOperator builtin = builtinOf(code);
  if (builtin == schema::BuiltinOperator::CUSTOM)
    return code.custom_code() ? code.custom_code()->str() : "CUSTOM";
  std::string name = schema::EnumNameBuiltinOperator(builtin);
  return name.empty() ? "operator " + std::to_string(static_cast<int>(builtin)) : name;
}

llvm::SmallVector<int64_t> integersOf(const flatbuffers::Vector<int64_t> *vector) {
  llvm::SmallVector<int64_t> integers(vector ? vector->size() : 0);
  if (!integers.empty())
    std::memcpy(integers.data(), vector->Data(), integers.size() * sizeof(int64_t));
  return integers;
}

std::string tensorName(const schema::Tensor &tensor, int64_t index) {
  if (tensor.name() && tensor.name()->size() > 0)
    return tensor.name()->str();
  return "tensor " + std::to_string(index);
}

} // namespace tandem::tflite
