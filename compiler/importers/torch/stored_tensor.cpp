#include "compiler/importers/torch/stored_tensor.h"

#include "base/element_type.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/narrow.h"

#include "llvm/ADT/Twine.h"

#include <cstring>

namespace tandem::torch {

namespace {
struct ScalarInfo {
  ScalarType type;
  size_t size;
  llvm::StringLiteral name;
  ElementType element;
};
constexpr ScalarInfo kScalars[] = {
    {ScalarType::kByte, 1, "uint8", ElementType::kU8},
    {ScalarType::kChar, 1, "int8", ElementType::kI8},
    {ScalarType::kShort, 2, "int16", ElementType::kI16},
    {ScalarType::kInt, 4, "int32", ElementType::kI32},
    {ScalarType::kLong, 8, "int64", ElementType::kI64},
    {ScalarType::kHalf, 2, "float16", ElementType::kF16},
    {ScalarType::kFloat, 4, "float32", ElementType::kF32},
    {ScalarType::kDouble, 8, "float64", ElementType::kF32},
    {ScalarType::kBool, 1, "bool", ElementType::kBool},
    {ScalarType::kBFloat16, 2, "bfloat16", ElementType::kBF16},
};
const ScalarInfo *infoOf(ScalarType type) {
  for (const ScalarInfo &info : kScalars)
    if (info.type == type)
      return &info;
  return nullptr;
}
} // namespace

std::optional<size_t> scalarSize(ScalarType type) {
  const ScalarInfo *info = infoOf(type);
  return info ? std::optional(info->size) : std::nullopt;
}
llvm::StringRef scalarName(ScalarType type) {
  const ScalarInfo *info = infoOf(type);
  if (type == ScalarType::kComplexFloat || type == ScalarType::kComplexDouble)
    return type == ScalarType::kComplexFloat ? "complex64" : "complex128";
  return info ? llvm::StringRef(info->name) : "of a type unknown here";
}
mlir::Type graphType(mlir::MLIRContext *context, ScalarType type) {
  return graph::plainType(context, infoOf(type)->element);
}

/// {"as_int": 3}, or {"as_expr": {"expr_str": "s0", ...}} for a size that is open.
static bool parseSymInts(const Json *list, llvm::SmallVectorImpl<int64_t> &numbers,
                         llvm::SmallVectorImpl<std::string> *symbols) {
  if (!list || !list->is_array())
    return false;
  for (const Json &entry : *list) {
    const Json *number = member(entry, "as_int");
    const Json *expression = member(entry, "as_expr");
    std::optional<int64_t> value = number ? asInt(*number) : std::nullopt;
    if (!value && !expression)
      return false;
    numbers.push_back(value.value_or(-1));
    if (symbols)
      symbols->push_back(value ? "" : stringMember(*expression, "expr_str").str());
  }
  return true;
}

std::optional<TensorMeta> parseTensorMeta(const Json &json) {
  TensorMeta meta;
  const Json *type = member(json, "dtype");
  std::optional<int64_t> number = type ? asInt(*type) : std::nullopt;
  if (!number || !parseSymInts(member(json, "sizes"), meta.sizes, &meta.symbols) ||
      !parseSymInts(member(json, "strides"), meta.strides, nullptr) ||
      meta.strides.size() != meta.sizes.size())
    return std::nullopt;
  meta.type = static_cast<ScalarType>(*number);
  if (const Json *offset = member(json, "storage_offset"))
    if (const Json *elements = member(*offset, "as_int"))
      meta.offset = asInt(*elements).value_or(-1);
  for (auto [index, size] : llvm::enumerate(meta.sizes))
    if (size < 0 && meta.symbols[index].empty())
      return std::nullopt;
  return meta;
}

static bool isContiguous(const StoredTensor &tensor) {
  int64_t expected = 1;
  for (size_t i = tensor.sizes.size(); i-- > 0;) {
    if (tensor.sizes[i] != 1 && tensor.strides[i] != expected)
      return false;
    expected *= tensor.sizes[i];
  }
  return true;
}

/// Copies element by element, counting the index up from the last dimension.
static void gather(const StoredTensor &tensor, size_t size, const char *source,
                   std::vector<char> &elements) {
  llvm::SmallVector<int64_t> index(tensor.sizes.size(), 0), strides(tensor.strides);
  for (auto [extent, stride] : llvm::zip(tensor.sizes, strides))
    if (extent == 1) // may be any number, and is never taken
      stride = 0;
  int64_t at = 0;
  for (size_t done = 0; done < elements.size(); done += size) {
    std::memcpy(elements.data() + done, source + at * static_cast<int64_t>(size), size);
    for (size_t i = index.size(); i-- > 0;) {
      at += strides[i];
      if (++index[i] < tensor.sizes[i])
        break;
      at -= index[i] * strides[i];
      index[i] = 0;
    }
  }
}

static Elements owned(std::vector<char> elements) {
  auto owner = std::make_shared<const std::vector<char>>(std::move(elements));
  return {*owner, owner};
}

llvm::Expected<Elements> readElements(const StoredTensor &tensor) {
  std::optional<size_t> size = scalarSize(tensor.type);
  if (!size)
    return llvm::createStringError(
        "element type " + llvm::Twine(static_cast<int64_t>(tensor.type)) + " is not supported");
  std::optional<int64_t> count = elementCount(tensor.sizes);
  size_t held = tensor.storage->size() / *size;
  // Only a view that repeats elements has more of them than its storage; models hardly have any.
  constexpr size_t kRepeatable = 1 << 16;
  if (!count || tensor.strides.size() != tensor.sizes.size() || tensor.offset < 0 ||
      static_cast<uint64_t>(*count) > std::max(held, kRepeatable))
    return llvm::createStringError("shape " + shapeText(tensor.sizes) + " does not fit into " +
                                   llvm::Twine(tensor.storage->size()) + " bytes");
  __int128 last = tensor.offset;
  for (auto [extent, stride] : llvm::zip(tensor.sizes, tensor.strides)) {
    if (stride < 0)
      return llvm::createStringError("a stride is negative");
    last += __int128(stride) * (extent - 1);
  }
  size_t bytes = *count * *size;
  if (bytes == 0)
    return Elements();
  if (last >= __int128(held))
    return llvm::createStringError("shape " + shapeText(tensor.sizes) + " does not fit into " +
                                   llvm::Twine(tensor.storage->size()) + " bytes");
  const char *source = tensor.storage->data() + tensor.offset * static_cast<int64_t>(*size);
  bool isPlain = tensor.type != ScalarType::kBool && tensor.type != ScalarType::kDouble;
  if (isPlain && isContiguous(tensor))
    return Elements{{source, bytes}, tensor.storage};
  std::vector<char> elements(bytes);
  gather(tensor, *size, source, elements);
  if (tensor.type == ScalarType::kBool) // any other bit pattern is no bool of C++
    for (char &element : elements)
      element = element != 0;
  return owned(tensor.type == ScalarType::kDouble ? floatsOfDoubles(elements)
                                                  : std::move(elements));
}

} // namespace tandem::torch
