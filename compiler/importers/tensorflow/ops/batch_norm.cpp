#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// FusedBatchNorm, V2, V3: image, scale, offset, mean, variance. Of the results only the first is
/// made; the others are for training. Half precision images come with float32 parameters.
static MaybeValue importBatchNorm(TfNode &node) {
  MaybeValue image = node.image(0);
  FailureOr<Values> parameters = node.inputs(1, 5);
  auto epsilon = static_cast<float>(node.number("epsilon", 1e-4));
  bool isTraining = node.flag("is_training", true);
  if (node.failed() || failed(image) || failed(parameters))
    return failure();
  if (isTraining)
    return node.unsupported("in training mode, save or freeze the model for inference");
  Type type = getElementTypeOrSelf(*image);
  for (Value &parameter : *parameters) {
    if (getElementTypeOrSelf(parameter) == type)
      continue;
    MaybeValue cast = node.createTyped<graph::CastOp>(type, parameter);
    if (failed(cast))
      return failure();
    parameter = *cast;
  }
  const Values &p = *parameters;
  return node.fromNhwc(
      node.create<graph::BatchNormOp>(image, p[0], p[1], p[2], p[3], llvm::APFloat(epsilon)));
}

void registerBatchNorm(OpTable &table) {
  for (StringRef op : {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"}) {
    table.add(op, importBatchNorm);
    table.nameOutputs(op, {"y", "batch_mean", "batch_variance", "reserve_space_1",
                           "reserve_space_2", "reserve_space_3"});
  }
}

} // namespace tandem::tensorflow
