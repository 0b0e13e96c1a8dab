#include "compiler/importers/common/fixed_values.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/fixed_shapes.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;

namespace tandem {

namespace {

std::string textOf(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", number);
  return text;
}

template <typename T> constexpr bool isReal = std::is_floating_point_v<T>;

/// Whether a T is exactly this number, or of reals the nearest to it.
template <typename T> bool fits(double number) {
  if constexpr (isReal<T>)
    return std::abs(number) <= std::numeric_limits<T>::max() || !std::isfinite(number);
  // 2^63 is a double, and one more than the largest of 64 bits.
  double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  double least = std::is_signed_v<T> ? -end : 0;
  return number == std::floor(number) && number >= least && number < end;
}

template <typename T>
llvm::Expected<SmallVector<char>> bytesOf(ArrayRef<double> numbers, size_t count,
                                          const Twine &subject, StringRef typeName) {
  SmallVector<char> bytes(count * sizeof(T));
  for (size_t i = 0; i < count; ++i) {
    double number = numbers[numbers.size() == 1 ? 0 : i];
    if (!fits<T>(number))
      return optionError(subject + ": --value gives " + textOf(number) + ", which is no " +
                         typeName);
    T element = static_cast<T>(number);
    std::memcpy(bytes.data() + i * sizeof(T), &element, sizeof(T));
  }
  return bytes;
}

llvm::Expected<SmallVector<char>> bytesOf(ElementType type, ArrayRef<double> numbers, size_t count,
                                          const Twine &subject) {
  StringRef name = elementTypeName(type);
  switch (type) {
  case ElementType::kF32:
    return bytesOf<float>(numbers, count, subject, name);
  case ElementType::kI64:
    return bytesOf<int64_t>(numbers, count, subject, name);
  case ElementType::kI32:
    return bytesOf<int32_t>(numbers, count, subject, name);
  case ElementType::kI16:
    return bytesOf<int16_t>(numbers, count, subject, name);
  case ElementType::kI8:
    return bytesOf<int8_t>(numbers, count, subject, name);
  case ElementType::kU8:
    return bytesOf<uint8_t>(numbers, count, subject, name);
  case ElementType::kBool:
    return bytesOf<bool>(numbers, count, subject, name);
  default:
    return optionError(subject + ": --value is not supported of elements of " + name);
  }
}

} // namespace

llvm::Expected<Value> fixedValue(const ImportOptions &options, StringRef input,
                                 RankedTensorType type, OpBuilder &builder) {
  auto fixed = options.values.find(input);
  if (fixed == options.values.end())
    return Value();
  std::string subject = ("input '" + input + "'").str();
  size_t count = type.getNumElements();
  if (fixed->second.size() != 1 && fixed->second.size() != count)
    return optionError(subject + ": --value gives " + Twine(fixed->second.size()) +
                       " numbers, expected one or " + Twine(count));
  std::optional<ElementType> element = graph::elementTypeOf(type.getElementType());
  if (!element)
    return optionError(subject + ": --value is not supported of its elements");
  auto bytes = bytesOf(*element, fixed->second, count, subject);
  if (!bytes)
    return bytes.takeError();
  Location location = NameLoc::get(builder.getStringAttr(input));
  return graph::createConstant(builder, location, type, ArrayRef<char>(*bytes));
}

} // namespace tandem
