#include "compiler/importers/tensorflow/graph_import.h"

namespace tandem::tensorflow {

/// Whether what stands behind the choices may run.
llvm::Expected<bool> GraphImport::isTaken(const Choices &choices) {
  for (auto [chooser, place] : choices) {
    if (llvm::Error error = evaluate(chooser.edge.node))
      return std::move(error);
    std::optional<int> taken = branch(chooser);
    if (slot(chooser.edge).kind == Slot::kDead || (taken && *taken != place))
      return false;
  }
  return true;
}

llvm::Error GraphImport::evaluateWrites() {
  for (size_t i = 0; i < flat_.writes.size(); ++i) { // loops bring more
    FlatWrite write = flat_.writes[i];
    llvm::Expected<bool> taken = isTaken(write.choices);
    if (!taken)
      return taken.takeError();
    if (llvm::Error error = *taken ? evaluate(write.node) : llvm::Error::success())
      return error;
  }
  return llvm::Error::success();
}

} // namespace tandem::tensorflow
