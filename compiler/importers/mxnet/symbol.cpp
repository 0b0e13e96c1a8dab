#include "compiler/importers/mxnet/symbol.h"

#include "compiler/importers/common/excerpt.h"
#include "compiler/importers/common/json.h"

#include "llvm/ADT/Twine.h"

namespace tandem::mxnet {

static llvm::Error invalid(const llvm::Twine &what) {
  return llvm::createStringError("the symbol is not one of MXNet: " + what);
}

/// [node, output] or [node, output, version].
static std::optional<Entry> parseEntry(const Json &json, size_t nodeCount) {
  std::optional<llvm::SmallVector<int64_t>> numbers = asInts(json);
  constexpr int64_t kMostOutputs = 1 << 16;
  if (!numbers || numbers->size() < 2 || numbers->size() > 3 || (*numbers)[0] < 0 ||
      static_cast<uint64_t>((*numbers)[0]) >= nodeCount || (*numbers)[1] < 0 ||
      (*numbers)[1] > kMostOutputs)
    return std::nullopt;
  return Entry{static_cast<size_t>((*numbers)[0]), static_cast<size_t>((*numbers)[1])};
}

/// Before 1.0 the operator's own attributes were "param" and the author's "attr"; since then both
/// are "attr" or, from 1.2 on, "attrs".
static bool parseAttributes(const Json &json, NodeRecord &node) {
  for (llvm::StringRef key : {"attrs", "attr", "param"}) {
    const Json *attributes = member(json, key);
    if (!attributes)
      continue;
    if (!attributes->is_object())
      return false;
    for (const auto &[name, value] : attributes->items()) {
      std::optional<llvm::StringRef> text = asString(value);
      if (!text)
        return false;
      node.attributes.emplace(name, text->str());
    }
  }
  return true;
}

static llvm::Expected<NodeRecord> parseNode(const Json &json, size_t index, size_t nodeCount) {
  NodeRecord node;
  node.op = stringMember(json, "op").str();
  node.name = stringMember(json, "name").str();
  if (node.op.empty() || node.name.empty())
    return invalid("node " + llvm::Twine(index) + " has no operator or no name");
  if (!parseAttributes(json, node))
    return invalid("the attributes of the node '" + node.name + "' are not texts by name");
  const Json *inputs = member(json, "inputs");
  if (inputs && !inputs->is_array())
    return invalid("the inputs of the node '" + node.name + "' are no list");
  for (size_t i = 0; inputs && i < inputs->size(); ++i) {
    std::optional<Entry> entry = parseEntry((*inputs)[i], nodeCount);
    if (!entry)
      return invalid("input " + llvm::Twine(i) + " of the node '" + node.name + "' is " +
                     excerpt((*inputs)[i].dump(), kMostOfValue) +
                     ", expected the numbers of a node and of " + "one of its results");
    node.inputs.push_back(*entry);
  }
  return node;
}

llvm::Expected<Symbol> parseSymbol(std::string_view text) {
  llvm::Expected<Json> json = parseJson(text, "the symbol");
  if (!json)
    return json.takeError();
  const Json *nodes = member(*json, "nodes"), *heads = member(*json, "heads");
  if (!nodes || !nodes->is_array())
    return invalid("it has no list 'nodes'");
  if (!heads || !heads->is_array() || heads->empty())
    return invalid("it has no list 'heads', its results");
  Symbol symbol;
  for (const Json &each : *nodes) {
    llvm::Expected<NodeRecord> node = parseNode(each, symbol.nodes.size(), nodes->size());
    if (!node)
      return node.takeError();
    symbol.nodes.push_back(std::move(*node));
  }
  for (const Json &head : *heads) {
    std::optional<Entry> entry = parseEntry(head, nodes->size());
    if (!entry)
      return invalid("a head is " + excerpt(head.dump(), kMostOfValue) +
                     ", expected the numbers of a node and of one of its results");
    symbol.heads.push_back(*entry);
  }
  return symbol;
}

namespace {
/// Depth first, with a stack of our own: a symbol may be as deep as it has nodes.
class Ordering {
public:
  explicit Ordering(const Symbol &symbol)
      : symbol_(symbol), state_(symbol.nodes.size(), State::kNew) {}

  llvm::Error visit(size_t root);
  std::vector<size_t> order;

private:
  enum class State : uint8_t { kNew, kOpen, kDone };
  struct Step {
    size_t node, nextInput;
  };
  const Symbol &symbol_;
  std::vector<State> state_;
};

llvm::Error Ordering::visit(size_t root) {
  if (state_[root] != State::kNew)
    return llvm::Error::success();
  std::vector<Step> stack = {{root, 0}};
  state_[root] = State::kOpen;
  while (!stack.empty()) {
    auto &[node, nextInput] = stack.back();
    const std::vector<Entry> &inputs = symbol_.nodes[node].inputs;
    if (nextInput == inputs.size()) {
      state_[node] = State::kDone;
      order.push_back(node);
      stack.pop_back();
      continue;
    }
    size_t input = inputs[nextInput++].node;
    if (state_[input] == State::kOpen)
      return llvm::createStringError("the node '" + symbol_.nodes[input].name +
                                     "' waits for its own result, by way of '" +
                                     symbol_.nodes[node].name + "'");
    if (state_[input] == State::kNew) {
      state_[input] = State::kOpen;
      stack.push_back({input, 0});
    }
  }
  return llvm::Error::success();
}
} // namespace

llvm::Expected<std::vector<size_t>> orderNodes(const Symbol &symbol) {
  Ordering ordering(symbol);
  for (const Entry &head : symbol.heads)
    if (llvm::Error cycle = ordering.visit(head.node))
      return cycle;
  return std::move(ordering.order);
}

} // namespace tandem::mxnet
