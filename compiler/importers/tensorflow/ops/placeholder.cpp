#include "compiler/importers/tensorflow/graph_import.h"

namespace tandem::tensorflow {

/// The placeholders that are inputs of the model are not evaluated.
static Slots importPlaceholder(GraphImport &import, const FlatNode &node) {
  return import.fail(node, "a placeholder that is no input of the signature");
}

void registerPlaceholder(OpTable &table) {
  table.addSlots("Placeholder", importPlaceholder);
}

} // namespace tandem::tensorflow
