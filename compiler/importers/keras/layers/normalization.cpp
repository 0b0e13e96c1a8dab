#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/keras/layer.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

/// The axes of LayerNormalization: one number or a list.
static FailureOr<SmallVector<int64_t>> readAxes(Layer &layer) {
  const Json *value = layer.find("axis");
  bool isList = value && value->is_array();
  auto rank = static_cast<int64_t>(layer.inputShape().size());
  SmallVector<int64_t> axes =
      isList ? layer.integers("axis") : SmallVector<int64_t>{layer.integer("axis", -1)};
  if (layer.failed())
    return failure();
  for (int64_t &axis : axes) {
    std::optional<int64_t> normal = normalizedAxis(axis, rank);
    if (!normal)
      return layer.invalid("'axis' has " + Twine(axis) + ", outside an input of shape " +
                           shapeText(layer.inputShape()));
    axis = *normal;
  }
  llvm::sort(axes);
  if (axes.empty() ||
      axes != llvm::to_vector(llvm::seq<int64_t>(rank - static_cast<int64_t>(axes.size()), rank)))
    return layer.unsupported("'axis' " + shapeText(axes) + ", only the last ones are");
  return axes;
}

/// LayerNormalization: https://keras.io/api/layers/normalization_layers/layer_normalization/
/// Weights: gamma unless 'scale' is off, beta unless 'center' is.
static MaybeValue importLayerNormalization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  FailureOr<SmallVector<int64_t>> axes = readAxes(layer);
  double epsilon = layer.number("epsilon", 1e-3);
  bool hasScale = layer.flag("scale", true), hasCenter = layer.flag("center", true);
  if (failed(axes) || layer.failed())
    return failure();
  if (layer.flag("rms_scaling", false))
    return layer.unsupported("'rms_scaling'");
  ArrayRef<int64_t> shape = layer.inputShape().take_back(axes->size());
  MaybeValue result = normalizeOver(layer, layer.input(), *axes, epsilon).result;
  size_t next = 0;
  if (hasScale)
    result = layer.create<graph::MulOp>(result, layer.weight(next++, "gamma", shape),
                                        graph::Activation::None);
  if (hasCenter)
    result = layer.create<graph::AddOp>(result, layer.weight(next, "beta", shape),
                                        graph::Activation::None);
  return result;
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
  table.add("LayerNormalization", importLayerNormalization);
  table.add("LayerScale", importLayerScale);
  table.add("CustomScaleLayer", importScaledSum);
}

} // namespace tandem::keras
