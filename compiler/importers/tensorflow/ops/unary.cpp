#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::tensorflow {

/// A float32 function of what is known: of the statistics of a normalization, for the most part.
template <float (*F)(float)>
static std::optional<Numbers> foldReal(TfNode &, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 1 || !inputs[0].isReal())
    return std::nullopt;
  Numbers result = inputs[0];
  for (float &each : result.reals)
    each = F(each);
  return result;
}

static float rsqrtOf(float x) {
  return 1.0f / std::sqrt(x);
}
static float reciprocalOf(float x) {
  return 1.0f / x;
}
static float squareOf(float x) {
  return x * x;
}

/// Neg and Abs of integers as well: of axes and sizes.
template <bool KeepsSign>
static std::optional<Numbers> foldSign(TfNode &, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 1)
    return std::nullopt;
  Numbers result = inputs[0];
  for (float &each : result.reals)
    each = KeepsSign ? -each : std::abs(each);
  for (int64_t &each : result.integers)
    if (KeepsSign || each < 0)
      each = static_cast<int64_t>(-static_cast<uint64_t>(each));
  return result;
}

template <typename OpT> static MaybeValue importPlain(TfNode &node) {
  return node.create<OpT>(node.input(0));
}

/// Those that the graph composes.
template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
static MaybeValue importComposed(TfNode &node) {
  return function(node, node.input(0));
}

/// A power that is known has an op of its own more often than not.
static MaybeValue importPow(TfNode &node) {
  MaybeValue base = node.input(0), exponent = node.input(1);
  if (failed(base) || failed(exponent))
    return failure();
  std::optional<Numbers> known = numbersOf(*exponent);
  if (known && known->count() == 1 && known->isReal() &&
      shapeOf(*exponent).size() <= shapeOf(*base).size())
    return powScalar(node, base, known->reals[0]);
  return node.create<graph::PowOp>(base, exponent);
}

void registerUnary(OpTable &table) {
  table.add("Relu", importPlain<graph::ReluOp>);
  table.add("Relu6", importPlain<graph::Relu6Op>);
  table.add("Sigmoid", importPlain<graph::SigmoidOp>);
  table.add("Tanh", importPlain<graph::TanhOp>);
  table.add("Exp", importPlain<graph::ExpOp>);
  table.add("Log", importPlain<graph::LogOp>);
  table.add("Log1p", importComposed<logOnePlus>);
  table.add("Expm1", importComposed<expMinusOne>);
  table.add("Sqrt", importPlain<graph::SqrtOp>);
  table.addFold("Sqrt", foldReal<std::sqrt>);
  table.add("Rsqrt", importPlain<graph::RsqrtOp>);
  table.addFold("Rsqrt", foldReal<rsqrtOf>);
  table.add("Abs", importPlain<graph::AbsOp>);
  table.addFold("Abs", foldSign<false>);
  table.add("Neg", importPlain<graph::NegOp>);
  table.addFold("Neg", foldSign<true>);
  table.add("Floor", importPlain<graph::FloorOp>);
  table.addFold("Floor", foldReal<std::floor>);
  table.add("Ceil", importPlain<graph::CeilOp>);
  table.addFold("Ceil", foldReal<std::ceil>);
  table.add("Square", importComposed<square>);
  table.addFold("Square", foldReal<squareOf>);
  for (StringRef op : {"Reciprocal", "Inv"}) {
    table.add(op, importComposed<reciprocal>);
    table.addFold(op, foldReal<reciprocalOf>);
  }
  table.add("Pow", importPow);
  for (StringRef op : {"Round", "Rint"})
    table.add(op, importPlain<graph::RoundOp>);
  table.add("Erf", importPlain<graph::ErfOp>);
  table.add("Sin", importPlain<graph::SinOp>);
  table.add("Cos", importPlain<graph::CosOp>);
  table.add("Atan", importPlain<graph::AtanOp>);
  table.add("Sign", importComposed<sign>);
  table.add("Tan", importComposed<tangent>);
  table.add("Asin", importComposed<arcSine>);
  table.add("Acos", importComposed<arcCosine>);
  table.add("Sinh", importComposed<hyperbolicSine>);
  table.add("Cosh", importComposed<hyperbolicCosine>);
  table.add("Asinh", importComposed<inverseHyperbolicSine>);
  table.add("Acosh", importComposed<inverseHyperbolicCosine>);
  table.add("Atanh", importComposed<inverseHyperbolicTangent>);
}

} // namespace tandem::tensorflow
