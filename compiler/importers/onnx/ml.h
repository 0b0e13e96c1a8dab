#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

// What operators of the domain ai.onnx.ml share.
// https://github.com/onnx/onnx/blob/main/docs/Operators-ml.md

/// Input `index` as f32.
MaybeValue realInput(OnnxNode &node, size_t index);

/// [rows, features], whatever shape the input has; its dimensions but the last one are rows.
MaybeValue asRows(OnnxNode &node, MaybeValue x);

/// A list of numbers as one constant.
MaybeValue listOf(OnnxNode &node, llvm::ArrayRef<double> numbers);

/// What 'post_transform' makes of scores [rows, classes].
MaybeValue postTransform(OnnxNode &node, MaybeValue scores);

/// The integers that are a classifier's labels, under either name; refuses words.
mlir::FailureOr<llvm::SmallVector<int64_t>> classLabels(OnnxNode &node);
/// The label of each row's largest score.
MaybeValue labelOfLargest(OnnxNode &node, MaybeValue scores, llvm::ArrayRef<int64_t> labels);
/// The second label where the truth values hold, the first elsewhere.
MaybeValue labelOfTwo(OnnxNode &node, MaybeValue isSecond, llvm::ArrayRef<int64_t> labels);

} // namespace tandem::onnx
