#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

/// [batch, place, head * width] as [batch, head, place, width]; what is so already as it is.
MaybeValue splitHeads(OnnxNode &node, MaybeValue x, int64_t heads);
/// And back.
MaybeValue joinHeads(OnnxNode &node, MaybeValue x);
/// Each head of keys or values as often as heads of queries share it.
MaybeValue repeatHeads(OnnxNode &node, MaybeValue x, int64_t heads);

/// Pairs of the first `turned` elements of each head (0: of all) of x [batch, head, place, width]
/// turned by angles [batch, 1, place, half]. Pairs are neighbours, or else halves.
MaybeValue turnPairs(OnnxNode &node, MaybeValue x, MaybeValue cosine, MaybeValue sine,
                     int64_t turned, bool isInterleaved);

} // namespace tandem::onnx
