#pragma once

#include "compiler/importers/tflite/tflite_generated.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstddef>

namespace tandem::tflite {

/// The dense elements, row by row, of a tensor that is stored sparse; what is not stored is zero.
/// `shape` is the dense one, with at most as many elements as memory is meant to hold.
llvm::Expected<llvm::SmallVector<char, 0>> densify(const schema::SparsityParameters &sparsity,
                                                   llvm::ArrayRef<int64_t> shape,
                                                   size_t elementSize, llvm::ArrayRef<char> values);

} // namespace tandem::tflite
