#include "compiler/graph/codes.h"

#include "compiler/graph/types.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"

#include <algorithm>
#include <functional>
#include <numeric>

using namespace mlir;

namespace tandem::graph {

bool mayStayCodes(Type elementType) {
  auto quantized = dyn_cast<quant::QuantizedType>(elementType);
  std::optional<ElementType> element = elementTypeOf(elementType);
  return quantized && element && quantized.getExpressedType().isF32() &&
         !quantizationOf(elementType).empty() && elementSize(*element) < sizeof(float);
}

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

/// `inner` codes lie side by side that have one scale.
template <typename Code>
static SmallVector<char, 0> toReals(ArrayRef<char> bytes, const Quantization &quantization,
                                    size_t inner) {
  ArrayRef codes(reinterpret_cast<const Code *>(bytes.data()), bytes.size() / sizeof(Code));
  SmallVector<char, 0> result(codes.size() * sizeof(float));
  auto *reals = reinterpret_cast<float *>(result.data());
  for (size_t begin = 0, run = 0; begin < codes.size(); begin += inner, ++run) {
    size_t channel = run % quantization.scales.size();
    float scale = quantization.scales[channel];
    int64_t zeroPoint = quantization.zeroPoints[channel];
    for (size_t i = begin, end = std::min(begin + inner, codes.size()); i < end; ++i)
      reals[i] = scale * static_cast<float>(static_cast<int64_t>(codes[i]) - zeroPoint);
  }
  return result;
}

SmallVector<char, 0> dequantized(ArrayRef<char> codes, RankedTensorType type) {
  Quantization quantization = quantizationOf(type.getElementType());
  int64_t inner = quantization.perChannel()
                      ? product(type.getShape().drop_front(quantization.axis + 1))
                      : type.getNumElements();
  auto run = static_cast<size_t>(std::max<int64_t>(inner, 1));
  switch (*elementTypeOf(type.getElementType())) {
  case ElementType::kI8:
    return toReals<int8_t>(codes, quantization, run);
  case ElementType::kU8:
  case ElementType::kBool:
    return toReals<uint8_t>(codes, quantization, run);
  case ElementType::kI16:
    return toReals<int16_t>(codes, quantization, run);
  case ElementType::kI32:
    return toReals<int32_t>(codes, quantization, run);
  case ElementType::kI64:
    return toReals<int64_t>(codes, quantization, run);
  case ElementType::kF32:
  case ElementType::kF16:
  case ElementType::kBF16:
    break;
  }
  llvm_unreachable("codes are integers");
}

/// `stored` under another shape, with these scales; as it is where it has none.
static RankedTensorType withScales(RankedTensorType stored, ArrayRef<int64_t> shape,
                                   const Quantization &quantization) {
  if (quantization.empty())
    return stored.clone(shape);
  Type element = stored.getElementType();
  return RankedTensorType::get(
      shape, quantizedType(stored.getContext(), *elementTypeOf(element), quantization));
}

RankedTensorType reshapedStorage(RankedTensorType stored, ArrayRef<int64_t> shape) {
  Quantization quantization = quantizationOf(stored.getElementType());
  if (!quantization.perChannel())
    return withScales(stored, shape, quantization);
  int64_t outer = product(stored.getShape().take_front(quantization.axis));
  int64_t channels = stored.getDimSize(quantization.axis);
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (shape[axis] == channels && product(shape.take_front(axis)) == outer) {
      quantization.axis = static_cast<int32_t>(axis);
      return withScales(stored, shape, quantization);
    }
  return {};
}

/// The storage of the channels at these places of the dimension that has scales.
static RankedTensorType ofChannels(RankedTensorType stored, ArrayRef<int64_t> shape,
                                   const Quantization &all, ArrayRef<int64_t> places) {
  Quantization taken;
  taken.axis = all.axis;
  for (int64_t place : places) {
    taken.scales.push_back(all.scales[place]);
    taken.zeroPoints.push_back(all.zeroPoints[place]);
  }
  return taken.empty() ? RankedTensorType() : withScales(stored, shape, taken);
}

RankedTensorType slicedStorage(RankedTensorType stored, ArrayRef<int64_t> begin,
                               ArrayRef<int64_t> strides, ArrayRef<int64_t> shape) {
  Quantization quantization = quantizationOf(stored.getElementType());
  if (!quantization.perChannel())
    return withScales(stored, shape, quantization);
  SmallVector<int64_t> places;
  for (int64_t i = 0; i < shape[quantization.axis]; ++i)
    places.push_back(begin[quantization.axis] + i * strides[quantization.axis]);
  return ofChannels(stored, shape, quantization, places);
}

RankedTensorType gatheredStorage(RankedTensorType stored, int64_t axis, ArrayRef<int64_t> places,
                                 ArrayRef<int64_t> shape) {
  Quantization quantization = quantizationOf(stored.getElementType());
  auto more = static_cast<int32_t>(shape.size()) - static_cast<int32_t>(stored.getRank());
  if (quantization.perChannel() && quantization.axis == axis)
    return more > 0 ? RankedTensorType() : ofChannels(stored, shape, quantization, places);
  if (quantization.axis > axis)
    quantization.axis += more;
  return withScales(stored, shape, quantization);
}

} // namespace tandem::graph
