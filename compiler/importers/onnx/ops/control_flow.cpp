#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/rounds.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// Both branches are computed, and of their results those of one taken: nothing that a node does is
/// seen outside.
static FailureOr<Values> importBothBranches(OnnxNode &node) {
  MaybeValue condition = node.input(0);
  FailureOr<Values> onTrue = node.importGraph("then_branch", {});
  FailureOr<Values> onFalse = node.importGraph("else_branch", {});
  if (failed(condition) || failed(onTrue) || failed(onFalse))
    return failure();
  if (onTrue->size() != onFalse->size())
    return node.invalid("its branches make " + Twine(onTrue->size()) + " and " +
                        Twine(onFalse->size()) + " values");
  Values results;
  for (auto [first, second] : llvm::zip(*onTrue, *onFalse)) {
    if (first.getType() != second.getType())
      return node.unsupported("the condition is computed at run time, and its branches make other "
                              "types or shapes: --value fixes an input that it depends on");
    SmallVector<int64_t> one(shapeOf(first).size(), 1);
    MaybeValue result = node.select(node.reshape(condition, one), first, second);
    if (failed(result))
      return failure();
    results.push_back(*result);
  }
  return results;
}

/// If with a condition that is known: the nodes of its branch stand where it is.
static FailureOr<Values> importIf(OnnxNode &node) {
  std::optional<Elements> condition = node.known(0);
  if (!condition)
    return importBothBranches(node);
  if (condition->count() != 1)
    return node.invalid("the condition has " + Twine(condition->count()) + " elements");
  return node.importGraph(condition->integer(0) != 0 ? "then_branch" : "else_branch", {});
}

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

namespace {
/// A Loop whose rounds stand in the graph one behind the other.
struct Loop {
  std::optional<int64_t> rounds; ///< at most so many; nothing: as long as the condition holds
  Value goesOn;                  ///< the condition of the next round
  Values carried;                ///< from round to round
  SmallVector<Values> given;     ///< by each round
};

FailureOr<Loop> readLoop(OnnxNode &node) {
  Loop loop;
  if (node.has(0)) {
    FailureOr<int64_t> rounds = node.scalarInt(0, "the number of rounds");
    if (failed(rounds))
      return failure();
    loop.rounds = *rounds;
  }
  MaybeValue goesOn = node.has(1) ? node.input(1)
                                  : node.constantOf(Elements::ofIntegers(
                                        ElementType::kBool, {}, [](int64_t) { return true; }));
  if (failed(goesOn))
    return failure();
  loop.goesOn = *goesOn;
  for (size_t i = 2; i < node.inputCount(); ++i) {
    MaybeValue value = node.input(i);
    if (failed(value))
      return failure();
    loop.carried.push_back(*value);
  }
  return loop;
}

/// Whether there is a round `number`, which the condition has to say here already.
FailureOr<bool> hasRound(OnnxNode &node, const Loop &loop, int64_t number) {
  if (loop.rounds && number >= *loop.rounds)
    return false;
  std::optional<Elements> known = Elements::of(loop.goesOn);
  if (!known || known->count() != 1)
    return node.unsupported("a condition that is computed at run time");
  if (known->integer(0) == 0)
    return false;
  if (number >= kMostRounds)
    return node.unsupported("more than " + Twine(kMostRounds) + " rounds");
  return true;
}

LogicalResult addRound(OnnxNode &node, Loop &loop, int64_t number) {
  MaybeValue index =
      node.constantOf(Elements::ofIntegers(ElementType::kI64, {}, [&](int64_t) { return number; }));
  if (failed(index))
    return failure();
  Values inputs = {*index, loop.goesOn};
  inputs.append(loop.carried);
  FailureOr<Values> results = node.importGraph("body", inputs);
  if (failed(results))
    return failure();
  size_t carried = loop.carried.size();
  if (results->size() <= carried)
    return node.invalid("its body has " + Twine(results->size()) + " results");
  loop.goesOn = results->front();
  loop.given.emplace_back(results->begin() + carried + 1, results->end());
  loop.carried.assign(results->begin() + 1, results->begin() + carried + 1);
  return success();
}
} // namespace

/// Loop whose rounds are known: their number, or a condition made of what is known, as a counter of
/// its own. What is carried from round to round comes first, then what each round gives, side by
/// side.
static FailureOr<Values> importLoop(OnnxNode &node) {
  FailureOr<Loop> loop = readLoop(node);
  if (failed(loop))
    return failure();
  for (int64_t number = 0;; ++number) {
    FailureOr<bool> hasNext = hasRound(node, *loop, number);
    if (failed(hasNext))
      return failure();
    if (!*hasNext)
      break;
    if (failed(addRound(node, *loop, number)))
      return failure();
  }
  if (node.outputCount() <= loop->carried.size())
    return loop->carried;
  if (loop->given.empty())
    return node.unsupported("results of no round");
  FailureOr<Values> stacked =
      stackRounds(node, loop->given, SmallVector<int64_t>(loop->given.front().size(), 0));
  if (failed(stacked))
    return failure();
  loop->carried.append(*stacked);
  return loop->carried;
}

namespace {
/// What a Scan goes along: dimensions of its last inputs, one place a round, and of what it gives.
struct Scan {
  Values inputs;
  size_t states = 0; ///< inputs in front, which are carried from round to round
  SmallVector<int64_t> axes, backwards, outputAxes, outputBackwards;
  int64_t rounds = -1;
};

/// The lists of a Scan's attributes, one entry for each input or output that is scanned.
LogicalResult readLists(OnnxNode &node, int64_t scanned, size_t given, Scan &scan) {
  auto list = [&](StringRef name, size_t count) {
    return node.integers(name, SmallVector<int64_t>(count, 0));
  };
  scan.axes = list("scan_input_axes", scanned);
  scan.backwards = list("scan_input_directions", scanned);
  scan.outputAxes = list("scan_output_axes", given);
  scan.outputBackwards = list("scan_output_directions", given);
  if (node.failed())
    return failure();
  if (static_cast<int64_t>(scan.axes.size()) != scanned ||
      scan.backwards.size() != scan.axes.size() || scan.outputAxes.size() != given ||
      scan.outputBackwards.size() != given)
    return node.invalid(
        "its lists of dimensions are not as long as its inputs or outputs are many");
  return success();
}

FailureOr<Scan> readScan(OnnxNode &node) {
  FailureOr<Values> inputs = node.inputs();
  int64_t scanned = node.integer("num_scan_inputs");
  if (failed(inputs) || node.failed())
    return failure();
  if (scanned < 1 || scanned > static_cast<int64_t>(inputs->size()))
    return node.invalid("'num_scan_inputs' is " + Twine(scanned));
  Scan scan;
  scan.inputs = *inputs;
  scan.states = inputs->size() - scanned;
  size_t given = node.outputCount() > scan.states ? node.outputCount() - scan.states : 0;
  if (failed(readLists(node, scanned, given, scan)))
    return failure();
  for (auto [input, axis] : llvm::zip(ArrayRef(scan.inputs).drop_front(scan.states), scan.axes)) {
    ArrayRef<int64_t> shape = shapeOf(input);
    std::optional<int64_t> normalized = normalizedAxis(axis, shape.size());
    if (!normalized || (scan.rounds >= 0 && shape[*normalized] != scan.rounds))
      return node.invalid("inputs that are not equally long");
    axis = *normalized;
    scan.rounds = shape[axis];
  }
  if (scan.rounds < 1 || scan.rounds > kMostRounds)
    return node.unsupported(Twine(scan.rounds) + " rounds");
  return scan;
}

/// What the scanned inputs have for a round, behind what is carried.
FailureOr<Values> argumentsOf(OnnxNode &node, const Scan &scan, int64_t round, Values carried) {
  for (size_t i = 0; i < scan.axes.size(); ++i) {
    Value input = scan.inputs[scan.states + i];
    SmallVector<int64_t> shape(shapeOf(input));
    shape.erase(shape.begin() + scan.axes[i]);
    int64_t place = scan.backwards[i] ? scan.rounds - 1 - round : round;
    MaybeValue slice = node.reshape(sliceAlong(node, input, scan.axes[i], place, 1), shape);
    if (failed(slice))
      return failure();
    carried.push_back(*slice);
  }
  return carried;
}
} // namespace

/// Scan: its body once for each place along a dimension of the last inputs. States come first.
static FailureOr<Values> importScan(OnnxNode &node) {
  if (node.opset() < 9) // whose first input may be left out
    return node.unsupported("before opset 9");
  FailureOr<Scan> scan = readScan(node);
  if (failed(scan))
    return failure();
  size_t given = scan->outputAxes.size();
  Values carried(ArrayRef(scan->inputs).take_front(scan->states));
  SmallVector<Values> all(scan->rounds, Values(given));
  for (int64_t round = 0; round < scan->rounds; ++round) {
    FailureOr<Values> arguments = argumentsOf(node, *scan, round, carried);
    if (failed(arguments))
      return failure();
    FailureOr<Values> results = node.importGraph("body", *arguments);
    if (failed(results))
      return failure();
    if (results->size() != scan->states + given)
      return node.invalid("its body has " + Twine(results->size()) + " results");
    carried.assign(results->begin(), results->begin() + scan->states);
    for (size_t i = 0; i < given; ++i)
      all[scan->outputBackwards[i] ? scan->rounds - 1 - round : round][i] =
          (*results)[scan->states + i];
  }
  FailureOr<Values> stacked = stackRounds(node, all, scan->outputAxes);
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
