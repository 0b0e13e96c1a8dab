#include "compiler/importers/common/norms.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"

#include <cmath>

using namespace mlir;

namespace tandem {

MaybeValue normOver(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> axes, bool keepDims,
                    double order) {
  if (failed(x))
    return failure();
  auto sum = [&](MaybeValue terms) { return build.create<graph::SumOp>(terms, axes, keepDims); };
  if (order == 0)
    return sum(build.cast(build.compare<graph::NotEqualOp>(x, 0.0), getElementTypeOrSelf(*x)));
  if (order == 2)
    return build.create<graph::SqrtOp>(sum(square(build, x)));
  MaybeValue magnitudes = build.create<graph::AbsOp>(x);
  if (order == 1)
    return sum(magnitudes);
  if (order == INFINITY)
    return build.create<graph::ReduceMaxOp>(magnitudes, axes, keepDims);
  if (order == -INFINITY)
    return build.create<graph::ReduceMinOp>(magnitudes, axes, keepDims);
  return powScalar(build, sum(powScalar(build, magnitudes, order)), 1 / order);
}

MaybeValue logAddExp(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  if (failed(a) || failed(b))
    return failure();
  MaybeValue distance = build.create<graph::AbsOp>(build.subtract(a, b));
  distance = build.select(build.compare<graph::EqualOp>(a, b), build.scalarLike(*a, 0), distance);
  MaybeValue decay = build.create<graph::ExpOp>(build.create<graph::NegOp>(distance));
  return build.add(build.create<graph::MaximumOp>(a, b), logOnePlus(build, decay));
}

} // namespace tandem
