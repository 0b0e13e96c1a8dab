#include "compiler/importers/tflite/node.h"

namespace tandem::tflite {

// clang-format off: one name a line, which tells where it is and merges well
const RefusedOperators &refusedOperators() {
  static const RefusedOperators refused("TensorFlow Lite", {
    {"random numbers", {
      "MULTINOMIAL",
      "RANDOM_STANDARD_NORMAL",
      "RANDOM_UNIFORM",
    }},
    {"strings and hash tables", {
      "HASHTABLE*",
      "LSH_PROJECTION",
      "SKIP_GRAM",
    }},
    {"sparse tensors", {
      "EMBEDDING_LOOKUP_SPARSE",
    }},
    {"the size of its result depends on data", {
      "UNIQUE",
      "WHERE",
    }},
    {"variables that a run changes", {
      "ASSIGN_VARIABLE",
      "CALL_ONCE",
      "READ_VARIABLE",
      "VAR_HANDLE",
    }},
    {"StableHLO in a TFLite file", {
      "STABLEHLO_*",
    }},
    {"nothing says what it computes, and LiteRT has no kernel", {
      "CONCAT_EMBEDDINGS",
    }},
  });
  return refused;
}
// clang-format on

} // namespace tandem::tflite
