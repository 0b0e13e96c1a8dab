#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// Products summed over the letters that the result lacks, "abc,cd->abd", as NumPy and the
/// frameworks have it: any number of operands, an ellipsis, a letter twice in an operand for its
/// diagonal, a result left out. Each product is one batch of matrix products between reshapes.
/// Failed where the equation makes no sense for these shapes.
MaybeValue einsum(NodeBuilder &build, llvm::StringRef equation,
                  llvm::ArrayRef<mlir::Value> operands);

} // namespace tandem
