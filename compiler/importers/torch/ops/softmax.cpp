#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// `extra` follows the dimension in what makes the op.
template <typename OpT, typename... Extra>
static MaybeValue importAlongDim(AtenNode &node, const Extra &...extra) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  node.checkDtypeIs(*input);
  if (node.failed())
    return failure();
  return node.create<OpT>(input, dim, extra...);
}

static MaybeValue importSoftmax(AtenNode &node) {
  return importAlongDim<graph::SoftmaxOp>(node, llvm::APFloat(1.0f));
}
static MaybeValue importLogSoftmax(AtenNode &node) {
  return importAlongDim<graph::LogSoftmaxOp>(node);
}

void registerSoftmax(OpTable &table) {
  table.add("aten.softmax.int", importSoftmax);
  table.add("aten._softmax.default", importSoftmax);
  table.add("aten.log_softmax.int", importLogSoftmax);
  table.add("aten._log_softmax.default", importLogSoftmax);
}

} // namespace tandem::torch
