#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Dense: https://keras.io/api/layers/core_layers/dense/
/// Works on the last dimension, whatever is before it. The kernel is [input, output].
static MaybeValue importDense(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  int64_t units = layer.integer("units");
  SmallVector<int64_t> shape(layer.inputShape());
  if (layer.failed() || shape.empty())
    return failure();
  int64_t depth = shape.back();
  MaybeValue filter = layer.weight(0, "kernel", {depth, units}, {1, 0});
  MaybeValue rows = layer.input();
  if (shape.size() != 2) {
    int64_t count = *elementCount(ArrayRef<int64_t>(shape).drop_back());
    rows = layer.create<graph::ReshapeOp>(layer.input(), ArrayRef<int64_t>{count, depth});
  }
  MaybeValue result = layer.create<graph::FullyConnectedOp>(rows, filter, layer.bias(1, units),
                                                            graph::Activation::None);
  if (shape.size() != 2) {
    shape.back() = units;
    result = layer.create<graph::ReshapeOp>(result, shape);
  }
  return applyActivation(layer, result);
}

void registerDense(LayerTable &table) {
  table.add("Dense", importDense);
}

} // namespace tandem::keras
