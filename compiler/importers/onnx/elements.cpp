#include "compiler/importers/onnx/elements.h"

#include "base/bfloat.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cmath>
#include <cstring>

using namespace mlir;

namespace tandem::onnx {

namespace {

template <typename T> T read(const char *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}
template <typename T> void write(char *bytes, T value) {
  std::memcpy(bytes, &value, sizeof(T));
}

double loadReal(ElementType type, const char *bytes) {
  switch (type) {
  case ElementType::kF32:
    return read<float>(bytes);
  case ElementType::kF16:
    return halfToFloat(read<uint16_t>(bytes));
  default:
    return bfloatToFloat(read<uint16_t>(bytes));
  }
}

int64_t loadInteger(ElementType type, const char *bytes) {
  switch (type) {
  case ElementType::kI8:
    return read<int8_t>(bytes);
  case ElementType::kI16:
    return read<int16_t>(bytes);
  case ElementType::kI32:
    return read<int32_t>(bytes);
  case ElementType::kI64:
    return read<int64_t>(bytes);
  default:
    return read<uint8_t>(bytes);
  }
}

void storeReal(ElementType type, char *bytes, double value) {
  if (type == ElementType::kF32)
    write(bytes, static_cast<float>(value));
  else if (type == ElementType::kF16)
    write(bytes, floatToHalf(static_cast<float>(value)));
  else
    write(bytes, floatToBfloat(static_cast<float>(value)));
}

void storeInteger(ElementType type, char *bytes, int64_t value) {
  if (type == ElementType::kBool)
    value = value != 0;
  std::memcpy(bytes, &value, elementSize(type)); // little-endian: the low bytes come first
}
} // namespace

bool isReal(ElementType type) {
  return type == ElementType::kF32 || type == ElementType::kF16 || type == ElementType::kBF16;
}

Elements::Elements(ElementType type, ArrayRef<int64_t> shape, std::vector<char> owned)
    : type_(type), shape_(shape),
      owned_(std::make_shared<const std::vector<char>>(std::move(owned))), view_(*owned_) {}

Elements Elements::ofReals(ElementType type, ArrayRef<int64_t> shape,
                           function_ref<double(int64_t)> valueAt) {
  size_t size = elementSize(type);
  std::vector<char> bytes(*elementCount(shape) * size);
  for (int64_t i = 0; i < *elementCount(shape); ++i)
    storeReal(type, bytes.data() + i * size, valueAt(i));
  return Elements(type, shape, std::move(bytes));
}

Elements Elements::ofIntegers(ElementType type, ArrayRef<int64_t> shape,
                              function_ref<int64_t(int64_t)> valueAt) {
  size_t size = elementSize(type);
  std::vector<char> bytes(*elementCount(shape) * size);
  for (int64_t i = 0; i < *elementCount(shape); ++i)
    storeInteger(type, bytes.data() + i * size, valueAt(i));
  return Elements(type, shape, std::move(bytes));
}

Elements Elements::ofShape(ArrayRef<int64_t> dims) {
  return ofIntegers(ElementType::kI64, static_cast<int64_t>(dims.size()),
                    [&](int64_t i) { return dims[i]; });
}

Elements Elements::moved(const Elements &from, ArrayRef<int64_t> shape,
                         function_ref<int64_t(int64_t)> placeOf) {
  size_t size = from.size();
  std::vector<char> bytes(*elementCount(shape) * size);
  for (int64_t i = 0; i < *elementCount(shape); ++i)
    std::memcpy(bytes.data() + i * size, from.at(placeOf(i)), size);
  return Elements(from.type_, shape, std::move(bytes));
}

Elements Elements::splat(const Elements &one, ArrayRef<int64_t> shape) {
  Elements result = one;
  result.shape_.assign(shape.begin(), shape.end());
  result.isSplat_ = result.count() != 1;
  return result;
}

std::optional<Elements> Elements::of(Value value) {
  std::optional<Elements> stored = storedOf(value);
  return stored ? stored->cast(*graph::elementTypeOf(getElementTypeOrSelf(value))) : stored;
}

std::optional<Elements> Elements::storedOf(Value value) {
  auto constant = value ? value.getDefiningOp<graph::ConstantOp>() : graph::ConstantOp();
  if (!constant || graph::isQuantized(value.getType()))
    return std::nullopt;
  RankedTensorType type = graph::tensorType(value);
  ElementsAttr attribute = constant.getValue();
  if (graph::isQuantized(attribute.getElementType())) { // codes stand for f32
    std::optional<graph::ConstantBytes> reals = graph::constantOf(value);
    return reals ? std::optional(
                       Elements(ElementType::kF32, type.getShape(),
                                std::vector<char>(reals->raw().begin(), reals->raw().end())))
                 : std::nullopt;
  }
  // A storage type of plain elements is the type itself.
  ElementType element = *graph::elementTypeOf(attribute.getElementType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    return Elements(element, type.getShape(), blob->getData());
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense)
    return std::nullopt;
  if (element == ElementType::kBool) { // packed or not is MLIR's affair: ask per element
    if (dense.isSplat())
      return splat(ofIntegers(element, {}, [&](int64_t) { return dense.getSplatValue<bool>(); }),
                   type.getShape());
    auto values = dense.getValues<bool>();
    return ofIntegers(element, type.getShape(), [&](int64_t i) { return values[i]; });
  }
  Elements result(element, type.getShape(), dense.getRawData());
  result.isSplat_ = dense.isSplat() && result.count() != 1;
  return result;
}

int64_t Elements::count() const {
  return *elementCount(shape_);
}
bool Elements::isReal() const {
  return onnx::isReal(type_);
}
double Elements::real(int64_t index) const {
  return isReal() ? loadReal(type_, at(index)) : static_cast<double>(loadInteger(type_, at(index)));
}

int64_t Elements::integer(int64_t index) const {
  if (!isReal())
    return loadInteger(type_, at(index));
  double value = loadReal(type_, at(index));
  constexpr double kEnd = 9223372036854775808.0; // 2^63
  if (std::isnan(value))
    return 0;
  if (value >= kEnd || value < -kEnd)
    return value > 0 ? INT64_MAX : INT64_MIN;
  return static_cast<int64_t>(value);
}

SmallVector<int64_t> Elements::integers() const {
  SmallVector<int64_t> result;
  for (int64_t i = 0, end = count(); i < end; ++i)
    result.push_back(integer(i));
  return result;
}

Elements Elements::reshaped(ArrayRef<int64_t> shape) const {
  Elements result = *this;
  result.shape_.assign(shape.begin(), shape.end());
  return result;
}

Elements Elements::cast(ElementType type) const {
  if (type == type_)
    return *this;
  if (isSplat_)
    return splat(splat(*this, {}).cast(type), shape_);
  if (onnx::isReal(type))
    return ofReals(type, shape_, [&](int64_t i) { return real(i); });
  if (type == ElementType::kBool)
    return ofIntegers(type, shape_, [&](int64_t i) { return real(i) != 0; });
  return ofIntegers(type, shape_, [&](int64_t i) { return integer(i); });
}

} // namespace tandem::onnx
