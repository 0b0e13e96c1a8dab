#include "compiler/importers/tensorflow/tensor_places.h"

#include <cstdint>
#include <optional>

namespace tandem::tensorflow {
namespace {

constexpr size_t kLarge = 1024;   ///< bytes of a tensor that stay in the file
constexpr char kNoField = '\x07'; ///< at which every parser stops with an error
constexpr uint32_t kContent = 4, kFileOffset = 100, kFileSize = 101; ///< fields of TensorProto

/// The messages on the way to a tensor.
enum class Message {
  kNone,
  kSavedModel,
  kMetaGraph,
  kGraph,
  kLibrary,
  kFunction,
  kNode,
  kAttrEntry,
  kAttrValue,
  kTensor
};

/// What a field of a message is, by the field's number.
Message fieldOf(Message message, uint32_t field) {
  struct Step {
    Message from;
    uint32_t field;
    Message to;
  };
  constexpr Step kSteps[] = {
      {Message::kSavedModel, 2, Message::kMetaGraph}, {Message::kMetaGraph, 2, Message::kGraph},
      {Message::kGraph, 1, Message::kNode},           {Message::kGraph, 2, Message::kLibrary},
      {Message::kLibrary, 1, Message::kFunction},     {Message::kFunction, 3, Message::kNode},
      {Message::kNode, 5, Message::kAttrEntry},       {Message::kAttrEntry, 2, Message::kAttrValue},
      {Message::kAttrValue, 8, Message::kTensor}};
  for (const Step &step : kSteps)
    if (step.from == message && step.field == field)
      return step.to;
  return Message::kNone;
}

std::optional<uint64_t> takeVarint(std::string_view &bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return value;
  }
  return std::nullopt;
}

void putVarint(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

class Copier {
public:
  explicit Copier(std::string_view file) : file_(file) {}

  void copy(Message message, std::string_view bytes, std::string &out) {
    while (!bytes.empty()) {
      std::string_view rest = bytes;
      if (!copyField(message, rest, out)) {
        out += kNoField;
        return;
      }
      bytes = rest;
    }
  }

private:
  /// Takes a field off `bytes`. False for what is none.
  bool copyField(Message message, std::string_view &bytes, std::string &out) {
    std::string_view start = bytes;
    std::optional<uint64_t> key = takeVarint(bytes);
    if (!key || *key > UINT32_MAX)
      return false;
    auto field = static_cast<uint32_t>(*key >> 3);
    bool isOurs = message == Message::kTensor && (field == kFileOffset || field == kFileSize);
    switch (*key & 7) {
    case 0:
      if (!takeVarint(bytes))
        return false;
      break;
    case 1:
    case 5: {
      size_t size = (*key & 7) == 1 ? 8 : 4;
      if (bytes.size() < size)
        return false;
      bytes.remove_prefix(size);
      break;
    }
    case 2:
      return copyBytes(message, field, start, bytes, out);
    default: // groups, which no such file has
      return false;
    }
    if (!isOurs) // a file has no say in places
      out.append(start.substr(0, start.size() - bytes.size()));
    return true;
  }

  bool copyBytes(Message message, uint32_t field, std::string_view start, std::string_view &bytes,
                 std::string &out) {
    std::optional<uint64_t> size = takeVarint(bytes);
    if (!size || *size > bytes.size())
      return false;
    std::string_view content = bytes.substr(0, *size);
    bytes.remove_prefix(*size);
    Message inner = fieldOf(message, field);
    if (message == Message::kTensor && field == kContent && content.size() >= kLarge) {
      putVarint(out, kFileOffset << 3);
      putVarint(out, static_cast<uint64_t>(content.data() - file_.data()));
      putVarint(out, kFileSize << 3);
      putVarint(out, content.size());
    } else if (inner != Message::kNone) {
      std::string copied;
      copy(inner, content, copied);
      putVarint(out, uint64_t(field) << 3 | 2);
      putVarint(out, copied.size());
      out += copied;
    } else {
      out.append(start.substr(0, start.size() - bytes.size()));
    }
    return true;
  }

  std::string_view file_;
};

std::string copyOf(Message message, std::string_view file) {
  std::string out;
  Copier(file).copy(message, file, out);
  return out;
}

} // namespace

std::string graphWithPlaces(std::string_view file) {
  return copyOf(Message::kGraph, file);
}
std::string savedModelWithPlaces(std::string_view file) {
  return copyOf(Message::kSavedModel, file);
}

} // namespace tandem::tensorflow
