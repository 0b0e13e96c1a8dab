#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Layers that only act in training.
static MaybeValue importIdentity(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  return layer.input();
}

/// Masking: https://keras.io/api/layers/core_layers/masking/
/// Zeros where all numbers of a place are the one that means nothing.
static MaybeValue importMasking(Layer &layer) {
  if (!layer.hasOneInput() || layer.inputShape().empty())
    return failure();
  double nothing = layer.number("mask_value", 0);
  if (layer.failed())
    return failure();
  auto last = static_cast<int64_t>(layer.inputShape().size()) - 1;
  MaybeValue counts = layer.createTyped<graph::ReduceAnyOp>(
      layer.builder().getI1Type(), layer.compare<graph::NotEqualOp>(layer.input(), nothing),
      ArrayRef<int64_t>{last}, /*keepDims=*/true);
  return keepWhere(layer, counts, layer.input(), 0);
}

/// Augmentation of images, which makes real numbers of them even where it changes none.
static MaybeValue importAugmentation(Layer &layer) {
  return layer.cast(importIdentity(layer), layer.builder().getF32Type());
}

/// Pipeline: https://keras.io/api/layers/preprocessing_layers/image_augmentation/pipeline/
/// Layers one behind the other, which have no weights that a file has.
static Results importPipeline(Layer &layer) {
  const Json *layers = layer.find("layers");
  if (!layers || !layers->is_array() || layers->empty())
    return layer.invalid("has no list of layers");
  Values values(layer.inputs());
  for (const Json &each : *layers) {
    LayerConfig inner = layer.layerInside(&each);
    if (inner.className.empty())
      return layer.invalid("has a layer without a class name or configuration");
    Results results = layer.run(inner, values, LayerWeights());
    if (failed(results))
      return failure();
    values = *results;
  }
  return values;
}

void registerIdentity(LayerTable &table) {
  table.add("Masking", importMasking);
  table.addMany("Pipeline", importPipeline, Takes::kIntegers);
  for (StringRef name :
       {"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise",
        "Identity", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "StochasticDepth"})
    table.add(name, importIdentity, Takes::kIntegers);
  for (StringRef name : {"AugMix",
                         "CutMix",
                         "MixUp",
                         "RandAugment",
                         "RandomBrightness",
                         "RandomColorDegeneration",
                         "RandomColorJitter",
                         "RandomContrast",
                         "RandomElasticTransform",
                         "RandomErasing",
                         "RandomFlip",
                         "RandomGaussianBlur",
                         "RandomGrayscale",
                         "RandomHue",
                         "RandomInvert",
                         "RandomPerspective",
                         "RandomPosterization",
                         "RandomRotation",
                         "RandomSaturation",
                         "RandomSharpness",
                         "RandomShear",
                         "RandomTranslation",
                         "RandomZoom",
                         "Solarization"})
    table.add(name, importAugmentation, Takes::kIntegers);
}

} // namespace tandem::keras
