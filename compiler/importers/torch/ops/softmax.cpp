#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

static MaybeValue importSoftmax(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  node.checkDtypeIs(*input);
  if (node.failed())
    return failure();
  return node.create<graph::SoftmaxOp>(input, dim, llvm::APFloat(1.0f));
}

static MaybeValue importLogSoftmax(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  node.checkDtypeIs(*input);
  if (node.failed())
    return failure();
  return node.create<graph::LogSoftmaxOp>(input, dim);
}

void registerSoftmax(OpTable &table) {
  table.add("aten.softmax.int", importSoftmax);
  table.add("aten._softmax.default", importSoftmax);
  table.add("aten.log_softmax.int", importLogSoftmax);
  table.add("aten._log_softmax.default", importLogSoftmax);
}

} // namespace tandem::torch
