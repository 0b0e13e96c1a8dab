#pragma once

#include "base/element_type.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <optional>
#include <vector>

namespace tandem::onnx {

/// A tensor known at compile time: elements row by row, or one that stands for all. Cheap to copy.
/// Looks at memory of somebody else (a model's record, an attribute) or shares its own.
class Elements {
public:
  Elements(ElementType type, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<char> view)
      : type_(type), shape_(shape), view_(view) {}
  Elements(ElementType type, llvm::ArrayRef<int64_t> shape, std::vector<char> owned);

  /// `valueAt` gives the element of an index; real numbers are rounded to `type`, integers are not
  /// to leave it.
  static Elements ofReals(ElementType type, llvm::ArrayRef<int64_t> shape,
                          llvm::function_ref<double(int64_t)> valueAt);
  static Elements ofIntegers(ElementType type, llvm::ArrayRef<int64_t> shape,
                             llvm::function_ref<int64_t(int64_t)> valueAt);
  static Elements ofShape(llvm::ArrayRef<int64_t> dims); ///< an i64 vector
  /// The elements of `from` at other places: that of index i is from[placeOf(i)].
  static Elements moved(const Elements &from, llvm::ArrayRef<int64_t> shape,
                        llvm::function_ref<int64_t(int64_t)> placeOf);
  /// Equal elements, those of `one`, which has one.
  static Elements splat(const Elements &one, llvm::ArrayRef<int64_t> shape);
  /// What a graph.constant holds; nothing when `value` is none, or is quantized.
  static std::optional<Elements> of(mlir::Value value);
  /// The same as it is stored, which may be in 16 bits where the value is f32; codes that stand for
  /// f32 are f32 here.
  static std::optional<Elements> storedOf(mlir::Value value);

  ElementType type() const { return type_; }
  llvm::ArrayRef<int64_t> shape() const { return shape_; }
  int64_t count() const;
  bool isSplat() const { return isSplat_; }
  bool isReal() const;
  /// All elements, or the one of a splat.
  llvm::ArrayRef<char> bytes() const { return view_; }
  /// What keeps the bytes alive; null where somebody else does.
  std::shared_ptr<const void> owner() const { return owned_; }
  size_t size() const { return elementSize(type_); }

  double real(int64_t index) const;
  int64_t integer(int64_t index) const; ///< toward zero, when they are real
  llvm::SmallVector<int64_t> integers() const;
  /// The same elements under another shape of as many.
  Elements reshaped(llvm::ArrayRef<int64_t> shape) const;
  Elements cast(ElementType type) const;

private:
  const char *at(int64_t index) const { return view_.data() + (isSplat_ ? 0 : index) * size(); }

  ElementType type_;
  llvm::SmallVector<int64_t> shape_;
  std::shared_ptr<const std::vector<char>> owned_;
  llvm::ArrayRef<char> view_;
  bool isSplat_ = false;
};

/// Whether elements of this type are real numbers.
bool isReal(ElementType type);

} // namespace tandem::onnx
