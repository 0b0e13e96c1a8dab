#pragma once

#include "compiler/importers/tensorflow/node.h"

namespace tandem::tensorflow {

/// Tensors side by side. Constants are joined at once, since sizes are put together this way. There
/// is at least one, and `axis` is a dimension.
MaybeValue join(TfNode &node, llvm::ArrayRef<mlir::Value> parts, int64_t axis);

} // namespace tandem::tensorflow
