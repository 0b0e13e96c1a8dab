#include "compiler/graph/folding.h"

#include "base/bfloat.h"
#include "base/element_type.h"
#include "compiler/graph/codes.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/permute.h"
#include "compiler/graph/types.h"

#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace mlir;

namespace tandem::graph {

/// The type that a constant is stored in, for a fold that moves elements; null for no constant.
static RankedTensorType storageOf(Attribute input) {
  auto elements = dyn_cast_or_null<ElementsAttr>(input);
  return elements ? cast<RankedTensorType>(elements.getType()) : RankedTensorType();
}

/// The elements of `input` as they are stored, for a fold whose result is to be `stored`, or in
/// f32, which `stored` becomes then, where that is null: no type says how they would be stored. A
/// resource in a text may have too few.
static std::optional<ConstantBytes> bytesToMove(Attribute input, RankedTensorType type,
                                                RankedTensorType &stored) {
  std::optional<ConstantBytes> bytes =
      stored ? ConstantBytes::of(input) : ConstantBytes::of(input, type.getElementType());
  if (!stored)
    stored = type;
  std::optional<ElementType> element = elementTypeOf(stored.getElementType());
  auto count = static_cast<size_t>(storageOf(input).getNumElements());
  if (!bytes || !element || bytes->size() != elementSize(*element) * count)
    return std::nullopt;
  return bytes;
}

/// Few codes become the numbers that they stand for.
template <typename Vector>
static OpFoldResult takeStored(RankedTensorType stored, RankedTensorType type, Vector elements) {
  ElementsAttr result = takeElements(stored, std::move(elements));
  return isQuantized(stored) ? foldDequantize(result, stored, type) : result;
}

/// Looks at the same memory.
OpFoldResult foldReshape(Attribute input, RankedTensorType type) {
  RankedTensorType from = storageOf(input);
  if (!from)
    return {};
  RankedTensorType stored = reshapedStorage(from, type.getShape());
  if (!stored) {
    std::optional<ConstantBytes> bytes = bytesToMove(input, type, stored);
    return bytes ? OpFoldResult(makeElements(type, bytes->raw())) : OpFoldResult();
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(input))
    return DenseResourceElementsAttr::get(stored, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseElementsAttr>(input))
    return dense.reshape(stored);
  return {};
}

OpFoldResult foldTranspose(Attribute input, ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation,
                           RankedTensorType type) {
  RankedTensorType stored = storageOf(input);
  if (!stored)
    return {};
  stored = stored.clone(type.getShape(), transposedElement(stored.getElementType(), permutation));
  std::optional<ConstantBytes> bytes = bytesToMove(input, type, stored);
  if (!bytes)
    return {};
  size_t size = elementSize(*elementTypeOf(stored.getElementType()));
  return takeStored(stored, type, permuted(bytes->raw(), size, shape, permutation));
}

/// Gathers result elements from `start + sum index[d] * steps[d]`, counted in elements.
static OpFoldResult gather(Attribute input, int64_t start, ArrayRef<int64_t> steps,
                           RankedTensorType type, RankedTensorType stored) {
  std::optional<ConstantBytes> bytes = bytesToMove(input, type, stored);
  if (!bytes)
    return {};
  size_t size = elementSize(*elementTypeOf(stored.getElementType()));
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
  return takeStored(stored, type, std::move(result));
}

static SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

OpFoldResult foldSlice(Attribute input, ArrayRef<int64_t> shape, ArrayRef<int64_t> begin,
                       ArrayRef<int64_t> strides, RankedTensorType type) {
  RankedTensorType from = storageOf(input);
  if (!from)
    return {};
  SmallVector<int64_t> steps = rowMajorStrides(shape);
  int64_t start = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    start += begin[d] * steps[d];
    steps[d] *= strides[d];
  }
  return gather(input, start, steps, type, slicedStorage(from, begin, strides, type.getShape()));
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

/// Places in a dimension of `size`; those outside are taken as the nearest inside.
static std::optional<SmallVector<int64_t>> placesOf(Attribute indices, Type indexType,
                                                    int64_t size) {
  std::optional<ConstantBytes> bytes = ConstantBytes::of(indices, indexType);
  std::optional<ElementType> index = elementTypeOf(indexType);
  if (!bytes || !index)
    return std::nullopt;
  SmallVector<int64_t> result;
  for (size_t at = 0; at < bytes->raw().size(); at += elementSize(*index)) {
    double place = readElement<double>(bytes->raw().data() + at, *index);
    result.push_back(static_cast<int64_t>(std::clamp(place, 0.0, double(size - 1))));
  }
  return result;
}

OpFoldResult foldGather(Attribute input, Attribute indices, Type indexType, ArrayRef<int64_t> shape,
                        uint64_t axis, RankedTensorType type) {
  RankedTensorType from = storageOf(input);
  std::optional<SmallVector<int64_t>> places = placesOf(indices, indexType, shape[axis]);
  if (!from || !places)
    return {};
  RankedTensorType stored =
      gatheredStorage(from, static_cast<int64_t>(axis), *places, type.getShape());
  std::optional<ConstantBytes> bytes = bytesToMove(input, type, stored);
  if (!bytes)
    return {};
  int64_t slice = static_cast<int64_t>(elementSize(*elementTypeOf(stored.getElementType())));
  int64_t outer = 1;
  for (int64_t size : shape.drop_front(axis + 1))
    slice *= size;
  for (int64_t size : shape.take_front(axis))
    outer *= size;
  SmallVector<char, 0> result;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t place : *places) {
      ArrayRef<char> taken = bytes->raw().slice((o * shape[axis] + place) * slice, slice);
      result.append(taken.begin(), taken.end());
    }
  return takeStored(stored, type, std::move(result));
}

/// Many codes become f32 in type only: each reader makes them f32 for itself.
OpFoldResult foldDequantize(Attribute input, RankedTensorType from, RankedTensorType type) {
  auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(input);
  if (resource && mayStayCodes(from.getElementType()))
    return DenseResourceElementsAttr::get(from, resource.getRawHandle());
  std::optional<ConstantBytes> bytes = ConstantBytes::of(input);
  if (!bytes || !elementTypeOf(from.getElementType()))
    return {};
  return takeElements(type, dequantized(bytes->raw(), from));
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
