#include "compiler/importers/common/unary.h"
#include "compiler/importers/common/error_function.h"
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

template <UnaryFunction function> static MaybeValue importUnary(TfNode &node) {
  return function(node, node.input(0));
}

/// Sign, which of NaN is NaN, of integers as well.
static MaybeValue importSign(TfNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || !isa<FloatType>(getElementTypeOrSelf(*x)))
    return sign(node, x);
  return node.select(isNan(node, x), x, sign(node, x));
}

/// Erfc: what erf leaves of 1, and of negative ones what it adds to it.
static MaybeValue importErfc(TfNode &node) {
  return complementaryError(node, node.input(0));
}

/// A power that is known has an op of its own more often than not.
static MaybeValue importPow(TfNode &node) {
  MaybeValue base = node.input(0), exponent = node.input(1);
  if (failed(base) || failed(exponent))
    return failure();
  if (isa<IntegerType>(getElementTypeOrSelf(*base)))
    return powIntegers(node, base, exponent);
  std::optional<Numbers> known = numbersOf(*exponent);
  if (known && known->count() == 1 && known->isReal() &&
      shapeOf(*exponent).size() <= shapeOf(*base).size())
    return powScalar(node, base, known->reals[0]);
  return node.create<graph::PowOp>(base, exponent);
}

void registerUnary(OpTable &table) {
  auto add = [&]<UnaryFunction function>(StringRef name, UnaryTakes) {
    table.add(capitalized(name), importUnary<function>);
  };
  forEachUnary(add);
  forEachFusedUnary(add);
  table.add("Sign", importSign);
  table.add("Erfc", importErfc);
  table.add("Relu", importUnary<oneOp<graph::ReluOp>>);
  table.add("Relu6", importUnary<oneOp<graph::Relu6Op>>);
  table.add("Rint", importUnary<oneOp<graph::RoundOp>>);
  table.add("Inv", importUnary<reciprocal>);
  table.add("Pow", importPow);
  table.addFold("Sqrt", foldReal<std::sqrt>);
  table.addFold("Rsqrt", foldReal<rsqrtOf>);
  table.addFold("Abs", foldSign<false>);
  table.addFold("Neg", foldSign<true>);
  table.addFold("Floor", foldReal<std::floor>);
  table.addFold("Ceil", foldReal<std::ceil>);
  table.addFold("Square", foldReal<squareOf>);
  for (StringRef op : {"Reciprocal", "Inv"})
    table.addFold(op, foldReal<reciprocalOf>);
}

} // namespace tandem::tensorflow
