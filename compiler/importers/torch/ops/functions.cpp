// Functions of one or two numbers that few models have, put together of others.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem::torch {

// Of one.

/// The operand in the result's type, which is real where the function is.
static MaybeValue operandOf(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  std::optional<Type> type = node.resultType();
  bool isReal = type && isa<FloatType>(*type);
  return failed(x) ? x : node.cast(x, isReal ? *type : getElementTypeOrSelf(*x));
}

template <double (*factor)()> static MaybeValue importScaled(AtenNode &node) {
  return node.multiply(operandOf(node), factor());
}
static double degreesOfRadian() {
  return 180 / M_PI;
}
static double radiansOfDegree() {
  return M_PI / 180;
}

/// aten.hardshrink and softshrink: 0 within 'lambd' of 0; the latter moves the rest there, too.
static MaybeValue importHardshrink(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  double lambda = node.number("lambd", 0.5);
  return keepWhere(node,
                   node.create<graph::LogicalNotOp>(
                       node.compare<graph::LessEqualOp>(node.create<graph::AbsOp>(x), lambda)),
                   x, 0);
}
static MaybeValue importSoftshrink(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  double lambda = node.number("lambd", 0.5);
  MaybeValue high = node.create<graph::ReluOp>(node.add(x, -lambda)),
             low = node.create<graph::ReluOp>(node.add(node.create<graph::NegOp>(x), -lambda));
  return node.subtract(high, low);
}

/// aten.celu: alpha * elu(x / alpha).
static MaybeValue importCelu(AtenNode &node) {
  double alpha = node.number("alpha", 1);
  MaybeValue scaled = node.multiply(node.tensor("self"), 1 / alpha);
  return node.multiply(node.create<graph::EluOp>(scaled, llvm::APFloat(1.0f)), alpha);
}

/// aten.rrelu outside of training: the middle of both slopes.
static MaybeValue importRrelu(AtenNode &node) {
  double slope = (node.number("lower", 0.125) + node.number("upper", 1 / 3.0)) / 2;
  if (node.flag("training", false))
    return node.unsupported("in training mode, call eval() before the export");
  return node.create<graph::LeakyReluOp>(node.tensor("self"),
                                         llvm::APFloat(static_cast<float>(slope)));
}

/// aten.logit: log(x / (1 - x)), of x held away from 0 and 1 by 'eps'.
static MaybeValue importLogit(AtenNode &node) {
  MaybeValue x = operandOf(node);
  if (node.has("eps")) {
    double epsilon = node.number("eps");
    x = clampBetween(node, x, epsilon, 1 - epsilon);
  }
  return node.create<graph::LogOp>(node.divide(x, node.add(node.create<graph::NegOp>(x), 1)));
}

/// aten.sinc: sin(pi x) / (pi x), and 1 at 0.
static MaybeValue importSinc(AtenNode &node) {
  MaybeValue angle = node.multiply(operandOf(node), M_PI);
  MaybeValue isOff = node.compare<graph::NotEqualOp>(angle, 0.0);
  return keepWhere(node, isOff, node.divide(node.create<graph::SinOp>(angle), angle), 1);
}

/// aten.frac: what is behind the point, with the sign of the number.
static MaybeValue importFrac(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  MaybeValue rest = node.create<graph::AbsOp>(x);
  rest = node.subtract(rest, node.create<graph::FloorOp>(rest));
  return node.select(node.compare<graph::LessOp>(x, 0.0), node.create<graph::NegOp>(rest), rest);
}

static MaybeValue importNanToNum(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x) || isa<IntegerType>(getElementTypeOrSelf(*x)))
    return x;
  constexpr double kMost = std::numeric_limits<float>::max();
  double nan = node.number("nan", 0), high = node.number("posinf", kMost),
         low = node.number("neginf", -kMost);
  MaybeValue isNumber = node.compare<graph::EqualOp>(x, x);
  MaybeValue result = keepWhere(node, isNumber, x, nan);
  result = keepWhere(node, node.compare<graph::NotEqualOp>(x, INFINITY), result, high);
  return keepWhere(node, node.compare<graph::NotEqualOp>(x, -INFINITY), result, low);
}

/// aten.special_entr: -x log(x), 0 at 0 and minus infinity below.
static MaybeValue importEntropy(AtenNode &node) {
  MaybeValue x = operandOf(node);
  MaybeValue entropy = node.create<graph::NegOp>(node.multiply(x, node.create<graph::LogOp>(x)));
  entropy = keepWhere(node, node.compare<graph::NotEqualOp>(x, 0.0), entropy, 0);
  return keepWhere(node, node.create<graph::LogicalNotOp>(node.compare<graph::LessOp>(x, 0.0)),
                   entropy, -INFINITY);
}

/// aten.special_ndtr: the normal distribution's share below x.
static MaybeValue importNdtr(AtenNode &node) {
  MaybeValue half = node.create<graph::ErfOp>(node.multiply(operandOf(node), M_SQRT1_2));
  return node.multiply(node.add(half, 1), 0.5);
}

// Truth values. Integers are finite.

static MaybeValue magnitudeOf(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (succeeded(x) && !isa<FloatType>(getElementTypeOrSelf(*x)))
    x = node.cast(x, node.builder().getF32Type());
  return x;
}
static MaybeValue importIsFinite(AtenNode &node) {
  return node.compare<graph::LessOp>(node.create<graph::AbsOp>(magnitudeOf(node)), INFINITY);
}
template <int sign> static MaybeValue importIsInfinite(AtenNode &node) {
  return node.compare<graph::EqualOp>(magnitudeOf(node), sign * INFINITY);
}

/// Minus 0 among the negative ones, by what 1 divided by it is.
static MaybeValue isNegative(AtenNode &node, MaybeValue x) {
  MaybeValue isBelow = node.compare<graph::LessOp>(x, 0.0);
  if (failed(isBelow) || isa<IntegerType>(getElementTypeOrSelf(*x)))
    return isBelow;
  return node.create<graph::LogicalOrOp>(isBelow,
                                         node.compare<graph::LessOp>(reciprocal(node, x), 0.0));
}
static MaybeValue importSignbit(AtenNode &node) {
  return isNegative(node, node.tensor("self"));
}

/// aten.isclose: |a - b| <= atol + rtol * |b|, or equal.
static MaybeValue importIsClose(AtenNode &node) {
  MaybeValue a = node.tensor("self"), b = node.tensor("other");
  double relative = node.number("rtol", 1e-5), absolute = node.number("atol", 1e-8);
  bool isNanEqual = node.flag("equal_nan", false);
  if (node.failed() || failed(a) || failed(b))
    return failure();
  MaybeValue isEqual = node.compare<graph::EqualOp>(a, b);
  Type real = node.builder().getF32Type();
  a = node.cast(a, real);
  b = node.cast(b, real);
  MaybeValue allowed = node.add(node.multiply(node.create<graph::AbsOp>(b), relative), absolute);
  MaybeValue distance = node.create<graph::AbsOp>(node.subtract(a, b));
  MaybeValue isNear =
      node.create<graph::LogicalAndOp>(node.compare<graph::LessEqualOp>(distance, allowed),
                                       node.compare<graph::LessOp>(distance, INFINITY));
  MaybeValue result = node.create<graph::LogicalOrOp>(isEqual, isNear);
  if (!isNanEqual)
    return result;
  return node.create<graph::LogicalOrOp>(
      result, node.create<graph::LogicalAndOp>(isNan(node, a), isNan(node, b)));
}

// Of two.

/// aten.xlogy: 0 where x is, unless y is no number.
static MaybeValue importXlogy(AtenNode &node) {
  auto [x, y] = node.operands();
  MaybeValue product = node.multiply(x, node.create<graph::LogOp>(y));
  MaybeValue isZero = node.create<graph::LogicalAndOp>(node.compare<graph::EqualOp>(x, 0.0),
                                                       node.compare<graph::EqualOp>(y, y));
  return keepWhere(node, node.create<graph::LogicalNotOp>(isZero), product, 0);
}

static MaybeValue importHypot(AtenNode &node) {
  auto [x, y] = node.operands();
  return node.create<graph::SqrtOp>(node.add(square(node, x), square(node, y)));
}

/// aten.heaviside: 0 or 1, and 'values' at 0.
static MaybeValue importHeaviside(AtenNode &node) {
  auto [x, values] = node.operands("self", "values");
  if (failed(x))
    return failure();
  MaybeValue step = node.cast(node.compare<graph::GreaterOp>(x, 0.0), getElementTypeOrSelf(*x));
  return node.select(node.compare<graph::EqualOp>(x, 0.0), values, step);
}

static MaybeValue importCopysign(AtenNode &node) {
  auto [x, y] = node.operands();
  MaybeValue magnitude = node.create<graph::AbsOp>(x);
  return node.select(isNegative(node, y), node.create<graph::NegOp>(magnitude), magnitude);
}

/// aten.fmax, fmin: the number where the other is none.
template <typename OpT> static MaybeValue importBestNumber(AtenNode &node) {
  auto [x, y] = node.operands();
  MaybeValue best = node.create<OpT>(x, y);
  if (failed(best) || isa<IntegerType>(getElementTypeOrSelf(*best)))
    return best;
  best = node.select(isNan(node, y), x, best);
  return node.select(isNan(node, x), y, best);
}

/// aten.ldexp: x * 2^y.
static MaybeValue importLdexp(AtenNode &node) {
  auto [x, y] = node.operands();
  return node.multiply(x, node.create<graph::ExpOp>(node.multiply(y, M_LN2)));
}

void registerFunctions(OpTable &table) {
  table.add("aten.deg2rad.default", importScaled<radiansOfDegree>);
  table.add("aten.rad2deg.default", importScaled<degreesOfRadian>);
  table.add("aten.hardshrink.default", importHardshrink);
  table.add("aten.softshrink.default", importSoftshrink);
  table.add("aten.celu.default", importCelu);
  table.add("aten.rrelu.default", importRrelu);
  table.add("aten.logit.default", importLogit);
  table.add("aten.sinc.default", importSinc);
  table.add("aten.frac.default", importFrac);
  table.add("aten.nan_to_num.default", importNanToNum);
  table.add("aten.special_entr.default", importEntropy);
  table.add("aten.special_ndtr.default", importNdtr);
  table.add("aten.isfinite.default", importIsFinite);
  table.add("aten.isposinf.default", importIsInfinite<1>);
  table.add("aten.isneginf.default", importIsInfinite<-1>);
  table.add("aten.signbit.default", importSignbit);
  table.add("aten.isclose.default", importIsClose);
  for (StringRef kind : {"Tensor", "Scalar_Other", "Scalar_Self"})
    table.add(("aten.xlogy." + kind).str(), importXlogy);
  table.add("aten.hypot.default", importHypot);
  table.add("aten.heaviside.default", importHeaviside);
  table.add("aten.copysign.Tensor", importCopysign);
  table.add("aten.copysign.Scalar", importCopysign);
  table.add("aten.fmax.default", importBestNumber<graph::MaximumOp>);
  table.add("aten.fmin.default", importBestNumber<graph::MinimumOp>);
  table.add("aten.ldexp.Tensor", importLdexp);
}

} // namespace tandem::torch
