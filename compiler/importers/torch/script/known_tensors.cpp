#include "compiler/importers/torch/script/known_tensors.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/node_builder.h"

#include <cstring>

using namespace mlir;

namespace tandem::torch::script {

uint64_t bytesOf(graph::ConstantOp constant) {
  RankedTensorType type = graph::tensorType(constant);
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  std::optional<ElementType> element = graph::elementTypeOf(type.getElementType());
  uint64_t count = dense && dense.isSplat() ? 1 : type.getNumElements();
  return count * (element ? elementSize(*element) : 1);
}

template <typename T> static double first(ArrayRef<char> bytes) {
  T value = {};
  std::memcpy(&value, bytes.data(), std::min(sizeof(value), bytes.size()));
  return static_cast<double>(value);
}

static std::optional<double> numberOf(Type type, ArrayRef<char> bytes) {
  if (bytes.empty())
    return std::nullopt;
  if (type.isF32())
    return first<float>(bytes);
  if (type.isInteger(1))
    return bytes.front() != 0;
  if (type.isInteger(64))
    return first<int64_t>(bytes);
  if (type.isInteger(32))
    return first<int32_t>(bytes);
  return std::nullopt;
}

std::optional<double> onlyNumber(Value constant) {
  if (elementCount(shapeOf(constant)) != 1)
    return std::nullopt;
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(constant);
  if (!bytes)
    return std::nullopt;
  return numberOf(getElementTypeOrSelf(constant), bytes->raw());
}

std::optional<double> onlyNumber(const StoredTensor &stored) {
  if (elementCount(stored.sizes) != 1)
    return std::nullopt;
  llvm::Expected<Elements> elements = readElements(stored);
  if (!elements) {
    llvm::consumeError(elements.takeError());
    return std::nullopt;
  }
  switch (stored.type) {
  case ScalarType::kLong:
    return first<int64_t>(elements->bytes);
  case ScalarType::kInt:
    return first<int32_t>(elements->bytes);
  case ScalarType::kFloat:
  case ScalarType::kDouble: // becomes f32
    return first<float>(elements->bytes);
  case ScalarType::kBool:
    return elements->bytes.front() != 0;
  default:
    return std::nullopt;
  }
}

} // namespace tandem::torch::script
