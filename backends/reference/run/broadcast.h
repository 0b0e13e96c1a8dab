#pragma once

#include "backends/reference/run/op.h"
#include "backends/reference/run/walk.h"

namespace tandem::reference {

/// Distances in the first `N` operands and the result, along the result's dimensions, with NumPy's
/// broadcasting. An error when the result's shape is not what they broadcast to.
template <size_t N> Result<std::array<Steps, N + 1>> broadcast(const Op &op) {
  const Shape &out = op.result().shape;
  std::array<Steps, N + 1> steps;
  steps[N] = rowMajorSteps(out);
  Shape covered(out.size(), 1);
  for (size_t i = 0; i < N; ++i) {
    const Shape &shape = op.operand(i).shape;
    steps[i] = Steps(out.size(), 0);
    if (shape.size() > out.size())
      return op.wrongShape();
    Steps own = rowMajorSteps(shape);
    size_t offset = out.size() - shape.size();
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == 1)
        continue;
      if (shape[d] != out[offset + d])
        return op.wrongShape();
      steps[i][offset + d] = own[d];
      covered[offset + d] = shape[d];
    }
  }
  if (covered != out)
    return op.wrongShape();
  return steps;
}

} // namespace tandem::reference
