#include "compiler/importers/tensorflow/graph_import.h"

namespace tandem::tensorflow {

static std::string storedName(const GraphImport &import, const FlatNode &node) {
  auto key = import.model().variableKeys.find(node.record->name());
  if (key != import.model().variableKeys.end())
    return key->second;
  auto shared = node.record->attr().find("shared_name");
  bool isNamed = shared != node.record->attr().end() && !shared->second.s().empty();
  return isNamed ? shared->second.s() : node.record->name();
}

static Slots importHandle(GraphImport &import, const FlatNode &node) {
  return {{Slot::kVariable, {}, nullptr, storedName(import, node)}};
}

/// VariableV2 of TensorFlow 1, whose output is the value itself.
static Slots importReference(GraphImport &import, const FlatNode &node) {
  return {{Slot::kStored, {}, nullptr, storedName(import, node)}};
}

static Slots importRead(GraphImport &import, const FlatNode &node) {
  if (node.inputs.empty())
    return import.fail(node, "has no input");
  Slot slot = import.slot(node.inputs[0]);
  if (slot.kind == Slot::kVariable)
    slot.kind = Slot::kStored;
  return {slot};
}

/// Whether a variable has its value, which those of a saved model have.
static MaybeValue importIsInitialized(TfNode &node) {
  return constantFrom(node, Numbers::scalarOf(node.builder().getI1Type(), 1));
}

void registerVariable(OpTable &table) {
  table.addSlots("VarHandleOp", importHandle);
  table.addSlots("VariableV2", importReference);
  table.addSlots("Variable", importReference);
  table.addSlots("ReadVariableOp", importRead);
  for (llvm::StringRef op : {"VarIsInitializedOp", "IsVariableInitialized"})
    table.add(op, importIsInitialized);
}

} // namespace tandem::tensorflow
