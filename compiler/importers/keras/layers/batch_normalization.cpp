#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// BatchNormalization: https://keras.io/api/layers/normalization_layers/batch_normalization/
/// Weights: gamma unless 'scale' is off, beta unless 'center' is, moving mean, moving variance.
static MaybeValue importBatchNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  int64_t axis = layer.axis("axis", -1);
  double epsilon = layer.number("epsilon", 1e-3);
  bool hasScale = layer.flag("scale", true), hasCenter = layer.flag("center", true);
  if (layer.failed())
    return failure();
  int64_t channels = layer.inputShape()[axis];
  // The graph normalizes along the last dimension.
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, layer.inputShape().size()));
  std::swap(order[axis], order.back());
  bool isLast = axis + 1 == static_cast<int64_t>(order.size());
  size_t next = 0;
  MaybeValue scale = hasScale ? layer.weight(next++, "gamma", channels)
                              : layer.fill(layer.elementType(), channels, 1);
  MaybeValue offset = hasCenter ? layer.weight(next++, "beta", channels)
                                : layer.fill(layer.elementType(), channels, 0);
  MaybeValue mean = layer.weight(next++, "moving mean", channels);
  MaybeValue variance = layer.weight(next, "moving variance", channels);
  MaybeValue result = layer.create<graph::BatchNormOp>(
      isLast ? layer.input() : layer.transpose(layer.input(), order), scale, offset, mean, variance,
      llvm::APFloat(static_cast<float>(epsilon)));
  return isLast ? result : layer.transpose(result, order);
}

void registerBatchNormalization(LayerTable &table) {
  table.add("BatchNormalization", importBatchNormalization);
  table.add("BatchNormalizationV1", importBatchNormalization);
}

} // namespace tandem::keras
