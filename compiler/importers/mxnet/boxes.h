#pragma once

#include "compiler/importers/common/suppression.h"
#include "compiler/importers/mxnet/node.h"

namespace tandem::mxnet {

/// Edges of boxes in the last dimension, each in a tensor that has 1 there, of boxes that are
/// corners (left, top, right, bottom) or centres and sizes.
mlir::FailureOr<Boxes> edgesOf(SymbolNode &node, MaybeValue boxes, llvm::StringRef format);

/// Boxes [..., 4] from what they differ by from anchors: how far their centres are moved, in sizes
/// of the anchor, and the logarithms of how much they are larger, each to be multiplied by its
/// factor. A `largest` above 0 holds the logarithms.
MaybeValue movedBoxes(SymbolNode &node, MaybeValue differences, const Boxes &anchors,
                      llvm::ArrayRef<double> factors, double largest);

} // namespace tandem::mxnet
