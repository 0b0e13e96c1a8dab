#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

static constexpr auto kNone = graph::Activation::None;

/// Operators that are one op of the graph.
template <typename OpT> static MaybeValue importUnary(OnnxNode &node) {
  return node.create<OpT>(node.input(0));
}

static MaybeValue importReciprocal(OnnxNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  return node.create<graph::DivOp>(node.scalarLike(*x, 1), x, kNone);
}

static MaybeValue importCeil(OnnxNode &node) { // -floor(-x)
  MaybeValue x = node.input(0);
  return node.create<graph::NegOp>(node.create<graph::FloorOp>(node.create<graph::NegOp>(x)));
}

/// Erf by Abramowitz and Stegun 7.1.26, at most 1.5e-7 off: of |x| by a polynomial in
/// t = 1 / (1 + 0.3275911 |x|), times the sign.
static MaybeValue importErf(OnnxNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  auto scalar = [&](double value) { return node.scalarLike(*x, value); };
  auto times = [&](MaybeValue a, MaybeValue b) { return node.create<graph::MulOp>(a, b, kNone); };
  auto plus = [&](MaybeValue a, MaybeValue b) { return node.create<graph::AddOp>(a, b, kNone); };
  MaybeValue magnitude = node.create<graph::AbsOp>(x);
  MaybeValue t = node.create<graph::DivOp>(
      scalar(1), plus(times(magnitude, scalar(0.3275911)), scalar(1)), kNone);
  MaybeValue sum = scalar(1.061405429);
  for (double coefficient : {-1.453152027, 1.421413741, -0.284496736, 0.254829592})
    sum = plus(times(sum, t), scalar(coefficient));
  MaybeValue decay = node.create<graph::ExpOp>(node.create<graph::NegOp>(times(x, x)));
  MaybeValue positive = node.create<graph::SubOp>(scalar(1), times(times(sum, t), decay), kNone);
  MaybeValue sign = node.create<graph::ReluN1To1Op>(times(x, scalar(1e30)));
  return times(sign, positive);
}

static MaybeValue importSoftsign(OnnxNode &node) { // x / (1 + |x|)
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  MaybeValue divisor =
      node.create<graph::AddOp>(node.create<graph::AbsOp>(x), node.scalarLike(*x, 1), kNone);
  return node.create<graph::DivOp>(x, divisor, kNone);
}

template <double (*function)(double)>
static std::optional<Elements> evaluate(OnnxNode &, ArrayRef<Elements> in) {
  return in.size() != 1 ? std::nullopt : evaluateUnary(in[0], function);
}

/// Integers as well.
template <typename Function>
static std::optional<Elements> evaluateAny(ArrayRef<Elements> in, Function function) {
  if (in.size() != 1 || in[0].isSplat() || in[0].type() == ElementType::kBool)
    return std::nullopt;
  if (in[0].isReal())
    return evaluateUnary(in[0], function);
  return Elements::ofIntegers(in[0].type(), in[0].shape(), [&](int64_t i) {
    return in[0].integer(i) == INT64_MIN ? INT64_MIN : function(in[0].integer(i));
  });
}
static std::optional<Elements> evaluateNeg(OnnxNode &, ArrayRef<Elements> in) {
  return evaluateAny(in, [](auto x) { return -x; });
}
static std::optional<Elements> evaluateAbs(OnnxNode &, ArrayRef<Elements> in) {
  return evaluateAny(in, [](auto x) { return x < 0 ? -x : x; });
}

void registerUnary(OpTable &table) {
  table.add("Relu", importUnary<graph::ReluOp>);
  table.add("Sigmoid", importUnary<graph::SigmoidOp>);
  table.add("Tanh", importUnary<graph::TanhOp>);
  table.add("HardSwish", importUnary<graph::HardSwishOp>);
  table.add("Exp", importUnary<graph::ExpOp>);
  table.add("Log", importUnary<graph::LogOp>);
  table.add("Sqrt", importUnary<graph::SqrtOp>);
  table.add("Abs", importUnary<graph::AbsOp>);
  table.add("Neg", importUnary<graph::NegOp>);
  table.add("Floor", importUnary<graph::FloorOp>);
  table.add("Reciprocal", importReciprocal, Takes::kReals);
  table.add("Ceil", importCeil, Takes::kReals);
  table.add("Erf", importErf, Takes::kReals);
  table.add("Softsign", importSoftsign, Takes::kReals);
  table.addEvaluation("Sqrt", evaluate<std::sqrt>);
  table.addEvaluation("Floor", evaluate<std::floor>);
  table.addEvaluation("Ceil", evaluate<std::ceil>);
  table.addEvaluation("Round", evaluate<std::nearbyint>); // ties to even
  table.addEvaluation("Exp", evaluate<std::exp>);
  table.addEvaluation("Log", evaluate<std::log>);
  table.addEvaluation("Cos", evaluate<std::cos>);
  table.addEvaluation("Sin", evaluate<std::sin>);
  table.addEvaluation("Neg", evaluateNeg);
  table.addEvaluation("Abs", evaluateAbs);
}

} // namespace tandem::onnx
