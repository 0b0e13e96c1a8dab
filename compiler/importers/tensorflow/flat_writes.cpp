// What changes variables when a graph runs: TensorFlow runs it for its own sake, as no value needs
// it. It gets its place like a wanted value, so that the import sees it where it is alive.
#include "compiler/importers/tensorflow/flat_graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

namespace tandem::tensorflow {

static bool writesVariable(llvm::StringRef op) {
  if (op == "CountUpTo" || op == "ResourceCountUpTo" || op.contains("Assign") ||
      op.starts_with("ResourceScatter"))
    return true;
  if (op.contains("Apply")) // steps of optimizers
    return op.starts_with("Apply") || op.starts_with("Resource") || op.starts_with("SparseApply");
  // Of references. ScatterNd makes a tensor, as ScatterNdNonAliasingAdd does.
  bool isScatter = op.consume_front("Scatter");
  op.consume_front("Nd");
  constexpr llvm::StringRef kUpdates[] = {"Add", "Sub", "Mul", "Div", "Min", "Max", "Update"};
  return isScatter && llvm::is_contained(kUpdates, op);
}

/// The names in the node that may be those of functions: of calls, conditions and loops.
static llvm::SmallVector<llvm::StringRef> functionNames(const proto::NodeDef &node) {
  llvm::SmallVector<llvm::StringRef> names = {node.op()};
  for (const auto &[name, value] : node.attr()) {
    if (value.has_func())
      names.push_back(value.func().name());
    for (const auto &function : value.list().func())
      names.push_back(function.name());
  }
  return names;
}

bool Flattener::changesVariables(const proto::NodeDef &node) const {
  return writesVariable(node.op()) || llvm::any_of(functionNames(node), [&](llvm::StringRef name) {
           return writers_.contains(name);
         });
}

/// From the functions that write to those that call them, and so on. Calls may form cycles.
void Flattener::findWriters() {
  using Site = std::pair<const proto::FunctionDef *, const proto::NodeDef *>;
  llvm::StringMap<std::vector<Site>> callers;
  llvm::SmallVector<llvm::StringRef> found;
  auto add = [&](Site site) {
    auto [writer, isNew] = writers_.try_emplace(site.first->signature().name());
    writer->second.insert(site.second);
    if (isNew)
      found.push_back(writer->first());
  };
  for (const proto::FunctionDef &function : request_.graph.library().function())
    for (const proto::NodeDef &node : function.node_def()) {
      for (llvm::StringRef name : functionNames(node))
        if (functions_.contains(name))
          callers[name].push_back({&function, &node});
      if (writesVariable(node.op()))
        add({&function, &node});
    }
  while (!found.empty())
    for (Site site : callers.lookup(found.pop_back_val()))
      add(site);
}

llvm::Error Flattener::reachWrite(Body &body, const proto::NodeDef &node) {
  if (llvm::Error error = reach(body, node.name()))
    return error;
  auto place = body.places.find(node.name());
  if (place != body.places.end() && flat_.nodes[place->second].kind == FlatNode::kOperator)
    flat_.writes.push_back({place->second, choices_});
  return llvm::Error::success();
}

/// A graph runs what its values hang on, by control edges as well.
llvm::Error Flattener::reachWritesBehind(Body &body, llvm::ArrayRef<llvm::StringRef> wanted) {
  llvm::StringSet<> seen;
  llvm::SmallVector<llvm::StringRef> left(wanted);
  while (!left.empty()) {
    llvm::StringRef name = nodeOf(left.pop_back_val());
    const proto::NodeDef *node = body.list.index.lookup(name);
    if (!node || body.arguments.contains(name) || !seen.insert(name).second)
      continue;
    if (changesVariables(*node))
      if (llvm::Error error = reachWrite(body, *node))
        return error;
    left.append(node->input().begin(), node->input().end());
  }
  return llvm::Error::success();
}

/// A function that is called runs all of it that has an effect.
llvm::Error Flattener::reachWritesOf(Body &body, const proto::FunctionDef &function) {
  auto writer = writers_.find(function.signature().name());
  if (writer == writers_.end())
    return llvm::Error::success();
  for (const proto::NodeDef *node : writer->second)
    if (llvm::Error error = reachWrite(body, *node))
      return error;
  return llvm::Error::success();
}

} // namespace tandem::tensorflow
