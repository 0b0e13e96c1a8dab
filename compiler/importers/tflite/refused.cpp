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
    {"complex numbers", {
      "COMPLEX_ABS",
      "IMAG",
      "REAL",
      "RFFT2D",
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
    {"three spatial dimensions", {
      "CONV_3D",
      "CONV_3D_TRANSPOSE",
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
    {"not yet", {
      "ATAN2",
      "BITCAST",
      "BROADCAST_ARGS",
      "BUCKETIZE",
      "CALL",
      "CONCAT_EMBEDDINGS",
      "DILATE",
      "DYNAMIC_UPDATE_SLICE",
      "FAKE_QUANT",
      "MATRIX_DIAG",
      "MATRIX_SET_DIAG",
      "NON_MAX_SUPPRESSION_V4",
      "NON_MAX_SUPPRESSION_V5",
      "REDUCE_WINDOW",
      "SEGMENT_SUM",
      "SPARSE_TO_DENSE",
      "UNSORTED_SEGMENT_MAX",
      "UNSORTED_SEGMENT_MIN",
      "UNSORTED_SEGMENT_PROD",
      "UNSORTED_SEGMENT_SUM",
    }},
  });
  return refused;
}
// clang-format on

} // namespace tandem::tflite
