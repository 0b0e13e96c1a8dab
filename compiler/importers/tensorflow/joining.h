#pragma once

#include "compiler/importers/tensorflow/node.h"

namespace tandem::tensorflow {

/// Tensors side by side. Constants are joined at once, since sizes are put together this way. There
/// is at least one, and `axis` is a dimension.
MaybeValue join(TfNode &node, llvm::ArrayRef<mlir::Value> parts, int64_t axis);

/// `count` copies side by side along a dimension; more than a network would ever want are refused.
MaybeValue repeat(TfNode &node, MaybeValue value, int64_t axis, int64_t count);

/// `size` elements from `begin` on, every `step`-th, of one dimension.
MaybeValue sliceOf(TfNode &node, MaybeValue value, int64_t axis, int64_t begin, int64_t size,
                   int64_t step = 1);

} // namespace tandem::tensorflow
