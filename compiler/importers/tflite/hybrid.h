#pragma once

#include "compiler/importers/common/node_builder.h"

#include "compiler/graph/graph.h"

namespace tandem::tflite {

/// Elements brought to -127 to 127, and how much a step of them is: by the largest of each entry of
/// the first dimension.
struct SymmetricCodes {
  MaybeValue codes = mlir::failure(), step = mlir::failure(); ///< reals; step: [N, 1, ...]
};
SymmetricCodes symmetricCodes(NodeBuilder &build, MaybeValue x);

/// The codes of a constant filter of i8 as reals, and the scale of each output channel or of all.
struct FilterCodes {
  MaybeValue codes = mlir::failure(), scales = mlir::failure();
};
FilterCodes filterCodes(NodeBuilder &build, mlir::Value filter);

/// From the sum of products of both to reals, with a bias (null: none) and an activation.
MaybeValue symmetricSum(NodeBuilder &build, MaybeValue sum, const SymmetricCodes &input,
                        const FilterCodes &filter, MaybeValue bias, graph::Activation activation);

/// Rows [N, K] of f32 times a filter [M, K] as LiteRT's hybrid kernels have it: of f32, or of
/// codes, for which each row is brought to 8 bits. `isAsymmetric`: with a zero point of its own, as
/// the graph's fully_connected does; else to -127 to 127, which is composed. A null bias is none.
MaybeValue hybridProduct(NodeBuilder &build, MaybeValue rows, MaybeValue filter, MaybeValue bias,
                         bool isAsymmetric, graph::Activation activation = graph::Activation::None);

} // namespace tandem::tflite
