#include "compiler/importers/keras/layer.h"

namespace tandem::keras {

// clang-format off: one name a line, which tells where it is and merges well
const RefusedOperators &refusedOperators() {
  static const RefusedOperators refused("Keras", {
    {"a cell without the layer RNN around it", {
      "GRUCell",
      "LSTMCell",
      "SimpleRNNCell",
      "StackedRNNCells",
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
      "ContrastLimitedAdaptiveHistogramEqualization",
      "Equalization",
      "MaxNumBoundingBoxes",
    }},
  });
  return refused;
}
// clang-format on

} // namespace tandem::keras
