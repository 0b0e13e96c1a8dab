#include "compiler/importers/tensorflow/elements.h"

#include "compiler/importers/common/narrow.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <cstring>

namespace tandem::tensorflow {

namespace {
struct TypeInfo {
  DataType type;
  llvm::StringLiteral name;
  size_t size; ///< in a file
  ElementType element;
};
constexpr TypeInfo kTypes[] = {
    {DataType::kFloat, "float32", 4, ElementType::kF32},
    {DataType::kDouble, "float64", 8, ElementType::kF32},
    {DataType::kInt32, "int32", 4, ElementType::kI32},
    {DataType::kUint8, "uint8", 1, ElementType::kU8},
    {DataType::kInt16, "int16", 2, ElementType::kI16},
    {DataType::kInt8, "int8", 1, ElementType::kI8},
    {DataType::kInt64, "int64", 8, ElementType::kI64},
    {DataType::kBool, "bool", 1, ElementType::kBool},
    {DataType::kBfloat16, "bfloat16", 2, ElementType::kBF16},
    {DataType::kHalf, "float16", 2, ElementType::kF16},
};
const TypeInfo *infoOf(int32_t type) {
  const auto *info = llvm::find_if(
      kTypes, [&](const TypeInfo &each) { return static_cast<int32_t>(each.type) == type; });
  return info == std::end(kTypes) ? nullptr : info;
}

/// A constant that repeats one element needs few bytes of a file; real ones of this kind are small.
constexpr int64_t kMaxRepeated = 1 << 20;

/// The listed elements; the last of them (or zero) stands for all that are left out.
template <typename T, typename List> std::vector<char> listed(const List &list, int64_t count) {
  std::vector<char> bytes(count * sizeof(T));
  T value{};
  for (int64_t i = 0; i < count; ++i) {
    if (i < list.size())
      value = static_cast<T>(list[static_cast<int>(i)]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

int64_t listedCount(const proto::TensorProto &tensor) {
  return int64_t(tensor.float_val_size()) + tensor.double_val_size() + tensor.int_val_size() +
         tensor.int64_val_size() + tensor.bool_val_size() + tensor.half_val_size();
}

std::vector<char> listedElements(const proto::TensorProto &tensor, int64_t count) {
  switch (static_cast<DataType>(tensor.dtype())) {
  case DataType::kFloat:
    return listed<float>(tensor.float_val(), count);
  case DataType::kDouble:
    return listed<float>(tensor.double_val(), count);
  case DataType::kInt32:
    return listed<int32_t>(tensor.int_val(), count);
  case DataType::kInt16:
    return listed<int16_t>(tensor.int_val(), count);
  case DataType::kInt64:
    return listed<int64_t>(tensor.int64_val(), count);
  case DataType::kBool:
    return listed<uint8_t>(tensor.bool_val(), count);
  case DataType::kBfloat16:
  case DataType::kHalf:
    return listed<uint16_t>(tensor.half_val(), count);
  default: // 8 bits, with sign or without
    return listed<int8_t>(tensor.int_val(), count);
  }
}
} // namespace

std::string typeName(int32_t type) {
  if (const TypeInfo *info = infoOf(type))
    return info->name.str();
  if (type == static_cast<int32_t>(DataType::kString))
    return "string";
  if (type == static_cast<int32_t>(DataType::kResource))
    return "resource";
  return "type " + std::to_string(type);
}

std::optional<ElementType> graphElementType(int32_t type) {
  const TypeInfo *info = infoOf(type);
  return info ? std::optional(info->element) : std::nullopt;
}

std::optional<size_t> fileElementSize(int32_t type) {
  const TypeInfo *info = infoOf(type);
  return info ? std::optional(info->size) : std::nullopt;
}

std::optional<llvm::SmallVector<int64_t>> shapeFrom(const proto::TensorShapeProto &shape) {
  if (shape.unknown_rank())
    return std::nullopt;
  llvm::SmallVector<int64_t> dims;
  for (const auto &dim : shape.dim())
    dims.push_back(std::max<int64_t>(dim.size(), -1));
  return dims;
}

int64_t Elements::count() const {
  return elementCount(shape).value_or(0);
}

llvm::Expected<Elements> elementsOf(int32_t type, llvm::SmallVector<int64_t> shape,
                                    llvm::ArrayRef<char> content) {
  const TypeInfo *info = infoOf(type);
  if (!info)
    return llvm::createStringError("elements of " + typeName(type) + " are not supported");
  std::optional<int64_t> count = elementCount(shape);
  if (!count || static_cast<uint64_t>(*count) > content.size() / info->size ||
      *count * info->size != content.size())
    return llvm::createStringError("shape " + shapeText(shape) + " of " + info->name.str() +
                                   " does not fit its " + llvm::Twine(content.size()) + " bytes");
  Elements elements{info->element, std::move(shape), content, {}};
  if (info->type == DataType::kDouble)
    elements.owned = floatsOfDoubles(content);
  if (info->type == DataType::kBool) { // any other bit pattern is no bool of C++
    elements.owned.assign(content.begin(), content.end());
    for (char &element : elements.owned)
      element = element != 0;
  }
  return elements;
}

llvm::Expected<Elements> elementsOf(const proto::TensorProto &tensor, std::string_view file) {
  std::optional<llvm::SmallVector<int64_t>> shape = shapeFrom(tensor.tensor_shape());
  if (!shape)
    return llvm::createStringError("a constant of unknown rank");
  std::string_view content = tensor.tensor_content();
  if (tensor.file_size() > 0) { // tensor_places.cpp has found it there
    if (tensor.file_offset() > file.size() ||
        tensor.file_size() > file.size() - tensor.file_offset())
      return llvm::createStringError("a constant outside the file");
    content = file.substr(tensor.file_offset(), tensor.file_size());
  }
  if (!content.empty())
    return elementsOf(tensor.dtype(), std::move(*shape), {content.data(), content.size()});
  const TypeInfo *info = infoOf(tensor.dtype());
  if (!info)
    return llvm::createStringError("elements of " + typeName(tensor.dtype()) +
                                   " are not supported");
  std::optional<int64_t> count = elementCount(*shape);
  int64_t given = listedCount(tensor);
  if (count && given < *count && *count > kMaxRepeated)
    return llvm::createStringError("shape " + shapeText(*shape) + " has " + llvm::Twine(given) +
                                   " listed elements, the last of which may stand for others up "
                                   "to " +
                                   llvm::Twine(kMaxRepeated) + " elements in all");
  if (!count || given > *count)
    return llvm::createStringError("shape " + shapeText(*shape) + " does not fit its " +
                                   llvm::Twine(given) + " listed elements");
  return Elements{info->element, std::move(*shape), {}, listedElements(tensor, *count)};
}

} // namespace tandem::tensorflow
