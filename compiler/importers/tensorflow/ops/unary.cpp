#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::tensorflow {

static constexpr auto kNone = graph::Activation::None;

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

static MaybeValue importSquare(TfNode &node) {
  MaybeValue x = node.input(0);
  return node.create<graph::MulOp>(x, x, kNone);
}

static MaybeValue importReciprocal(TfNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  return node.create<graph::DivOp>(node.scalarLike(*x, 1), x, kNone);
}

static MaybeValue importCeil(TfNode &node) {
  return node.create<graph::NegOp>(
      node.create<graph::FloorOp>(node.create<graph::NegOp>(node.input(0))));
}

static MaybeValue importLog1p(TfNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  return node.create<graph::LogOp>(node.create<graph::AddOp>(x, node.scalarLike(*x, 1), kNone));
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
  table.add("Log1p", importLog1p);
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
  table.add("Ceil", importCeil);
  table.addFold("Ceil", foldReal<std::ceil>);
  table.add("Square", importSquare);
  table.addFold("Square", foldReal<squareOf>);
  for (StringRef op : {"Reciprocal", "Inv"}) {
    table.add(op, importReciprocal);
    table.addFold(op, foldReal<reciprocalOf>);
  }
  table.add("Pow", importPow);
}

} // namespace tandem::tensorflow
