#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

/// Operators that are one op of the graph.
template <typename OpT> static MaybeValue importUnary(OnnxNode &node) {
  return node.create<OpT>(node.input(0));
}

/// Those that the graph composes.
template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
static MaybeValue importComposed(OnnxNode &node) {
  return function(node, node.input(0));
}

static MaybeValue importRelu(OnnxNode &node) {
  MaybeValue x = node.input(0);
  if (succeeded(x) && isa<IntegerType>(getElementTypeOrSelf(*x)))
    return node.create<graph::MaximumOp>(x, node.scalarLike(*x, 0));
  return node.create<graph::ReluOp>(x);
}

static MaybeValue importSoftsign(OnnxNode &node) { // x / (1 + |x|)
  MaybeValue x = node.input(0);
  return node.divide(x, node.add(node.create<graph::AbsOp>(x), 1));
}

/// ThresholdedRelu: x where it is above 'alpha', else 0.
static MaybeValue importThresholdedRelu(OnnxNode &node) {
  double alpha = node.number("alpha", 1);
  MaybeValue x = node.input(0);
  return node.failed() ? MaybeValue(failure())
                       : keepWhere(node, node.compare<graph::GreaterOp>(x, alpha), x, 0);
}

/// Shrink: x moved by 'bias' toward 0 where it is farther than 'lambd' from it, else 0.
static MaybeValue importShrink(OnnxNode &node) {
  double bias = node.number("bias", 0), lambda = node.number("lambd", 0.5);
  MaybeValue x = node.input(0);
  if (node.failed() || failed(x))
    return failure();
  MaybeValue upper =
      keepWhere(node, node.compare<graph::GreaterOp>(x, lambda), node.add(x, -bias), 0);
  return node.select(node.compare<graph::LessOp>(x, -lambda), node.add(x, bias), upper);
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
  table.add("Relu", importRelu, Takes::kNumbers);
  table.add("Sigmoid", importUnary<graph::SigmoidOp>, Takes::kReals);
  table.add("Tanh", importUnary<graph::TanhOp>, Takes::kReals);
  table.add("HardSwish", importUnary<graph::HardSwishOp>, Takes::kReals);
  table.add("Exp", importUnary<graph::ExpOp>, Takes::kReals);
  table.add("Log", importUnary<graph::LogOp>, Takes::kReals);
  table.add("Sqrt", importUnary<graph::SqrtOp>, Takes::kReals);
  table.add("Abs", importUnary<graph::AbsOp>, Takes::kNumbers);
  table.add("Neg", importUnary<graph::NegOp>, Takes::kNumbers);
  table.add("Floor", importUnary<graph::FloorOp>, Takes::kReals);
  table.add("Ceil", importUnary<graph::CeilOp>, Takes::kReals);
  table.add("Round", importUnary<graph::RoundOp>, Takes::kReals);
  table.add("Erf", importUnary<graph::ErfOp>, Takes::kReals);
  table.add("Sin", importUnary<graph::SinOp>, Takes::kReals);
  table.add("Cos", importUnary<graph::CosOp>, Takes::kReals);
  table.add("Atan", importUnary<graph::AtanOp>, Takes::kReals);
  table.add("Reciprocal", importComposed<reciprocal>, Takes::kReals);
  table.add("Sign", importComposed<sign>, Takes::kNumbers);
  table.add("Tan", importComposed<tangent>, Takes::kReals);
  table.add("Asin", importComposed<arcSine>, Takes::kReals);
  table.add("Acos", importComposed<arcCosine>, Takes::kReals);
  table.add("Sinh", importComposed<hyperbolicSine>, Takes::kReals);
  table.add("Cosh", importComposed<hyperbolicCosine>, Takes::kReals);
  table.add("Asinh", importComposed<inverseHyperbolicSine>, Takes::kReals);
  table.add("Acosh", importComposed<inverseHyperbolicCosine>, Takes::kReals);
  table.add("Atanh", importComposed<inverseHyperbolicTangent>, Takes::kReals);
  table.add("Softsign", importSoftsign, Takes::kReals);
  table.add("ThresholdedRelu", importThresholdedRelu, Takes::kReals);
  table.add("Shrink", importShrink, Takes::kNumbers);
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
