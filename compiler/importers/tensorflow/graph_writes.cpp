#include "compiler/importers/tensorflow/graph_import.h"

namespace tandem::tensorflow {

/// Whether what stands behind the choices may run.
llvm::Expected<bool> GraphImport::isTaken(const Choices &choices) {
  for (auto [edge, side] : choices) {
    if (llvm::Error error = evaluate(edge.node))
      return std::move(error);
    std::optional<bool> holds = condition(edge);
    if (slot(edge).kind == Slot::kDead || (holds && *holds != side))
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
