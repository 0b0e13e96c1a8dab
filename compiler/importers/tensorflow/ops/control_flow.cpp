#include "compiler/importers/tensorflow/graph_import.h"

namespace tandem::tensorflow {

// The conditions of TensorFlow 1: Switch sends its input to one of two sides, Merge takes what
// comes from the side that is alive. If and calls of functions are gone when a graph is flat.

static Slots importSwitch(GraphImport &import, const FlatNode &node) {
  if (node.inputs.size() < 2)
    return import.fail(node, "has fewer than 2 inputs");
  std::optional<bool> holds = import.condition(node.inputs[1]);
  if (!holds)
    return import.refuse(node, "a condition that is computed at run time");
  Slot taken = import.slot(node.inputs[0]), dead{Slot::kDead};
  return *holds ? Slots{dead, taken} : Slots{taken, dead};
}

/// What a Case becomes where conditions become those of TensorFlow 1.
static Slots importSwitchN(GraphImport &import, const FlatNode &node) {
  auto count = node.record->attr().find("num_outs");
  if (node.inputs.size() < 2 || count == node.record->attr().end())
    return import.fail(node, "has fewer than 2 inputs, or no 'num_outs'");
  constexpr int64_t kMostBranches = 256;
  int64_t cases = count->second.i();
  if (cases < 1 || cases > kMostBranches)
    return import.fail(node, "'num_outs' is " + llvm::Twine(cases));
  std::optional<int> taken = import.branch({node.inputs[1], static_cast<int>(cases)});
  if (!taken)
    return import.refuse(node, "a branch that is computed at run time");
  Slots sides(cases, Slot{Slot::kDead});
  sides[*taken] = import.slot(node.inputs[0]);
  return sides;
}

static Slots importMerge(GraphImport &import, const FlatNode &node) {
  const Slot *alive = nullptr;
  for (Edge edge : node.inputs) {
    const Slot &slot = import.slot(edge);
    if (slot.kind == Slot::kUnknown)
      return {slot};
    if (slot.kind == Slot::kDead)
      continue;
    if (alive)
      return import.fail(node, "several of its inputs are alive");
    alive = &slot;
  }
  return {alive ? *alive : Slot{Slot::kDead}};
}

/// What a loop's Exit leads back to is gone when a graph is flat.
static Slots importLoop(GraphImport &import, const FlatNode &node) {
  return import.refuse(node, "a loop that no Exit leaves");
}

void registerControlFlow(OpTable &table) {
  for (llvm::StringRef op : {"Switch", "RefSwitch"}) {
    table.addSlots(op, importSwitch);
    table.nameOutputs(op, {"output_false", "output_true"});
  }
  table.addSlots("_SwitchN", importSwitchN);
  for (llvm::StringRef op : {"Merge", "RefMerge"}) {
    table.addSlots(op, importMerge).seesDead = true;
    table.nameOutputs(op, {"output", "value_index"});
  }
  for (llvm::StringRef op :
       {"Enter", "NextIteration", "RefEnter", "RefNextIteration", "LoopCond", "Exit", "RefExit"})
    table.addSlots(op, importLoop).isLeaf = true;
}

} // namespace tandem::tensorflow
