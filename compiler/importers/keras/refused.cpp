#include "compiler/importers/keras/layer.h"

namespace tandem::keras {

// clang-format off: one name a line, which tells where it is and merges well
const RefusedOperators &refusedOperators() {
  static const RefusedOperators refused("Keras", {
    {"three spatial dimensions", {
      "*3D",
    }},
    {"one spatial dimension, not yet", {
      "*1D",
    }},
    {"augmentation for training", {
      "AugMix",
      "CutMix",
      "MixUp",
      "RandAugment",
      "Random*",
    }},
    {"strings", {
      "HashedCrossing",
      "Hashing",
      "StringLookup",
      "TextVectorization",
    }},
    {"code of another framework", {
      "FlaxLayer",
      "JaxLayer",
      "TFSMLayer",
      "TorchModuleWrapper",
    }},
    {"code in Python", {
      "Lambda",
    }},
    {"not yet", {
      "AdaptiveAveragePooling2D",
      "AdaptiveMaxPooling2D",
      "AdditiveAttention",
      "Attention",
      "AutoContrast",
      "Bidirectional",
      "CategoryEncoding",
      "CenterCrop",
      "ContrastLimitedAdaptiveHistogramEqualization",
      "Conv1DTranspose",
      "Conv3DTranspose",
      "ConvLSTM2D",
      "Discretization",
      "Dot",
      "EinsumDense",
      "Embedding",
      "Equalization",
      "GroupedQueryAttention",
      "GroupNormalization",
      "GRUCell",
      "IntegerLookup",
      "LSTMCell",
      "Masking",
      "MaxNumBoundingBoxes",
      "MelSpectrogram",
      "MultiHeadAttention",
      "Pipeline",
      "RepeatVector",
      "Resizing",
      "ReversibleEmbedding",
      "RMSNormalization",
      "RNN",
      "SimpleRNNCell",
      "Solarization",
      "SpectralNormalization",
      "StackedRNNCells",
      "STFTSpectrogram",
      "TimeDistributed",
      "UnitNormalization",
    }},
  });
  return refused;
}
// clang-format on

} // namespace tandem::keras
