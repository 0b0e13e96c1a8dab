#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

// Comparisons, logic and choices; on known tensors as the computation of shapes has them.

using Known = ArrayRef<Elements>;

template <typename Compare> static std::optional<Elements> compare(OnnxNode &, Known in) {
  auto both = [](auto a, auto b) -> int64_t { return Compare()(a, b); };
  return in.size() != 2 ? std::nullopt
                        : evaluateBinary(in[0], in[1], both, both, ElementType::kBool);
}

static std::optional<Elements> evaluateNot(OnnxNode &, Known in) {
  if (in.size() != 1 || in[0].type() != ElementType::kBool || in[0].isSplat())
    return std::nullopt;
  return Elements::ofIntegers(ElementType::kBool, in[0].shape(),
                              [&](int64_t i) { return in[0].integer(i) == 0; });
}

/// Where: the second operand where the first is true, the third elsewhere.
static std::optional<Elements> evaluateWhere(OnnxNode &, Known in) {
  if (in.size() != 3 || in[1].type() != in[2].type() || in[0].type() != ElementType::kBool)
    return std::nullopt;
  auto shape = evaluatedShape(in);
  if (!shape)
    return std::nullopt;
  auto place = [&](const Elements &operand, int64_t i) {
    return broadcastPlace(i, *shape, operand.shape());
  };
  auto chosen = [&](int64_t i) -> const Elements & {
    return in[0].integer(place(in[0], i)) != 0 ? in[1] : in[2];
  };
  if (in[1].isReal())
    return Elements::ofReals(in[1].type(), *shape,
                             [&](int64_t i) { return chosen(i).real(place(chosen(i), i)); });
  return Elements::ofIntegers(in[1].type(), *shape,
                              [&](int64_t i) { return chosen(i).integer(place(chosen(i), i)); });
}

template <typename OpT> static MaybeValue importComparison(OnnxNode &node) {
  return node.compare<OpT>(node.input(0), node.input(1));
}

static MaybeValue importNot(OnnxNode &node) {
  return node.create<graph::LogicalNotOp>(node.input(0));
}

static MaybeValue importWhere(OnnxNode &node) {
  return node.select(node.input(0), node.input(1), node.input(2));
}

static MaybeValue importIsNan(OnnxNode &node) {
  return isNan(node, node.input(0));
}

/// IsInf: of one sign alone where an attribute leaves the other out.
static MaybeValue importIsInf(OnnxNode &node) {
  MaybeValue x = node.input(0);
  bool negative = node.flag("detect_negative", true), positive = node.flag("detect_positive", true);
  if (node.failed() || failed(x))
    return failure();
  if (negative && positive)
    return isInfinite(node, x);
  if (!negative && !positive)
    return node.compare<graph::LessOp>(x, x); // of nothing
  return node.compare<graph::EqualOp>(x, negative ? -INFINITY : INFINITY);
}

void registerComparison(OpTable &table) {
  table.add("Equal", importComparison<graph::EqualOp>, Takes::kNumbers);
  table.add("Less", importComparison<graph::LessOp>, Takes::kNumbers);
  table.add("LessOrEqual", importComparison<graph::LessEqualOp>, Takes::kNumbers);
  table.add("Greater", importComparison<graph::GreaterOp>, Takes::kNumbers);
  table.add("GreaterOrEqual", importComparison<graph::GreaterEqualOp>, Takes::kNumbers);
  table.add("And", importComparison<graph::LogicalAndOp>);
  table.add("Or", importComparison<graph::LogicalOrOp>);
  table.add("Xor", importComparison<graph::NotEqualOp>);
  table.add("Not", importNot);
  table.add("Where", importWhere);
  table.add("IsNaN", importIsNan, Takes::kReals);
  table.add("IsInf", importIsInf, Takes::kReals);
  table.addEvaluation("Equal", compare<std::equal_to<>>);
  table.addEvaluation("Less", compare<std::less<>>);
  table.addEvaluation("LessOrEqual", compare<std::less_equal<>>);
  table.addEvaluation("Greater", compare<std::greater<>>);
  table.addEvaluation("GreaterOrEqual", compare<std::greater_equal<>>);
  table.addEvaluation("And", compare<std::logical_and<>>);
  table.addEvaluation("Or", compare<std::logical_or<>>);
  table.addEvaluation("Xor", compare<std::not_equal_to<>>);
  table.addEvaluation("Not", evaluateNot);
  table.addEvaluation("Where", evaluateWhere);
}

} // namespace tandem::onnx
