#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// ReLU: https://keras.io/api/layers/activation_layers/relu/
/// x above the threshold, at most the largest; below it slope * (x - threshold).
static MaybeValue importRelu(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  double slope = layer.number("negative_slope", 0), threshold = layer.number("threshold", 0);
  double most = layer.number("max_value", INFINITY); // absent: none
  if (layer.failed())
    return failure();
  mlir::Value x = layer.input();
  if (threshold == 0) {
    MaybeValue result =
        slope == 0 ? MaybeValue(clampBetween(layer, x, 0, most))
                   : layer.create<graph::LeakyReluOp>(x, llvm::APFloat(static_cast<float>(slope)));
    return slope == 0 ? result : clampBetween(layer, result, -INFINITY, most);
  }
  MaybeValue result = clampBetween(layer, thresholded(layer, x, threshold, 0), -INFINITY, most);
  if (slope == 0)
    return result;
  MaybeValue below =
      layer.create<graph::ReluOp>(layer.add(layer.create<graph::NegOp>(x), threshold));
  return layer.subtract(result, layer.multiply(below, slope));
}

/// ThresholdedReLU of Keras 2.
static MaybeValue importThresholdedRelu(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  double theta = layer.number("theta", 1);
  if (layer.failed())
    return failure();
  return thresholded(layer, layer.input(), theta, 0);
}

/// LeakyReLU: https://keras.io/api/layers/activation_layers/leaky_relu/
/// The slope is 'alpha' before Keras 3.
static MaybeValue importLeakyRelu(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  double slope =
      layer.find("negative_slope") ? layer.number("negative_slope") : layer.number("alpha", 0.3);
  if (layer.failed())
    return failure();
  return layer.create<graph::LeakyReluOp>(layer.input(), llvm::APFloat(static_cast<float>(slope)));
}

/// ELU: https://keras.io/api/layers/activation_layers/elu/
static MaybeValue importElu(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  double alpha = layer.number("alpha", 1.0);
  if (layer.failed())
    return failure();
  return layer.create<graph::EluOp>(layer.input(), llvm::APFloat(static_cast<float>(alpha)));
}

/// PReLU: https://keras.io/api/layers/activation_layers/prelu/
/// The slope has the input's shape without the batch, and 1 along 'shared_axes'.
static MaybeValue importPrelu(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  SmallVector<int64_t> shape(layer.inputShape().drop_front());
  if (layer.find("shared_axes")) {
    for (int64_t axis : layer.integers("shared_axes")) { // counted with the batch, from 1
      if (axis < 1 || axis > static_cast<int64_t>(shape.size()))
        return layer.invalid("'shared_axes' has " + Twine(axis) + ", outside an input of shape " +
                             shapeText(layer.inputShape()));
      shape[axis - 1] = 1;
    }
  }
  return layer.create<graph::PreluOp>(layer.input(), layer.weight(0, "alpha", shape));
}

void registerRelu(LayerTable &table) {
  table.add("ReLU", importRelu);
  table.add("ThresholdedReLU", importThresholdedRelu);
  table.add("LeakyReLU", importLeakyRelu);
  table.add("ELU", importElu);
  table.add("PReLU", importPrelu);
}

} // namespace tandem::keras
