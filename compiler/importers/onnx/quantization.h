#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

/// Scales and zero points, one for all or one per slice along `axis`; nothing when a scale is not
/// finite and positive, or the counts differ.
std::optional<Quantization>
makeQuantization(const Elements &scales, const std::optional<Elements> &zeroPoints, int32_t axis);

/// The same of a node's inputs, which must be known. Refuses what does not fit.
mlir::FailureOr<Quantization> quantizationOf(OnnxNode &node, size_t scaleIndex,
                                             size_t zeroPointIndex, int32_t axis = 0);

/// An input of codes, followed by its scale and zero point, as a tensor of the quantized type. A
/// constant takes the type as it is; codes that are computed as plain integers go through f32,
/// which gives the same codes.
MaybeValue quantizedInput(OnnxNode &node, size_t index, int32_t axis = 0);

/// The quantized type that a node's scale and zero point say its result has; without a zero point
/// its codes are `storage`.
mlir::FailureOr<mlir::Type> quantizedType(OnnxNode &node, size_t scaleIndex, size_t zeroPointIndex,
                                          ElementType storage = ElementType::kU8);

} // namespace tandem::onnx
