#include "compiler/importers/onnx/tensors.h"

#include "compiler/importers/common/node_builder.h"

#include <cstring>

namespace tandem::onnx {

namespace {
struct TypeInfo {
  int64_t dataType;
  llvm::StringLiteral name;
  std::optional<ElementType> element;
};
// https://onnx.ai/onnx/api/classes.html#tensorproto; also those that libonnx does not know yet.
constexpr TypeInfo kTypes[] = {
    {1, "FLOAT", ElementType::kF32},    {2, "UINT8", ElementType::kU8},
    {3, "INT8", ElementType::kI8},      {4, "UINT16", std::nullopt},
    {5, "INT16", ElementType::kI16},    {6, "INT32", ElementType::kI32},
    {7, "INT64", ElementType::kI64},    {8, "STRING", std::nullopt},
    {9, "BOOL", ElementType::kBool},    {10, "FLOAT16", ElementType::kF16},
    {11, "DOUBLE", std::nullopt},       {12, "UINT32", std::nullopt},
    {13, "UINT64", std::nullopt},       {14, "COMPLEX64", std::nullopt},
    {15, "COMPLEX128", std::nullopt},   {16, "BFLOAT16", ElementType::kBF16},
    {17, "FLOAT8E4M3FN", std::nullopt}, {18, "FLOAT8E4M3FNUZ", std::nullopt},
    {19, "FLOAT8E5M2", std::nullopt},   {20, "FLOAT8E5M2FNUZ", std::nullopt},
    {21, "UINT4", std::nullopt},        {22, "INT4", std::nullopt},
    {23, "FLOAT4E2M1", std::nullopt},   {24, "FLOAT8E8M0", std::nullopt},
    {25, "UINT2", std::nullopt},        {26, "INT2", std::nullopt},
};
const TypeInfo *infoOf(int64_t dataType) {
  for (const TypeInfo &info : kTypes)
    if (info.dataType == dataType)
      return &info;
  return nullptr;
}

template <typename T> llvm::ArrayRef<char> bytesOf(const google::protobuf::RepeatedField<T> &list) {
  return {reinterpret_cast<const char *>(list.data()), list.size() * sizeof(T)};
}

llvm::Error wrongSize(const proto::TensorProto &tensor, llvm::ArrayRef<int64_t> shape, size_t has,
                      llvm::StringRef unit) {
  return llvm::createStringError("shape " + shapeText(shape) + " of " +
                                 typeName(tensor.data_type()) + " does not go with " +
                                 llvm::Twine(has) + " " + unit);
}

/// Bytes as the file has them in one piece: raw, or behind a list of the type's own.
llvm::Expected<Elements> fromBytes(const proto::TensorProto &tensor, llvm::ArrayRef<char> bytes,
                                   ElementType type, llvm::ArrayRef<int64_t> shape) {
  if (bytes.size() != *elementCount(shape) * elementSize(type))
    return wrongSize(tensor, shape, bytes.size(), "bytes");
  if (type == ElementType::kBool) // any other bit pattern is no bool of C++
    return Elements::ofIntegers(type, shape, [&](int64_t i) { return bytes[i] != 0; });
  return Elements(type, shape, bytes);
}

/// DOUBLE in bytes of any alignment.
llvm::Expected<Elements> fromDoubles(const proto::TensorProto &tensor, llvm::ArrayRef<char> bytes,
                                     llvm::ArrayRef<int64_t> shape) {
  if (bytes.size() != *elementCount(shape) * sizeof(double))
    return wrongSize(tensor, shape, bytes.size(), "bytes");
  return Elements::ofReals(ElementType::kF32, shape, [&](int64_t i) {
    double value;
    std::memcpy(&value, bytes.data() + i * sizeof(double), sizeof(double));
    return value;
  });
}

/// Small types are stored one by one as 32-bit integers; halves by their bits.
llvm::Expected<Elements> fromInts(const proto::TensorProto &tensor, ElementType type,
                                  llvm::ArrayRef<int64_t> shape) {
  const auto &list = tensor.int32_data();
  if (list.size() != *elementCount(shape))
    return wrongSize(tensor, shape, list.size(), "numbers");
  if (!isReal(type))
    return Elements::ofIntegers(type, shape, [&](int64_t i) { return list[static_cast<int>(i)]; });
  std::vector<char> bytes(list.size() * elementSize(type));
  for (int i = 0; i < list.size(); ++i)
    std::memcpy(bytes.data() + i * elementSize(type), &list[i], elementSize(type));
  return Elements(type, shape, std::move(bytes));
}
} // namespace

std::string typeName(int64_t dataType) {
  const TypeInfo *info = infoOf(dataType);
  return info ? info->name.str() : "element type " + std::to_string(dataType);
}

std::optional<ElementType> elementTypeOf(int64_t dataType) {
  const TypeInfo *info = infoOf(dataType);
  return info ? info->element : std::nullopt;
}

/// Of a tensor that is not in the record: in its own list or in another file.
static llvm::Expected<llvm::ArrayRef<char>> rawBytes(const proto::TensorProto &tensor,
                                                     ExternalFiles &files) {
  if (tensor.data_location() == proto::TensorProto::EXTERNAL)
    return files.read(tensor);
  return llvm::ArrayRef<char>(tensor.raw_data().data(), tensor.raw_data().size());
}

llvm::Expected<Elements> readTensor(const proto::TensorProto &tensor, ExternalFiles &files) {
  llvm::SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  std::optional<ElementType> type = elementTypeOf(tensor.data_type());
  bool isDouble = tensor.data_type() == proto::TensorProto::DOUBLE;
  if (!type && !isDouble)
    return llvm::createStringError("element type " + typeName(tensor.data_type()) +
                                   " is not supported");
  if (!hasSaneSize(shape))
    return llvm::createStringError("the shape " + shapeText(shape) + " makes no sense");
  if (tensor.has_segment())
    return llvm::createStringError("it is stored in segments, which is not supported");

  llvm::Expected<llvm::ArrayRef<char>> bytes = rawBytes(tensor, files);
  if (!bytes)
    return bytes.takeError();
  bool isRaw = tensor.data_location() == proto::TensorProto::EXTERNAL || tensor.has_raw_data();
  if (isDouble)
    return fromDoubles(tensor, isRaw ? *bytes : bytesOf(tensor.double_data()), shape);
  if (isRaw)
    return fromBytes(tensor, *bytes, *type, shape);
  if (type == ElementType::kF32)
    return fromBytes(tensor, bytesOf(tensor.float_data()), *type, shape);
  if (type == ElementType::kI64)
    return fromBytes(tensor, bytesOf(tensor.int64_data()), *type, shape);
  return fromInts(tensor, *type, shape);
}

llvm::Expected<Elements> readUnpacked(const proto::TensorProto &tensor, ExternalFiles &files) {
  llvm::StringRef name = infoOf(tensor.data_type()) ? infoOf(tensor.data_type())->name : "";
  bool isSigned = name == "INT4" || name == "INT2";
  int64_t width = name.ends_with("INT4") ? 4 : name.ends_with("INT2") ? 2 : 0;
  llvm::SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  if (width == 0 || !hasSaneSize(shape) || tensor.has_segment())
    return readTensor(tensor, files);
  llvm::Expected<llvm::ArrayRef<char>> raw = rawBytes(tensor, files);
  if (!raw)
    return raw.takeError();
  std::vector<char> listed(tensor.int32_data().begin(), tensor.int32_data().end());
  llvm::ArrayRef<char> bytes = raw->empty() ? llvm::ArrayRef<char>(listed) : *raw;
  int64_t perByte = 8 / width, count = *elementCount(shape);
  if (static_cast<int64_t>(bytes.size()) != (count + perByte - 1) / perByte)
    return wrongSize(tensor, shape, bytes.size(), "bytes");
  return Elements::ofIntegers(
      isSigned ? ElementType::kI8 : ElementType::kU8, shape, [&](int64_t i) -> int64_t {
        int64_t code = static_cast<uint8_t>(bytes[i / perByte]) >> (i % perByte * width);
        code &= (1 << width) - 1;
        return isSigned && code >> (width - 1) ? code - (1 << width) : code;
      });
}

} // namespace tandem::onnx
