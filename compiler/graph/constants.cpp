#include "compiler/graph/constants.h"

#include "base/bfloat.h"
#include "base/element_type.h"
#include "compiler/graph/codes.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSet.h"

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

std::optional<ConstantBytes> ConstantBytes::of(Attribute attribute, Type elementType) {
  std::optional<ConstantBytes> result = of(attribute);
  if (!result || !elementType.isF32())
    return result;
  auto stored = cast<RankedTensorType>(cast<ElementsAttr>(attribute).getType());
  if (!stored.getElementType().isF32())
    result->narrow_ = stored;
  return result;
}

static SmallVector<char, 0> widened(ArrayRef<char> bytes, Type half) {
  ArrayRef halves(reinterpret_cast<const uint16_t *>(bytes.data()),
                  bytes.size() / sizeof(uint16_t));
  SmallVector<char, 0> result(halves.size() * sizeof(float));
  llvm::transform(halves, reinterpret_cast<float *>(result.data()),
                  half.isF16() ? halfToFloat : bfloatToFloat);
  return result;
}

ArrayRef<char> ConstantBytes::raw() const {
  if (!narrow_)
    return bytes();
  auto stored = cast<RankedTensorType>(narrow_);
  owned_ = isQuantized(stored) ? dequantized(bytes(), stored)
                               : widened(bytes(), stored.getElementType());
  narrow_ = nullptr;
  return bytes();
}

size_t ConstantBytes::size() const {
  if (!narrow_)
    return bytes().size();
  return bytes().size() * sizeof(float) /
         elementSize(*elementTypeOf(getElementTypeOrSelf(narrow_)));
}

std::optional<ConstantBytes> constantOf(Value value) {
  Attribute attribute;
  if (!value || !matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  return ConstantBytes::of(attribute, getElementTypeOrSelf(value));
}

static RankedTensorType storedType(RankedTensorType type) {
  return RankedTensorType::get(type.getShape(), storageType(type.getElementType()));
}

ElementsAttr makeElements(RankedTensorType type, ArrayRef<char> bytes) {
  RankedTensorType stored = storedType(type);
  if (stored.getElementType().isInteger(1)) {
    SmallVector<bool> bits(bytes.begin(), bytes.end());
    return DenseElementsAttr::get(stored, bits);
  }
  if (bytes.size() <= kInlineBytes)
    return DenseElementsAttr::getFromRawBuffer(stored, bytes);
  return DenseResourceElementsAttr::get(
      stored, "c", HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, /*align=*/64));
}

ElementsAttr makeElements(RankedTensorType type, ArrayRef<char> bytes,
                          std::shared_ptr<const void> owner) {
  if (bytes.size() <= kInlineBytes || type.getElementType().isInteger(1))
    return makeElements(type, bytes);
  AsmResourceBlob blob(
      bytes, alignof(std::max_align_t), [owner = std::move(owner)](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(storedType(type), "c", std::move(blob));
}

void freeUnusedConstants(Operation *module) {
  llvm::StringSet<> used;
  module->walk([&](ConstantOp constant) {
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
      used.insert(resource.getRawHandle().getKey());
  });
  auto &manager =
      DenseResourceElementsHandle::getManagerInterface(module->getContext()).getBlobManager();
  SmallVector<StringRef> unused;
  manager.getBlobMap([&](const auto &blobs) {
    for (const auto &[key, blob] : blobs)
      if (!used.contains(key) && blob.getBlob() && !blob.getBlob()->getData().empty())
        unused.push_back(key);
  });
  for (StringRef key : unused)
    manager.update(key, AsmResourceBlob());
}

Value createConstant(OpBuilder &builder, Location location, RankedTensorType type,
                     ArrayRef<char> bytes) {
  return ConstantOp::create(builder, location, type, makeElements(type, bytes));
}

} // namespace tandem::graph
