#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// If with a condition that is known: the nodes of its branch stand where it is.
static FailureOr<Values> importIf(OnnxNode &node) {
  FailureOr<Elements> condition = node.constant(0, "the condition");
  if (failed(condition))
    return failure();
  if (condition->count() != 1)
    return node.invalid("the condition has " + Twine(condition->count()) + " elements");
  return node.importGraph(condition->integer(0) != 0 ? "then_branch" : "else_branch", {});
}

/// Loop with a known number of rounds, whose condition stays true: its body stands there as often.
/// What is carried from round to round comes first, then what each round gives, side by side.
static FailureOr<Values> importLoop(OnnxNode &node) {
  constexpr int64_t kMostRounds = 1024;
  if (!node.has(0))
    return node.unsupported("without a number of rounds");
  FailureOr<int64_t> rounds = node.scalarInt(0, "the number of rounds");
  if (failed(rounds))
    return failure();
  if (*rounds > kMostRounds)
    return node.unsupported(Twine(*rounds) + " rounds");
  Values carried;
  for (size_t i = 2; i < node.inputCount(); ++i) {
    MaybeValue value = node.input(i);
    if (failed(value))
      return failure();
    carried.push_back(*value);
  }
  auto boolean = [&](bool value) {
    return node.constantOf(
        Elements::ofIntegers(ElementType::kBool, {}, [&](int64_t) { return value; }));
  };
  MaybeValue goesOn = node.has(1) ? node.input(1) : boolean(true);
  if (failed(goesOn))
    return failure();
  for (int64_t round = 0; round < *rounds; ++round) {
    std::optional<Elements> known = Elements::of(*goesOn);
    if (!known || known->count() != 1)
      return node.unsupported("a condition that is computed at run time");
    if (known->integer(0) == 0)
      break;
    MaybeValue number = node.constantOf(
        Elements::ofIntegers(ElementType::kI64, {}, [&](int64_t) { return round; }));
    if (failed(number))
      return failure();
    Values inputs = {*number, *goesOn};
    inputs.append(carried);
    FailureOr<Values> results = node.importGraph("body", inputs);
    if (failed(results))
      return failure();
    if (results->size() != carried.size() + 1)
      return node.unsupported("results of each round");
    goesOn = results->front();
    carried.assign(results->begin() + 1, results->end());
  }
  return carried;
}

void registerControlFlow(OpTable &table) {
  table.addList("If", importIf);
  table.addList("Loop", importLoop);
}

} // namespace tandem::onnx
