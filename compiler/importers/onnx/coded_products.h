#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

// Products of codes whose scale is known at run time only, as onnxruntime's quantize_dynamic writes
// them: plain integers of 8 bits, with weights that are known. The graph has them as products that
// give their sums.

/// Weights of 8-bit codes.
struct CodedWeights {
  mlir::Value filter;                  ///< as the graph's products take it, of a scale of 1
  llvm::SmallVector<int64_t> codeSums; ///< of each output, less their zero points
  int64_t outputs() const { return static_cast<int64_t>(codeSums.size()); }
};

/// Known codes with their outputs in dimension `outputAxis`, in the order of dimensions that
/// `permutation` gives, which has that first; one zero point for all or for each output. Nothing
/// where it has them along something else, or they are no codes.
mlir::FailureOr<std::optional<CodedWeights>> codedWeights(OnnxNode &node, const Elements &codes,
                                                          const std::optional<Elements> &zeroPoints,
                                                          int64_t outputAxis,
                                                          llvm::ArrayRef<int64_t> permutation);

/// Sums of products [..., outputs] less what the zero point of the left factors, a plain integer
/// for all or one for each row, adds to them. A null zero point is 0.
MaybeValue lessZeroPoint(OnnxNode &node, MaybeValue sums, MaybeValue zeroPoint,
                         const CodedWeights &weights);

/// Sums of (rows - zero point) times (weights - theirs) in i32, of plain codes [..., K]. A null
/// zero point is 0.
MaybeValue sumsOfRows(OnnxNode &node, MaybeValue rows, MaybeValue zeroPoint,
                      const CodedWeights &weights);

/// A tensor of reals as codes of the range that it has: DynamicQuantizeLinear.
struct DynamicCodes {
  MaybeValue codes = mlir::failure(), scale = mlir::failure(), zeroPoint = mlir::failure();
};
DynamicCodes quantizeByRange(OnnxNode &node, MaybeValue x);

/// Rows of reals, quantized by the range of all of them, times weights whose scale is one for all
/// or one for each output. A null bias is none.
MaybeValue dynamicProduct(OnnxNode &node, MaybeValue rows, const CodedWeights &weights,
                          MaybeValue scale, MaybeValue bias);

/// Moves small results in front of the first such product that they do not depend on: a product's
/// kernel can scale its sums itself when the scale is there before it, which files have behind it.
void hoistSmallResults(mlir::Block &body);

} // namespace tandem::onnx
