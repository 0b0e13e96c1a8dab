#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <memory>
#include <optional>

namespace tandem::graph {

/// The elements of a constant, row by row, little-endian; one byte an i1. Splats are written out.
/// The bytes live as long as the attribute or, when they had to be made, as long as this object:
/// keep it while you look at them.
class ConstantBytes {
public:
  /// The elements as they are stored. Nothing when the attribute is of a kind that holds no bytes.
  static std::optional<ConstantBytes> of(mlir::Attribute attribute);
  /// Those of a constant with `elementType`: reals that are stored in 16 bits, or as codes, become
  /// f32 for it when they are first looked at.
  static std::optional<ConstantBytes> of(mlir::Attribute attribute, mlir::Type elementType);

  llvm::ArrayRef<char> raw() const;
  template <typename T> llvm::ArrayRef<T> as() const {
    return {reinterpret_cast<const T *>(raw().data()), raw().size() / sizeof(T)};
  }
  size_t size() const; ///< of raw(), without making it

private:
  llvm::ArrayRef<char> bytes() const {
    return owned_.empty() ? view_ : llvm::ArrayRef<char>(owned_);
  }

  mutable mlir::Type narrow_; ///< the tensor's, of elements that are yet to become f32; else null
  llvm::ArrayRef<char> view_;
  mutable llvm::SmallVector<char, 0> owned_;
};

/// The elements of the constant that defines `value`, in its type, if one does.
std::optional<ConstantBytes> constantOf(mlir::Value value);

/// An attribute of these elements (storage elements of `type` when it is quantized). Large ones go
/// into a resource of the context, so that they are neither hashed nor printed in full.
mlir::ElementsAttr makeElements(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes);

/// The same without a copy: the bytes live as long as `owner`, which the attribute keeps.
mlir::ElementsAttr makeElements(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes,
                                std::shared_ptr<const void> owner);
/// The same of a vector that nobody else needs.
template <typename Vector>
mlir::ElementsAttr takeElements(mlir::RankedTensorType type, Vector &&elements) {
  auto owner = std::make_shared<const Vector>(std::forward<Vector>(elements));
  llvm::ArrayRef<char> bytes(reinterpret_cast<const char *>(owner->data()),
                             owner->size() * sizeof(*owner->data()));
  return makeElements(type, bytes, std::move(owner));
}

/// Frees the bytes of constants that are in `module` no more; the context keeps them otherwise.
/// Nothing else may use the context's constants.
void freeUnusedConstants(mlir::Operation *module);

/// A graph.constant of `type`; `bytes` are its stored elements.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location location,
                           mlir::RankedTensorType type, llvm::ArrayRef<char> bytes);
template <typename T>
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location location,
                           mlir::RankedTensorType type, llvm::ArrayRef<T> elements) {
  return createConstant(builder, location, type,
                        llvm::ArrayRef<char>(reinterpret_cast<const char *>(elements.data()),
                                             elements.size() * sizeof(T)));
}

} // namespace tandem::graph
