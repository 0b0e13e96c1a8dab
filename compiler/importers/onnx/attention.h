#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

/// [batch, place, head * width] as [batch, head, place, width]; what is so already as it is.
MaybeValue splitHeads(OnnxNode &node, MaybeValue x, int64_t heads);
/// And back.
MaybeValue joinHeads(OnnxNode &node, MaybeValue x);

} // namespace tandem::onnx
