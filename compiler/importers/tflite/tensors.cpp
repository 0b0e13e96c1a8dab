#include "compiler/importers/tflite/tensors.h"

#include "compiler/graph/types.h"

#include <cmath>
#include <limits>
#include <optional>

using namespace mlir;

namespace tandem::tflite {

static std::optional<ElementType> storageOf(schema::TensorType type) {
  switch (type) {
  case schema::TensorType::FLOAT32:
    return ElementType::kF32;
  case schema::TensorType::FLOAT16:
    return ElementType::kF16;
  case schema::TensorType::BFLOAT16:
    return ElementType::kBF16;
  case schema::TensorType::INT8:
    return ElementType::kI8;
  case schema::TensorType::UINT8:
    return ElementType::kU8;
  case schema::TensorType::INT16:
    return ElementType::kI16;
  case schema::TensorType::INT32:
    return ElementType::kI32;
  case schema::TensorType::INT64:
    return ElementType::kI64;
  case schema::TensorType::BOOL:
    return ElementType::kBool;
  default:
    return std::nullopt;
  }
}

static bool isCode(ElementType type) {
  return type == ElementType::kI8 || type == ElementType::kU8 || type == ElementType::kI16;
}

static bool isInStorage(int64_t zeroPoint, ElementType storage) {
  if (storage == ElementType::kU8)
    return zeroPoint >= 0 && zeroPoint <= UINT8_MAX;
  int64_t limit = storage == ElementType::kI8 ? INT8_MAX : INT16_MAX;
  return zeroPoint >= -limit - 1 && zeroPoint <= limit;
}

static llvm::Expected<Quantization> quantizationOf(const schema::Tensor &tensor,
                                                   const schema::QuantizationParameters &parameters,
                                                   ElementType storage) {
  if (parameters.details_type() != schema::QuantizationDetails::NONE)
    return llvm::createStringError("custom or block-wise quantization, which is not supported");
  Quantization result;
  result.scales.assign(parameters.scale()->begin(), parameters.scale()->end());
  for (float scale : result.scales)
    if (!std::isfinite(scale) || scale <= 0)
      return llvm::createStringError("a scale of " + std::to_string(scale) +
                                     ", expected finite and positive");
  llvm::SmallVector<int64_t> zeroPoints = integersOf(parameters.zero_point());
  size_t count = zeroPoints.size();
  if (count > 1 && count != result.scales.size())
    return llvm::createStringError(llvm::Twine(count) + " zero points for " +
                                   llvm::Twine(result.scales.size()) + " scales");
  for (size_t i = 0; i < result.scales.size(); ++i) {
    int64_t zeroPoint = count == 0 ? 0 : zeroPoints[count == 1 ? 0 : i];
    if (!isInStorage(zeroPoint, storage))
      return llvm::createStringError("a zero point of " + llvm::Twine(zeroPoint) +
                                     " that its type does not hold");
    result.zeroPoints.push_back(static_cast<int32_t>(zeroPoint));
  }
  result.axis = parameters.quantized_dimension();
  if (!result.perChannel())
    return result;
  llvm::SmallVector<int64_t> shape = dimensionsOf(tensor);
  int64_t size = result.axis >= 0 && result.axis < static_cast<int64_t>(shape.size())
                     ? shape[result.axis]
                     : -1;
  if (size != static_cast<int64_t>(result.scales.size()))
    return llvm::createStringError(llvm::Twine(result.scales.size()) + " scales along dimension " +
                                   llvm::Twine(result.axis) + ", which does not have as many");
  return result;
}

static bool hasScales(const schema::Tensor &tensor) {
  const schema::QuantizationParameters *parameters = tensor.quantization();
  return parameters && parameters->scale() && parameters->scale()->size() > 0;
}

bool isCodes(const schema::Tensor &tensor) {
  std::optional<ElementType> storage = storageOf(tensor.type());
  return storage && isCode(*storage) && hasScales(tensor);
}
bool isCodes16(const schema::Tensor &tensor) {
  return tensor.type() == schema::TensorType::INT16 && isCodes(tensor);
}

llvm::Expected<Type> elementTypeOf(const schema::Tensor &tensor, MLIRContext &context) {
  if (tensor.type() == schema::TensorType::COMPLEX64)
    return ComplexType::get(Float32Type::get(&context));
  std::optional<ElementType> storage = storageOf(tensor.type());
  if (!storage) {
    llvm::StringRef name = schema::EnumNameTensorType(tensor.type());
    return llvm::createStringError("element type " +
                                   (name.empty() ? llvm::StringRef("unknown") : name) +
                                   ", which is not supported");
  }
  if (!hasScales(tensor) || !isCode(*storage))
    return graph::plainType(&context, *storage);
  llvm::Expected<Quantization> quantization =
      quantizationOf(tensor, *tensor.quantization(), *storage);
  if (!quantization)
    return quantization.takeError();
  return graph::quantizedType(&context, *storage, *quantization);
}

llvm::SmallVector<int64_t> dimensionsOf(const schema::Tensor &tensor) {
  llvm::SmallVector<int64_t> result;
  if (tensor.shape())
    result.append(tensor.shape()->begin(), tensor.shape()->end());
  return result;
}

llvm::SmallVector<int64_t> signatureOf(const schema::Tensor &tensor) {
  llvm::SmallVector<int64_t> result;
  if (tensor.shape_signature())
    result.append(tensor.shape_signature()->begin(), tensor.shape_signature()->end());
  return result;
}

} // namespace tandem::tflite
