#include "compiler/importers/common/importer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace tandem {

void UnsupportedOps::add(llvm::StringRef op, llvm::StringRef node, llvm::StringRef reason) {
  auto entry = llvm::find_if(entries_, [&](const Entry &candidate) {
    return candidate.op == op && candidate.reason == reason;
  });
  if (entry == entries_.end()) {
    entries_.push_back({op.str(), reason.str(), {}});
    entry = std::prev(entries_.end());
  }
  entry->nodes.push_back(node.str());
}

std::string UnsupportedOps::message() const {
  constexpr size_t kNodesShown = 5;
  std::string text;
  llvm::raw_string_ostream out(text);
  out << entries_.size() << " unsupported operator" << (entries_.size() == 1 ? "" : "s") << ": ";
  llvm::interleaveComma(entries_, out, [&](const Entry &entry) {
    out << entry.op << " (" << entry.nodes.size() << ": ";
    llvm::interleaveComma(llvm::ArrayRef(entry.nodes).take_front(kNodesShown), out);
    if (entry.nodes.size() > kNodesShown)
      out << ", ...";
    if (!entry.reason.empty())
      out << "; " << entry.reason;
    out << ")";
  });
  return text;
}

} // namespace tandem
