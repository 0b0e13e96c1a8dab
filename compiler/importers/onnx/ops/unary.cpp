#include "compiler/importers/common/unary.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

template <UnaryFunction function> static MaybeValue importUnary(OnnxNode &node) {
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
  forEachUnary([&]<UnaryFunction function>(StringRef name, UnaryTakes takes) {
    table.add(capitalized(name), importUnary<function>,
              takes == UnaryTakes::kReals ? Takes::kReals : Takes::kNumbers);
  });
  table.add("Relu", importRelu, Takes::kNumbers);
  table.add("HardSwish", importUnary<oneOp<graph::HardSwishOp>>, Takes::kReals);
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
