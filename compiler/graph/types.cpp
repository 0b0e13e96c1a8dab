#include "compiler/graph/types.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"

using namespace mlir;
namespace quant = mlir::quant;

namespace tandem::graph {

Type storageType(Type elementType) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(elementType))
    return quantized.getStorageType();
  return elementType;
}

static std::optional<ElementType> integerOf(unsigned width, bool isUnsigned) {
  switch (width) {
  case 1:
    return ElementType::kBool;
  case 8:
    return isUnsigned ? ElementType::kU8 : ElementType::kI8;
  case 16:
    return ElementType::kI16;
  case 32:
    return ElementType::kI32;
  case 64:
    return ElementType::kI64;
  default:
    return std::nullopt;
  }
}

std::optional<ElementType> elementTypeOf(Type type) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(type))
    return integerOf(quantized.getStorageTypeIntegralWidth(), !quantized.isSigned());
  if (type.isF32())
    return ElementType::kF32;
  if (type.isF16())
    return ElementType::kF16;
  if (type.isBF16())
    return ElementType::kBF16;
  if (auto integer = dyn_cast<IntegerType>(type))
    return integerOf(integer.getWidth(), integer.isUnsigned());
  return std::nullopt;
}

Type plainType(MLIRContext *context, ElementType type) {
  switch (type) {
  case ElementType::kF32:
    return Float32Type::get(context);
  case ElementType::kF16:
    return Float16Type::get(context);
  case ElementType::kBF16:
    return BFloat16Type::get(context);
  case ElementType::kI8:
    return IntegerType::get(context, 8);
  case ElementType::kU8:
    return IntegerType::get(context, 8, IntegerType::Unsigned);
  case ElementType::kI16:
    return IntegerType::get(context, 16);
  case ElementType::kI32:
    return IntegerType::get(context, 32);
  case ElementType::kI64:
    return IntegerType::get(context, 64);
  case ElementType::kBool:
    return IntegerType::get(context, 1);
  }
  llvm_unreachable("element type");
}

Quantization quantizationOf(Type type) {
  Quantization result;
  if (auto perTensor = dyn_cast<quant::UniformQuantizedType>(type)) {
    result.scales = {static_cast<float>(perTensor.getScale())};
    result.zeroPoints = {static_cast<int32_t>(perTensor.getZeroPoint())};
  } else if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    result.axis = perAxis.getQuantizedDimension();
    for (double scale : perAxis.getScales())
      result.scales.push_back(static_cast<float>(scale));
    for (int64_t zeroPoint : perAxis.getZeroPoints())
      result.zeroPoints.push_back(static_cast<int32_t>(zeroPoint));
  }
  return result;
}

Type quantizedType(MLIRContext *context, ElementType storage, const Quantization &quantization,
                   bool narrow) {
  unsigned width = 8 * static_cast<unsigned>(elementSize(storage));
  bool isSigned = storage != ElementType::kU8;
  auto integer = IntegerType::get(context, width);
  int64_t low = quant::QuantizedType::getDefaultMinimumForInteger(isSigned, width) + narrow;
  int64_t high = quant::QuantizedType::getDefaultMaximumForInteger(isSigned, width);
  unsigned flags = isSigned ? quant::QuantizationFlags::Signed : 0;
  auto real = Float32Type::get(context);
  if (!quantization.perChannel())
    return quant::UniformQuantizedType::get(flags, integer, real, quantization.scales[0],
                                            quantization.zeroPoints[0], low, high);
  SmallVector<double> scales(quantization.scales.begin(), quantization.scales.end());
  SmallVector<int64_t> zeroPoints(quantization.zeroPoints.begin(), quantization.zeroPoints.end());
  return quant::UniformQuantizedPerAxisType::get(flags, integer, real, scales, zeroPoints,
                                                 quantization.axis, low, high);
}

Type transposedElement(Type elementType, ArrayRef<int64_t> permutation) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(elementType);
  if (!perAxis)
    return elementType;
  auto axis = llvm::find(permutation, perAxis.getQuantizedDimension()) - permutation.begin();
  return quant::UniformQuantizedPerAxisType::get(
      perAxis.getFlags(), perAxis.getStorageType(), perAxis.getExpressedType(), perAxis.getScales(),
      perAxis.getZeroPoints(), static_cast<int32_t>(axis), perAxis.getStorageTypeMin(),
      perAxis.getStorageTypeMax());
}

bool isQuantized(Type type) {
  return isa<quant::QuantizedType>(getElementTypeOrSelf(type));
}

} // namespace tandem::graph
