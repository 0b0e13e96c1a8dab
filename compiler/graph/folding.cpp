#include "compiler/graph/folding.h"

#include "base/bfloat.h"
#include "base/element_type.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace mlir;

namespace tandem::graph {

/// The type of other elements of a constant, stored as those of `input` are.
static RankedTensorType storedAs(Attribute input, RankedTensorType type) {
  return RankedTensorType::get(type.getShape(), cast<ElementsAttr>(input).getElementType());
}

/// Looks at the same memory.
OpFoldResult foldReshape(Attribute input, RankedTensorType type) {
  if (!isa_and_nonnull<ElementsAttr>(input))
    return {};
  RankedTensorType stored = storedAs(input, type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(input))
    return DenseResourceElementsAttr::get(stored, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseElementsAttr>(input))
    return dense.reshape(stored);
  return {};
}

/// Gathers result elements from `start + sum index[d] * steps[d]`, counted in elements.
static OpFoldResult gather(Attribute input, int64_t start, ArrayRef<int64_t> steps,
                           RankedTensorType type) {
  std::optional<ConstantBytes> bytes = ConstantBytes::of(input);
  if (!bytes)
    return {};
  type = storedAs(input, type);
  size_t size = elementSize(*elementTypeOf(type.getElementType()));
  SmallVector<char, 0> result(size * type.getNumElements());
  SmallVector<int64_t> index(type.getRank(), 0);
  int64_t from = start;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    std::memcpy(result.data() + i * size, bytes->raw().data() + from * size, size);
    for (int64_t d = type.getRank() - 1; d >= 0; --d) { // odometer
      from += steps[d];
      if (++index[d] < type.getDimSize(d))
        break;
      from -= steps[d] * index[d];
      index[d] = 0;
    }
  }
  return takeElements(type, std::move(result));
}

static SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

OpFoldResult foldTranspose(Attribute input, ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation,
                           RankedTensorType type) {
  SmallVector<int64_t> strides = rowMajorStrides(shape), steps;
  for (int64_t from : permutation)
    steps.push_back(strides[from]);
  return gather(input, 0, steps, type);
}

OpFoldResult foldSlice(Attribute input, ArrayRef<int64_t> shape, ArrayRef<int64_t> begin,
                       ArrayRef<int64_t> strides, RankedTensorType type) {
  SmallVector<int64_t> steps = rowMajorStrides(shape);
  int64_t start = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    start += begin[d] * steps[d];
    steps[d] *= strides[d];
  }
  return gather(input, start, steps, type);
}

/// Converted in one step: an integer is rounded once, and wraps as another.
template <typename To> static To readElement(const char *bytes, ElementType type) {
  auto bitsAs = [&]<typename T>(T value) {
    std::memcpy(&value, bytes, sizeof value);
    return value;
  };
  auto read = [&](auto zero) { return static_cast<To>(bitsAs(zero)); };
  switch (type) {
  case ElementType::kF32:
    return read(float());
  case ElementType::kF16:
    return static_cast<To>(halfToFloat(bitsAs(uint16_t())));
  case ElementType::kBF16:
    return static_cast<To>(bfloatToFloat(bitsAs(uint16_t())));
  case ElementType::kI8:
    return read(int8_t());
  case ElementType::kU8:
  case ElementType::kBool:
    return read(uint8_t());
  case ElementType::kI16:
    return read(int16_t());
  case ElementType::kI32:
    return read(int32_t());
  case ElementType::kI64:
    return read(int64_t());
  }
  return 0;
}

OpFoldResult foldGather(Attribute input, Attribute indices, Type indexType, ArrayRef<int64_t> shape,
                        uint64_t axis, RankedTensorType type) {
  std::optional<ConstantBytes> bytes = ConstantBytes::of(input),
                               places = ConstantBytes::of(indices, indexType);
  std::optional<ElementType> index = elementTypeOf(indexType);
  if (!bytes || !places || !index)
    return {};
  type = storedAs(input, type);
  int64_t slice = static_cast<int64_t>(elementSize(*elementTypeOf(type.getElementType())));
  int64_t outer = 1;
  for (int64_t size : shape.drop_front(axis + 1))
    slice *= size;
  for (int64_t size : shape.take_front(axis))
    outer *= size;
  size_t indexSize = elementSize(*index);
  SmallVector<char, 0> result;
  for (int64_t o = 0; o < outer; ++o)
    for (size_t at = 0; at < places->raw().size(); at += indexSize) {
      double place = readElement<double>(places->raw().data() + at, *index);
      auto nearest = static_cast<int64_t>(std::clamp(place, 0.0, double(shape[axis] - 1)));
      ArrayRef<char> from = bytes->raw().slice((o * shape[axis] + nearest) * slice, slice);
      result.append(from.begin(), from.end());
    }
  return takeElements(type, std::move(result));
}

OpFoldResult foldDequantize(Attribute input, RankedTensorType from, RankedTensorType type) {
  std::optional<ConstantBytes> bytes = ConstantBytes::of(input);
  std::optional<ElementType> element = elementTypeOf(from.getElementType());
  if (!bytes || !element)
    return {};
  Quantization quantization = quantizationOf(from.getElementType());
  int64_t inner = 1;
  for (int64_t d = quantization.axis + 1; d < from.getRank(); ++d)
    inner *= from.getDimSize(d);
  SmallVector<float, 0> result(type.getNumElements());
  size_t size = elementSize(*element), channels = quantization.scales.size();
  for (size_t i = 0; i < result.size(); ++i) {
    size_t channel = channels == 1 ? 0 : i / inner % channels;
    double code = readElement<double>(bytes->raw().data() + i * size, *element);
    result[i] =
        quantization.scales[channel] * static_cast<float>(code - quantization.zeroPoints[channel]);
  }
  return takeElements(type, std::move(result));
}

/// Only to f32, which every constant of a float model becomes, and between i32 and i64. Many
/// numbers of 16 bits become f32 in type only: each reader makes them f32 for itself.
OpFoldResult foldCast(Attribute input, RankedTensorType from, RankedTensorType type) {
  bool isNarrow = from.getElementType().isF16() || from.getElementType().isBF16();
  if (isNarrow && type.getElementType().isF32() &&
      isa_and_nonnull<DenseResourceElementsAttr>(input))
    return input;
  std::optional<ConstantBytes> bytes = ConstantBytes::of(input, from.getElementType());
  std::optional<ElementType> source = elementTypeOf(from.getElementType());
  if (!bytes || !source)
    return {};
  size_t size = elementSize(*source);
  auto convert = [&]<typename T>(T) {
    SmallVector<T, 0> result(type.getNumElements());
    for (size_t i = 0; i < result.size(); ++i)
      result[i] = readElement<T>(bytes->raw().data() + i * size, *source);
    return takeElements(type, std::move(result));
  };
  bool integers = isa<IntegerType>(from.getElementType());
  if (type.getElementType().isF32())
    return convert(float());
  if (integers && type.getElementType().isSignlessInteger(32))
    return convert(int32_t());
  if (integers && type.getElementType().isSignlessInteger(64))
    return convert(int64_t());
  return {};
}

} // namespace tandem::graph
