#include "compiler/importers/tensorflow/graph_import.h"

namespace tandem::tensorflow {

/// Whatever comes in goes out, output i what input i is.
static Slots forward(GraphImport &import, const FlatNode &node) {
  Slots slots;
  for (Edge edge : node.inputs)
    slots.push_back(import.slot(edge));
  if (slots.empty())
    return import.fail(node, "has no input");
  return slots;
}

void registerIdentity(OpTable &table) {
  // CheckNumerics and EnsureShape stop a run; the graph has only what is computed.
  for (llvm::StringRef op :
       {"Identity", "IdentityN", "StopGradient", "PreventGradient", "Snapshot", "CheckNumerics",
        "EnsureShape", "PlaceholderWithDefault", "RefIdentity", "Print", "Copy", "CopyHost",
        "DeepCopy", "GuaranteeConst"})
    table.addSlots(op, forward);
}

} // namespace tandem::tensorflow
