#pragma once

#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// Where the rows of an image lie in a buffer: one behind another, or in a ring of a few places, a
/// row where the one so many before it was.
struct RowPlaces {
  mlir::Value start = {}; ///< in elements; null: 0
  int64_t ring = 0;       ///< places; 0: every row has its own

  /// That of a row that is not negative, of rows of `elements`.
  mlir::Value of(codegen::KernelBuilder &k, mlir::Value row, int64_t elements) const {
    mlir::Value place = k.mul(ring > 0 ? k.rem(row, ring) : row, elements);
    return start ? k.add(place, start) : place;
  }
};

/// Rows of the result of an op that has one image.
struct RowRange {
  mlir::Value from, to;
  RowPlaces in, out;
};

/// The code of an op: of these rows, or, of null, a kernel of its own that splits into units.
using RowsCode = std::function<void(codegen::KernelBuilder &k, const RowRange *rows)>;

/// Adds the step that is that kernel.
inline void planWhole(const RowsCode &code, const Buffers &buffers, Plan &plan) {
  plan.step({buffers.types, [=](codegen::KernelBuilder &k) { code(k, nullptr); }}, buffers.ids);
}

} // namespace tandem::cpu
