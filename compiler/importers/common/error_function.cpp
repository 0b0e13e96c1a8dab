#include "compiler/importers/common/error_function.h"

#include "compiler/importers/common/unary.h"

using namespace mlir;

namespace tandem {

/// Above 1 it is t exp(p(t) - x^2) with t = 1 / (1 + x / 2), where p, fitted on 0.16 to 1 (x to 10,
/// beyond which it is less than f32 has), is off by 5e-8 at most.
MaybeValue complementaryError(NodeBuilder &build, MaybeValue x) {
  constexpr double kFitted[] = {-1.26545952,   0.998868407,   0.384606361,  0.0443623766,
                                -0.0275121898, -0.0259944983, -0.761984414, 1.2061697,
                                -0.701847337,  0.148791168};
  MaybeValue far = clampBetween(build, x, 1, 10);
  MaybeValue t = reciprocal(build, build.add(build.multiply(far, 0.5), 1));
  MaybeValue exponent = failed(t) ? t : build.scalarLike(*t, std::end(kFitted)[-1]);
  for (double coefficient : llvm::reverse(ArrayRef(kFitted).drop_back()))
    exponent = build.add(build.multiply(exponent, t), coefficient);
  MaybeValue tail =
      build.multiply(t, build.create<graph::ExpOp>(build.subtract(exponent, square(build, far))));
  MaybeValue near = build.add(build.create<graph::NegOp>(build.create<graph::ErfOp>(x)), 1);
  return build.select(build.compare<graph::GreaterOp>(x, 1.0), tail, near);
}

} // namespace tandem
