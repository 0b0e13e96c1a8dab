#include "compiler/importers/common/pieces.h"
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

static constexpr int64_t kMostRounds = 1024; // each stands in the graph

/// Results of all rounds, one behind the other in a new dimension.
static FailureOr<Values> stackRounds(OnnxNode &node, ArrayRef<Values> rounds,
                                     ArrayRef<int64_t> axes) {
  Values results;
  for (auto [index, given] : llvm::enumerate(axes)) {
    Values parts;
    std::optional<int64_t> axis;
    for (const Values &round : rounds) {
      SmallVector<int64_t> shape(shapeOf(round[index]));
      axis = normalizedAxis(given, static_cast<int64_t>(shape.size()) + 1);
      if (!axis)
        return node.invalid("dimension " + Twine(given) + " of a result");
      shape.insert(shape.begin() + *axis, 1);
      MaybeValue part = node.reshape(round[index], shape);
      if (failed(part))
        return failure();
      parts.push_back(*part);
    }
    MaybeValue all = concatAlong(node, parts, *axis);
    if (failed(all))
      return failure();
    results.push_back(*all);
  }
  return results;
}

/// Loop with a known number of rounds, whose condition stays true: its body stands there as often.
/// What is carried from round to round comes first, then what each round gives, side by side.
static FailureOr<Values> importLoop(OnnxNode &node) {
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
  SmallVector<Values> given;
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
    if (results->size() <= carried.size())
      return node.invalid("its body has " + Twine(results->size()) + " results");
    goesOn = results->front();
    given.emplace_back(results->begin() + carried.size() + 1, results->end());
    carried.assign(results->begin() + 1, results->begin() + carried.size() + 1);
  }
  if (node.outputCount() <= carried.size())
    return carried;
  if (given.empty())
    return node.unsupported("results of no round");
  FailureOr<Values> stacked =
      stackRounds(node, given, SmallVector<int64_t>(given.front().size(), 0));
  if (failed(stacked))
    return failure();
  carried.append(*stacked);
  return carried;
}

/// Scan: its body once for each place along a dimension of the last inputs. States come first.
static FailureOr<Values> importScan(OnnxNode &node) {
  if (node.opset() < 9) // whose first input may be left out
    return node.unsupported("before opset 9");
  FailureOr<Values> inputs = node.inputs();
  int64_t scanned = node.integer("num_scan_inputs");
  auto list = [&](StringRef name, size_t count) {
    return node.integers(name, SmallVector<int64_t>(count, 0));
  };
  if (failed(inputs) || node.failed())
    return failure();
  if (scanned < 1 || scanned > static_cast<int64_t>(inputs->size()))
    return node.invalid("'num_scan_inputs' is " + Twine(scanned));
  size_t states = inputs->size() - scanned;
  size_t given = node.outputCount() > states ? node.outputCount() - states : 0;
  SmallVector<int64_t> axes = list("scan_input_axes", scanned),
                       backwards = list("scan_input_directions", scanned),
                       outputAxes = list("scan_output_axes", given),
                       outputBackwards = list("scan_output_directions", given);
  if (node.failed())
    return failure();
  if (static_cast<int64_t>(axes.size()) != scanned || backwards.size() != axes.size() ||
      outputAxes.size() != given || outputBackwards.size() != given)
    return node.invalid(
        "its lists of dimensions are not as long as its inputs or outputs are many");
  int64_t rounds = -1;
  for (int64_t i = 0; i < scanned; ++i) {
    ArrayRef<int64_t> shape = shapeOf((*inputs)[states + i]);
    std::optional<int64_t> axis = normalizedAxis(axes[i], shape.size());
    if (!axis || (rounds >= 0 && shape[*axis] != rounds))
      return node.invalid("inputs that are not equally long");
    axes[i] = *axis;
    rounds = shape[*axis];
  }
  if (rounds < 1 || rounds > kMostRounds)
    return node.unsupported(Twine(rounds) + " rounds");
  Values carried(ArrayRef(*inputs).take_front(states));
  SmallVector<Values> all;
  for (int64_t round = 0; round < rounds; ++round) {
    Values arguments(carried);
    for (int64_t i = 0; i < scanned; ++i) {
      Value input = (*inputs)[states + i];
      SmallVector<int64_t> shape(shapeOf(input));
      shape.erase(shape.begin() + axes[i]);
      int64_t place = backwards[i] ? rounds - 1 - round : round;
      MaybeValue slice = node.reshape(sliceAlong(node, input, axes[i], place, 1), shape);
      if (failed(slice))
        return failure();
      arguments.push_back(*slice);
    }
    FailureOr<Values> results = node.importGraph("body", arguments);
    if (failed(results))
      return failure();
    if (results->size() != states + given)
      return node.invalid("its body has " + Twine(results->size()) + " results");
    carried.assign(results->begin(), results->begin() + states);
    all.emplace_back(results->begin() + states, results->end());
  }
  SmallVector<Values> ordered(all);
  for (size_t i = 0; i < given; ++i)
    for (int64_t round = 0; outputBackwards[i] && round < rounds; ++round)
      ordered[round][i] = all[rounds - 1 - round][i];
  FailureOr<Values> stacked = stackRounds(node, ordered, outputAxes);
  if (failed(stacked))
    return failure();
  carried.append(*stacked);
  return carried;
}

void registerControlFlow(OpTable &table) {
  table.addList("If", importIf);
  table.addList("Loop", importLoop);
  table.addList("Scan", importScan);
}

} // namespace tandem::onnx
