#pragma once

#include "llvm/Support/Error.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mxnet {

/// One result of a node.
struct Entry {
  size_t node = 0;   ///< index into Symbol::nodes
  size_t output = 0; ///< which of its results
};

struct NodeRecord {
  std::string op;   ///< "Convolution"; "null" for a variable
  std::string name; ///< "conv0"
  /// Values are text in MXNet, "(3, 3)" or "True". Those with "__" around them are of the symbol's
  /// author: "__shape__".
  std::map<std::string, std::string, std::less<>> attributes;
  std::vector<Entry> inputs;

  bool isVariable() const { return op == "null"; }
};

/// A symbol as its JSON has it: the operators and variables, and which results are the model's.
struct Symbol {
  std::vector<NodeRecord> nodes;
  std::vector<Entry> heads;
};

/// Reads the JSON of all 1.x versions and those before, which call the attributes "attr" and
/// "param". Errors say what is not as MXNet writes it. Every entry points to a node there is.
llvm::Expected<Symbol> parseSymbol(std::string_view json);

/// The nodes that the heads need, each behind those that it reads; an error names a cycle.
llvm::Expected<std::vector<size_t>> orderNodes(const Symbol &symbol);

} // namespace tandem::mxnet
