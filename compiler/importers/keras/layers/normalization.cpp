#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// A weight over these dimensions, as a tensor that broadcasts to the input. `next` is its number.
static MaybeValue alongAxes(Layer &layer, size_t &next, StringRef what, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> own, broadcast(layer.inputShape().size(), 1);
  for (int64_t axis : axes)
    own.push_back(broadcast[axis] = layer.inputShape()[axis]);
  MaybeValue weight = layer.weight(next++, what, own);
  bool isBehind = axes.front() + axes.size() == broadcast.size();
  return isBehind ? weight : layer.reshape(weight, broadcast);
}

/// LayerNormalization: https://keras.io/api/layers/normalization_layers/layer_normalization/
/// Weights: gamma unless 'scale' is off, beta unless 'center' is. With 'rms_scaling' the mean is
/// only taken off for the variance, and there is no beta.
static MaybeValue importLayerNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", -1);
  double epsilon = layer.number("epsilon", 1e-3);
  bool isScaledOnly = layer.flag("rms_scaling", false);
  bool hasScale = isScaledOnly || layer.flag("scale", true);
  bool hasCenter = !isScaledOnly && layer.flag("center", true);
  if (failed(axes) || layer.failed())
    return failure();
  Normalized normalized = normalizeOver(layer, layer.input(), *axes, epsilon);
  MaybeValue result =
      isScaledOnly ? layer.multiply(layer.input(), normalized.inverseDeviation) : normalized.result;
  size_t next = 0;
  if (hasScale)
    result = layer.multiply(result, alongAxes(layer, next, "gamma", *axes));
  if (hasCenter)
    result = layer.add(result, alongAxes(layer, next, "beta", *axes));
  return result;
}

/// RMSNormalization: https://keras.io/api/layers/normalization_layers/rms_normalization/
static MaybeValue importRmsNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", -1);
  double epsilon = layer.number("epsilon", 1e-6);
  if (failed(axes) || layer.failed())
    return failure();
  MaybeValue mean = layer.create<graph::MeanOp>(square(layer, layer.input()),
                                                ArrayRef<int64_t>(*axes), /*keepDims=*/true);
  MaybeValue inverse = layer.create<graph::RsqrtOp>(layer.add(mean, epsilon));
  size_t next = 0;
  return layer.multiply(layer.multiply(layer.input(), inverse),
                        alongAxes(layer, next, "scale", *axes));
}

/// UnitNormalization: https://keras.io/api/layers/normalization_layers/unit_normalization/
static MaybeValue importUnitNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", -1);
  if (failed(axes))
    return failure();
  // Keras 2 bounds the sum of squares by 1e-12, Keras 3 its root.
  return unitNormalized(layer, layer.input(), *axes, layer.kerasMajor() < 3 ? 1e-6 : 1e-12);
}

/// GroupNormalization: https://keras.io/api/layers/normalization_layers/group_normalization/
/// The axis in groups, each normalized with all dimensions behind the batch.
static MaybeValue importGroupNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  int64_t axis = layer.axis("axis", -1), groups = layer.integer("groups", 32);
  double epsilon = layer.number("epsilon", 1e-3);
  bool hasScale = layer.flag("scale", true), hasCenter = layer.flag("center", true);
  if (layer.failed())
    return failure();
  ArrayRef<int64_t> shape = layer.inputShape();
  if (groups == -1)
    groups = shape[axis];
  if (axis == 0 || groups < 1 || shape[axis] % groups != 0)
    return layer.invalid("'groups' is " + Twine(groups) + " for dimension " + Twine(axis) +
                         " of an input of shape " + shapeText(shape));
  SmallVector<int64_t> apart(shape), reduced;
  apart[axis] /= groups;
  apart.insert(apart.begin() + axis, groups);
  for (int64_t d = 1; d < static_cast<int64_t>(apart.size()); ++d)
    if (d != axis)
      reduced.push_back(d);
  MaybeValue result = layer.reshape(
      normalizeOver(layer, layer.reshape(layer.input(), apart), reduced, epsilon).result, shape);
  size_t next = 0;
  if (hasScale)
    result = layer.multiply(result, alongAxes(layer, next, "gamma", axis));
  if (hasCenter)
    result = layer.add(result, alongAxes(layer, next, "beta", axis));
  return result;
}

/// SpectralNormalization: after training the layer inside has the normalized weights, which come
/// before those of this one.
static Results importSpectralNormalization(Layer &layer) {
  FailureOr<LayerWeights> weights = layer.weightsInside("layer");
  if (failed(weights))
    return failure();
  return layer.run(layer.layerInside(layer.find("layer")), layer.inputs(), std::move(*weights));
}

/// LayerScale of ConvNeXt: a factor for each channel.
static MaybeValue importLayerScale(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  return layer.create<graph::MulOp>(
      layer.input(), layer.weight(0, "gamma", layer.inputShape().back()), graph::Activation::None);
}

/// CustomScaleLayer of Inception-ResNet: a + b * scale.
static MaybeValue importScaledSum(Layer &layer) {
  double scale = layer.number("scale");
  if (layer.failed())
    return failure();
  if (layer.inputs().size() != 2)
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 2");
  MaybeValue scaled = layer.create<graph::MulOp>(
      layer.inputs()[1], layer.scalarLike(layer.input(), scale), graph::Activation::None);
  return layer.create<graph::AddOp>(layer.input(), scaled, graph::Activation::None);
}

void registerNormalization(LayerTable &table) {
  table.add("GroupNormalization", importGroupNormalization);
  table.add("LayerNormalization", importLayerNormalization);
  table.add("RMSNormalization", importRmsNormalization);
  table.addMany("SpectralNormalization", importSpectralNormalization);
  table.add("UnitNormalization", importUnitNormalization);
  table.add("LayerScale", importLayerScale);
  table.add("CustomScaleLayer", importScaledSum);
}

} // namespace tandem::keras
