#include "compiler/graph/constants.h"

#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace tandem::graph {

// Up to here an attribute is printed in full, which tests and people like to read.
static constexpr size_t kInlineBytes = 256;

std::optional<ConstantBytes> ConstantBytes::of(Attribute attribute) {
  ConstantBytes result;
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    result.view_ = blob->getData();
    return result;
  }
  auto dense = dyn_cast_or_null<DenseElementsAttr>(attribute);
  if (!dense)
    return std::nullopt;
  if (dense.getElementType().isInteger(1)) { // packed or not is MLIR's affair: ask per element
    for (bool value : dense.getValues<bool>())
      result.owned_.push_back(value);
    return result;
  }
  result.view_ = dense.getRawData();
  if (dense.isSplat() && dense.getNumElements() != 1) {
    for (int64_t i = 0; i < dense.getNumElements(); ++i)
      result.owned_.append(result.view_.begin(), result.view_.end());
    result.view_ = {};
  }
  return result;
}

std::optional<ConstantBytes> constantOf(Value value) {
  Attribute attribute;
  if (!value || !matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  return ConstantBytes::of(attribute);
}

ElementsAttr makeElements(RankedTensorType type, ArrayRef<char> bytes) {
  auto stored = RankedTensorType::get(type.getShape(), storageType(type.getElementType()));
  if (stored.getElementType().isInteger(1)) {
    SmallVector<bool> bits(bytes.begin(), bytes.end());
    return DenseElementsAttr::get(stored, bits);
  }
  if (bytes.size() <= kInlineBytes)
    return DenseElementsAttr::getFromRawBuffer(stored, bytes);
  return DenseResourceElementsAttr::get(
      stored, "c", HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, /*align=*/64));
}

Value createConstant(OpBuilder &builder, Location location, RankedTensorType type,
                     ArrayRef<char> bytes) {
  return ConstantOp::create(builder, location, type, makeElements(type, bytes));
}

} // namespace tandem::graph
