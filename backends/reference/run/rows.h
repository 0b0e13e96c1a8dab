#pragma once

#include "backends/reference/run/op.h"

namespace tandem::reference {

/// Rows along a dimension: `length` elements `inner` apart; `outer * inner` of them.
struct Rows {
  int64_t outer = 1, length = 1, inner = 1;

  /// Calls `visit` with the place of each row's first element.
  template <typename Visit> void forEach(Visit visit) const {
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < inner; ++i)
        visit(o * length * inner + i);
  }
};

/// `axis` is inside the shape.
inline Rows rowsAlong(const Shape &shape, int64_t axis) {
  Rows rows;
  for (size_t d = 0; d < shape.size(); ++d) {
    auto at = static_cast<int64_t>(d);
    (at < axis ? rows.outer : at == axis ? rows.length : rows.inner) *= shape[d];
  }
  return rows;
}

/// Along the attribute "axis" of an op that keeps its operand's shape.
inline Result<Rows> rowsOf(const Op &op) {
  const Shape &shape = op.operand(0).shape;
  if (shape.empty() || shape != op.result().shape)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(int64_t axis,
                          op.integer("axis", 0, static_cast<int64_t>(shape.size()) - 1));
  return rowsAlong(shape, axis);
}

} // namespace tandem::reference
