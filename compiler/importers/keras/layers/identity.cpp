#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Layers that only act in training.
static MaybeValue importIdentity(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  return layer.input();
}

/// Augmentation of images, which makes real numbers of them even where it changes none.
static MaybeValue importAugmentation(Layer &layer) {
  return layer.cast(importIdentity(layer), layer.builder().getF32Type());
}

void registerIdentity(LayerTable &table) {
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
                         "RandomZoom"})
    table.add(name, importAugmentation, Takes::kIntegers);
}

} // namespace tandem::keras
