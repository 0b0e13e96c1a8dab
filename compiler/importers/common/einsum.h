#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// Products summed over the letters that the result lacks, "abc,cd->abd", as NumPy and the
/// frameworks have it: any number of operands, an ellipsis, a result left out. Each product is one
/// batch of matrix products between reshapes.
///
/// Null where the equation has what is not computed here, a letter twice in one operand, of which
/// the caller tells; failed where it makes no sense for these shapes.
MaybeValue einsum(NodeBuilder &build, llvm::StringRef equation,
                  llvm::ArrayRef<mlir::Value> operands);

} // namespace tandem
