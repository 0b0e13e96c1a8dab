#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

/// The operator Gemm, which others begin with.
MaybeValue importGemm(OnnxNode &node);

} // namespace tandem::onnx
