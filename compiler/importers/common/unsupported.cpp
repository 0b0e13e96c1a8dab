#include "compiler/importers/common/excerpt.h"
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

void UnsupportedOps::addInput(llvm::StringRef name, llvm::StringRef reason) {
  inputs_.push_back(excerpt(name, kMostOfName) + " (" + reason.str() + ")");
}

/// "2 unsupported inputs: ".
static void printCount(llvm::raw_ostream &out, size_t count, llvm::StringRef what) {
  out << count << " unsupported " << what << (count == 1 ? "" : "s") << ": ";
}

std::string UnsupportedOps::message() const {
  constexpr size_t kNodesShown = 5;
  std::string text;
  llvm::raw_string_ostream out(text);
  if (!inputs_.empty()) {
    printCount(out, inputs_.size(), "input");
    llvm::interleaveComma(inputs_, out);
    out << (entries_.empty() ? "" : "; ");
  }
  if (entries_.empty())
    return text;
  printCount(out, entries_.size(), "operator");
  llvm::interleaveComma(entries_, out, [&](const Entry &entry) {
    out << excerpt(entry.op, kMostOfName) << " (" << entry.nodes.size() << ": ";
    llvm::interleaveComma(llvm::ArrayRef(entry.nodes).take_front(kNodesShown), out,
                          [&](const std::string &node) { out << excerpt(node, kMostOfName); });
    if (entry.nodes.size() > kNodesShown)
      out << ", ...";
    out << "; " << excerpt(entry.reason, kMostOfPhrase) << ")";
  });
  return text;
}

} // namespace tandem
