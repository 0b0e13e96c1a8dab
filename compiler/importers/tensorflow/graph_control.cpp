// Which branch of a choice is taken, and how often a loop goes round.
#include "compiler/importers/common/rounds.h"
#include "compiler/importers/tensorflow/graph_import.h"

using namespace mlir;

namespace tandem::tensorflow {

std::optional<Numbers> GraphImport::numberAt(Edge edge) {
  const Slot &given = slot(edge);
  std::optional<Numbers> numbers;
  if (given.kind == Slot::kValue) {
    numbers = numbersOf(given.value);
  } else if (given.kind == Slot::kStored) {
    OpBuilder builder = atEnd();
    TfNode node(builder, flat_.nodes[edge.node], *this);
    MaybeValue value = valueOf(node, edge);
    if (succeeded(value))
      numbers = numbersOf(*value);
  }
  return numbers && numbers->count() == 1 ? numbers : std::nullopt;
}

std::optional<bool> GraphImport::condition(Edge edge) {
  std::optional<Numbers> number = numberAt(edge);
  if (!number)
    return std::nullopt;
  return number->isReal() ? number->reals[0] != 0 : number->integers[0] != 0;
}

std::optional<int> GraphImport::branch(const Chooser &chooser) {
  if (chooser.cases == 0) {
    std::optional<bool> holds = condition(chooser.edge);
    return holds ? std::optional(*holds ? 0 : 1) : std::nullopt;
  }
  std::optional<Numbers> number = numberAt(chooser.edge);
  if (!number || number->isReal())
    return std::nullopt;
  int64_t place = number->integers[0]; // one that no branch has means the last
  return place < 0 || place >= chooser.cases ? chooser.cases - 1 : static_cast<int>(place);
}

int GraphImport::nextOfChoice(const FlatNode &node, State &state) {
  if (state.next == 0)
    return state.next++, node.inputs[0].node;
  std::optional<int> taken = state.next == 1 ? branch({node.inputs[0], node.cases}) : std::nullopt;
  state.next = 2;
  return taken ? node.inputs[1 + *taken].node : -1;
}

Slots GraphImport::chosen(const FlatNode &node) {
  if (std::optional<int> taken = branch({node.inputs[0], node.cases}))
    return {slot(node.inputs[1 + *taken])};
  if (slot(node.inputs[0]).kind == Slot::kUnknown)
    return {Slot()};
  return refuse(node, node.cases ? "a branch that is computed at run time"
                                 : "a condition that is computed at run time");
}

/// Conditions and rounds in turn, as long as one is known to hold: the node of the next condition.
llvm::Expected<int> GraphImport::nextOfLoop(int index) {
  FlatLoop &loop = flat_.loops[flat_.nodes[index].loop];
  State &state = states_[index];
  if (state.next > 0) {
    std::optional<bool> holds = condition(loop.next);
    loop.isDone = holds && !*holds;
    if (!holds || !*holds || loop.rounds >= kMostRounds)
      return -1;
    if (llvm::Error error = flattener_.addRound(loop))
      return std::move(error);
  }
  llvm::Expected<Edge> next = flattener_.addCondition(loop);
  if (!next)
    return next.takeError();
  states_.resize(flat_.nodes.size());
  state.next = 1;
  loop.next = *next;
  return next->node;
}

int GraphImport::nextOfCarried(const FlatNode &node, State &state) {
  const FlatLoop &loop = flat_.loops[node.loop];
  int next = static_cast<int>(state.next++);
  return next == 0                  ? node.inputs[0].node
         : next == 1 && loop.isDone ? loop.carried[node.carried].node
                                    : -1;
}

/// What stands for the results of a loop that has not come to its end.
Slots GraphImport::endedLoop(const FlatNode &node) {
  const FlatLoop &loop = flat_.loops[node.loop];
  if (loop.isDone)
    return {Slot()};
  if (loop.rounds >= kMostRounds)
    return refuse(node, "more than " + std::to_string(kMostRounds) + " rounds");
  Slot::Kind kind = slot(loop.next).kind;
  if (kind == Slot::kDead || kind == Slot::kUnknown)
    return {{kind}};
  return refuse(node, "a number of rounds that is computed at run time");
}

} // namespace tandem::tensorflow
