#include "compiler/importers/torch/node.h"

namespace tandem::torch {

// clang-format off: one name a line, which tells where it is and merges well
const RefusedOperators &refusedOperators() {
  static const RefusedOperators refused("PyTorch", {
    {"training only", {
      "*_backward.default",
      "aten._native_batch_norm_legit.default",
      "aten.native_dropout.default",
    }},
    {"random numbers", {
      "aten.rand*",
    }},
    {"the size of its result depends on data", {
      "aten.nonzero.*",
    }},
    {"a number that a run computes", {
      "aten._local_scalar_dense.default",
    }},
    {"strides of the memory", {
      "aten.empty_strided.default",
      "aten.sym_storage_offset.default",
      "aten.sym_stride.int",
    }},
  });
  return refused;
}
// clang-format on

} // namespace tandem::torch
