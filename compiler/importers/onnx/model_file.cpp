#include "compiler/importers/onnx/model_file.h"

#include "compiler/importers/common/byte_cursor.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>

#include <climits>

namespace tandem::onnx {

namespace {
// Numbers of fields that the installed libonnx may be too old for.
constexpr int kNodeOverload = 8, kFunctionOverload = 13; // IR version 10
constexpr int kFunctionDefaults = 11;                    // IR version 9

std::vector<std::string> unknownStrings(const google::protobuf::UnknownFieldSet &fields,
                                        int number) {
  std::vector<std::string> result;
  for (int i = 0; i < fields.field_count(); ++i)
    if (const auto &field = fields.field(i);
        field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      result.push_back(field.length_delimited());
  return result;
}
std::string unknownString(const google::protobuf::UnknownFieldSet &fields, int number) {
  std::vector<std::string> all = unknownStrings(fields, number);
  return all.empty() ? "" : all.front();
}

Attributes defaultsOf(const proto::FunctionProto &function) {
  Attributes result;
  for (const std::string &bytes : unknownStrings(function.unknown_fields(), kFunctionDefaults)) {
    proto::AttributeProto attribute;
    if (attribute.ParseFromString(bytes))
      result[attribute.name()] = std::move(attribute);
  }
  return result;
}

std::string keyOf(const std::string &domain, const std::string &name, const std::string &overload) {
  return normalizedDomain(domain) + ":" + name + ":" + overload;
}

template <typename Imports> Opsets opsetsOf(const Imports &imports) {
  Opsets result;
  for (const proto::OperatorSetIdProto &import : imports)
    result[normalizedDomain(import.domain())] = import.version();
  return result;
}

llvm::Error checkOpsets(const Opsets &opsets, const llvm::Twine &what) {
  auto standard = opsets.find("");
  if (standard == opsets.end()) // only operators of other domains
    return llvm::Error::success();
  if (standard->second < kOldestOpset || standard->second > kNewestOpset)
    return llvm::createStringError(what + " uses opset " + llvm::Twine(standard->second) +
                                   " of ONNX, " + llvm::Twine(kOldestOpset) + " to " +
                                   llvm::Twine(kNewestOpset) + " are supported");
  return llvm::Error::success();
}

/// A number of 7 bits a byte; false when it does not end.
bool readVarint(ByteCursor &cursor, uint64_t &value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    uint8_t byte = cursor.u8();
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80)
      return cursor.ok();
  }
  return false;
}
} // namespace

std::string normalizedDomain(const std::string &domain) {
  return domain == "ai.onnx" ? "" : domain;
}

std::string functionKey(const proto::NodeProto &node) {
  return keyOf(node.domain(), node.op_type(), unknownString(node.unknown_fields(), kNodeOverload));
}

bool looksLikeModel(std::string_view bytes) {
  enum { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };
  constexpr uint64_t kVersionField = 1, kGraphField = 7, kMostField = 1000;
  constexpr uint64_t kMostVersion = 1000;
  bool hasVersion = false, hasGraph = false;
  for (ByteCursor cursor(bytes); !cursor.atEnd();) {
    uint64_t tag = 0, value = 0;
    if (!readVarint(cursor, tag) || tag >> 3 == 0 || tag >> 3 > kMostField)
      return false;
    uint64_t type = tag & 7, field = tag >> 3;
    if (type != kVarint && type != kFixed64 && type != kBytes && type != kFixed32)
      return false;
    if (type == kFixed64 || type == kFixed32)
      cursor.skip(type == kFixed64 ? 8 : 4);
    else if (!readVarint(cursor, value))
      return false;
    if (type == kBytes)
      cursor.skip(value);
    if (!cursor.ok())
      return false;
    hasVersion |= field == kVersionField && type == kVarint && value > 0 && value < kMostVersion;
    hasGraph |= field == kGraphField && type == kBytes;
  }
  return hasVersion && hasGraph;
}

namespace {
/// The bytes piece by piece: what is behind the parser may leave memory, where a copy is by then.
class ReleasingStream : public google::protobuf::io::ZeroCopyInputStream {
public:
  ReleasingStream(std::string_view bytes, const std::function<void()> &release)
      : stream_(bytes.data(), static_cast<int>(bytes.size()), kPiece), release_(release) {}

  bool Next(const void **data, int *size) override {
    if (release_)
      release_();
    return stream_.Next(data, size);
  }
  void BackUp(int count) override { stream_.BackUp(count); }
  bool Skip(int count) override { return stream_.Skip(count); }
  int64_t ByteCount() const override { return stream_.ByteCount(); }

private:
  static constexpr int kPiece = 8 << 20;
  google::protobuf::io::ArrayInputStream stream_;
  const std::function<void()> &release_;
};
} // namespace

llvm::Expected<ModelFile> readModel(std::string_view bytes, const std::function<void()> &release) {
  if (bytes.size() > INT_MAX)
    return llvm::createStringError("the file has more than 2 GiB, which protobuf cannot hold; save "
                                   "the model with external data");
  ModelFile file;
  file.size = bytes.size();
  file.model = std::make_unique<proto::ModelProto>();
  ReleasingStream stream(bytes, release);
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(INT_MAX);
  if (!file.model->ParsePartialFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
    return llvm::createStringError("the file is not ONNX, damaged, or nested too deeply");
  if (!file.model->has_graph())
    return llvm::createStringError("the file has no graph");
  file.opsets = opsetsOf(file.model->opset_import());
  if (file.opsets.empty()) // what was before there were versions
    file.opsets[""] = 1;
  if (llvm::Error wrong = checkOpsets(file.opsets, "the model"))
    return wrong;
  for (proto::FunctionProto &function : *file.model->mutable_functions()) {
    Opsets opsets = opsetsOf(function.opset_import());
    if (llvm::Error wrong = checkOpsets(opsets, "the function '" + function.name() + "'"))
      return wrong;
    std::string overload = unknownString(function.unknown_fields(), kFunctionOverload);
    file.functions[keyOf(function.domain(), function.name(), overload)] = {
        &function, std::move(opsets), defaultsOf(function)};
  }
  return file;
}

} // namespace tandem::onnx
