#pragma once

#include "compiler/importers/common/json.h"
#include "compiler/importers/common/zip_file.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tandem::torch {

/// Element types by the numbers of torch.export's schema (ScalarType).
enum class ScalarType : int64_t {
  kByte = 1,
  kChar = 2,
  kShort = 3,
  kInt = 4,
  kLong = 5,
  kHalf = 6,
  kFloat = 7,
  kDouble = 8,
  kComplexFloat = 10, // while a program is imported only: common/complex.h
  kComplexDouble = 11,
  kBool = 12,
  kBFloat16 = 13,
};
/// Bytes of one element; nothing for a type that is not in the list above.
std::optional<size_t> scalarSize(ScalarType type);
/// "float32", as PyTorch calls it.
llvm::StringRef scalarName(ScalarType type);
/// The graph's element type. float64 becomes f32, which is all that processors of phones have: of
/// constants, which are rounded; a node that computes in it is refused.
mlir::Type graphType(mlir::MLIRContext *context, ScalarType type);

/// What the graph says of a tensor.
struct TensorMeta {
  ScalarType type;
  /// A size that is not a number yet is -1, and has its expression in `symbols`.
  llvm::SmallVector<int64_t> sizes;
  llvm::SmallVector<std::string> symbols;
  llvm::SmallVector<int64_t> strides;
  int64_t offset = 0;
};
std::optional<TensorMeta> parseTensorMeta(const Json &json);

/// A tensor of the archive: a strided view of some bytes.
struct StoredTensor {
  ScalarType type;
  llvm::SmallVector<int64_t> sizes, strides;
  int64_t offset = 0; ///< in elements
  Bytes storage;
};

/// Elements row by row, which live as long as `owner`.
struct Elements {
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<const void> owner;
};

/// The elements in the type that graphType() names, in the archive's own memory where they lie
/// there as they are. Errors say what does not fit.
llvm::Expected<Elements> readElements(const StoredTensor &tensor);

} // namespace tandem::torch
