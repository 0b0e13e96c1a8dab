#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// aten.batch_norm and what it decomposes into. Channels are dimension 1 there, the last here. Of
/// the decomposed forms' three results only the first is made; the others are for training.
static MaybeValue importBatchNorm(AtenNode &node) {
  MaybeValue input = node.tensor("input"), scale = node.optionalTensor("weight"),
             offset = node.optionalTensor("bias"), mean = node.tensor("running_mean"),
             variance = node.tensor("running_var");
  auto epsilon = static_cast<float>(node.number("eps", 1e-5));
  bool training = node.flag("training", false);
  if (node.failed() || failed(input) || failed(scale) || failed(offset) || failed(mean) ||
      failed(variance))
    return failure();
  if (training)
    return node.unsupported("in training mode, call eval() before the export");
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  if (rank < 2)
    return node.invalid("its input has shape " + shapeText(shapeOf(*input)) +
                        ", expected 2 or more dimensions");
  Type type = getElementTypeOrSelf(*input);
  int64_t channels = shapeOf(*input)[1];
  if (!*scale)
    scale = node.fill(type, channels, 1);
  if (!*offset)
    offset = node.fill(type, channels, 0);

  SmallVector<int64_t> toLast = {0}, back = {0, rank - 1};
  for (int64_t i = 2; i < rank; ++i) {
    toLast.push_back(i);
    back.push_back(i - 1);
  }
  toLast.push_back(1);
  MaybeValue result = node.create<graph::BatchNormOp>(node.transpose(input, toLast), scale, offset,
                                                      mean, variance, llvm::APFloat(epsilon));
  return node.transpose(result, back);
}

void registerBatchNorm(OpTable &table) {
  table.add("aten.batch_norm.default", importBatchNorm);
  table.add("aten.native_batch_norm.default", importBatchNorm);
  table.add("aten._native_batch_norm_legit_no_training.default", importBatchNorm);
}

} // namespace tandem::torch
