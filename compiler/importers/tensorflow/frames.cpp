#include "compiler/importers/tensorflow/frames.h"

#include "compiler/importers/tensorflow/flat_graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

namespace tandem::tensorflow {
namespace {

/// "Enter" of "RefEnter".
llvm::StringRef plainOp(const proto::NodeDef &node) {
  llvm::StringRef op = node.op();
  op.consume_front("Ref");
  return op;
}

const proto::NodeDef *inputOf(const NodeList &list, const proto::NodeDef &node, int place,
                              llvm::StringRef op) {
  if (place >= node.input_size() || llvm::StringRef(node.input(place)).starts_with("^"))
    return nullptr;
  const proto::NodeDef *input = list.index.lookup(nodeOf(node.input(place)));
  return input && plainOp(*input) == op ? input : nullptr;
}

class FrameFinder {
public:
  FrameFinder(const NodeList::Nodes &nodes, NodeList &list) : nodes_(nodes), list_(list) {}

  void run() {
    each("Enter", [&](const proto::NodeDef &node) { addEnter(node); });
    if (list_.frames.empty())
      return;
    each("Merge", [&](const proto::NodeDef &node) { addMerge(node); });
    each("Switch", [&](const proto::NodeDef &node) { addSwitch(node); });
    each("Exit", [&](const proto::NodeDef &node) { addExit(node); });
    each("Enter", [&](const proto::NodeDef &node) { addInvariant(node); });
  }

private:
  template <typename Function> void each(llvm::StringRef op, Function function) {
    for (const proto::NodeDef &node : nodes_)
      if (plainOp(node) == op)
        function(node);
  }

  void addEnter(const proto::NodeDef &node) {
    auto name = node.attr().find("frame_name");
    if (name == node.attr().end() || name->second.s().empty())
      return;
    auto [entry, isNew] =
        frames_.try_emplace(name->second.s(), static_cast<int>(list_.frames.size()));
    if (isNew)
      list_.frames.emplace_back().name = name->second.s();
    enters_[node.name()] = entry->second;
  }
  void addMerge(const proto::NodeDef &node) {
    for (int side : {0, 1}) {
      const proto::NodeDef *enter = inputOf(list_, node, side, "Enter");
      const proto::NodeDef *next = inputOf(list_, node, 1 - side, "NextIteration");
      auto frame = enter ? enters_.find(enter->name()) : enters_.end();
      if (frame == enters_.end() || !next)
        continue;
      auto &carried = list_.frames[frame->second].carried;
      merges_[node.name()] = {frame->second, static_cast<int>(carried.size())};
      carried.push_back({&node, enter, next});
      merged_[enter->name()] = true;
      return;
    }
  }
  void addSwitch(const proto::NodeDef &node) {
    const proto::NodeDef *merge = inputOf(list_, node, 0, "Merge");
    const proto::NodeDef *condition = inputOf(list_, node, 1, "LoopCond");
    auto place = merge ? merges_.find(merge->name()) : merges_.end();
    if (place == merges_.end() || !condition)
      return;
    Frame &frame = list_.frames[place->second.first];
    if (frame.condition && frame.condition != condition)
      return;
    frame.condition = condition;
    frame.switches.push_back({&node, place->second.second});
    switches_[node.name()] = place->second;
  }
  void addExit(const proto::NodeDef &node) {
    const proto::NodeDef *from = inputOf(list_, node, 0, "Switch");
    auto place = from ? switches_.find(from->name()) : switches_.end();
    llvm::StringRef output = from ? llvm::StringRef(node.input(0)).split(':').second : "";
    bool isFalse = output.empty() || output == "0" || output == "output_false:0";
    if (place != switches_.end() && isFalse)
      list_.exits[node.name()] = place->second;
  }
  void addInvariant(const proto::NodeDef &node) {
    auto frame = enters_.find(node.name());
    if (frame != enters_.end() && !merged_.contains(node.name()))
      list_.frames[frame->second].invariants.push_back(&node);
  }

  const NodeList::Nodes &nodes_;
  NodeList &list_;
  llvm::StringMap<int> frames_, enters_;
  llvm::StringMap<bool> merged_; ///< Enters that a Merge takes
  llvm::StringMap<std::pair<int, int>> merges_, switches_;
};

/// Any node whose inputs, by value or by control, lead back to it; null: there is none.
const proto::NodeDef *findCycle(const NodeList::Nodes &nodes) {
  auto count = static_cast<size_t>(nodes.size());
  llvm::StringMap<int> places;
  for (int i = 0; i < nodes.size(); ++i)
    places[nodes[i].name()] = i; // as the index has it: the last of a name
  std::vector<llvm::SmallVector<int, 2>> readers(count);
  std::vector<int> waitsFor(count, 0);
  auto eachInput = [&](int node, auto function) {
    for (const std::string &input : nodes[node].input()) {
      auto place = places.find(nodeOf(input));
      bool isBack = place != places.end() && plainOp(nodes[node]) == "Merge" &&
                    plainOp(nodes[place->second]) == "NextIteration";
      if (place != places.end() && !isBack)
        function(place->second);
    }
  };
  for (int i = 0; i < nodes.size(); ++i)
    eachInput(i, [&](int input) {
      readers[input].push_back(i);
      ++waitsFor[i];
    });
  std::vector<int> ready;
  for (int i = 0; i < nodes.size(); ++i)
    if (waitsFor[i] == 0)
      ready.push_back(i);
  for (size_t next = 0; next < ready.size(); ++next)
    for (int reader : readers[ready[next]])
      if (--waitsFor[reader] == 0)
        ready.push_back(reader);
  if (ready.size() == count)
    return nullptr;
  // Back over what waits, until a node is met again.
  auto waits = [](int left) { return left > 0; };
  auto node = static_cast<int>(llvm::find_if(waitsFor, waits) - waitsFor.begin());
  std::vector<bool> isMet(count, false);
  while (!isMet[node]) {
    isMet[node] = true;
    int before = node;
    eachInput(node, [&](int input) {
      if (waitsFor[input] > 0)
        before = input;
    });
    node = before;
  }
  return &nodes[node];
}

} // namespace

llvm::Expected<NodeList> NodeList::of(const Nodes &nodes) {
  NodeList list;
  for (const proto::NodeDef &node : nodes)
    list.index[node.name()] = &node;
  if (const proto::NodeDef *node = findCycle(nodes))
    return llvm::createStringError("node '" + node->name() + "' (" + node->op() +
                                   "): its inputs lead back to itself");
  FrameFinder(nodes, list).run();
  return list;
}

} // namespace tandem::tensorflow
