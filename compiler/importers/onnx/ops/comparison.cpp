#include "compiler/importers/onnx/evaluate.h"

using namespace mlir;

namespace tandem::onnx {

// Comparisons, logic and choices on known tensors, as the computation of shapes has them.

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

void registerComparison(OpTable &table) {
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
