#include "compiler/importers/tensorflow/flat_reference.h"

#include "compiler/importers/tensorflow/flat_graph.h"

namespace tandem::tensorflow {

std::optional<Reference> parseReference(llvm::StringRef text) {
  Reference reference;
  text.consume_front("^");
  auto [node, rest] = text.split(':');
  reference.node = node;
  auto [first, second] = rest.split(':');
  llvm::StringRef number = rest.contains(':') ? second : first;
  reference.output = rest.contains(':') ? first : "";
  if (!rest.empty() && number.getAsInteger(10, reference.index))
    return std::nullopt;
  return reference.index < 0 || node.empty() ? std::nullopt : std::optional(reference);
}

llvm::Error nodeError(llvm::StringRef node, const llvm::Twine &what) {
  return llvm::createStringError("node '" + node + "': " + what);
}

bool isSwitch(llvm::StringRef op) {
  return op == "Switch" || op == "RefSwitch" || op == "_SwitchN";
}

llvm::StringRef nodeOf(llvm::StringRef reference) {
  reference.consume_front("^");
  return reference.split(':').first;
}

} // namespace tandem::tensorflow
