#include "compiler/importers/tensorflow/restore.h"

#include "compiler/importers/tensorflow/flat_graph.h"

#include <algorithm>

namespace tandem::tensorflow {
namespace {

using NodeIndex = llvm::StringMap<const proto::NodeDef *>;

constexpr int kMaxHops = 64; ///< of identities and aliases between two nodes of interest

/// Walks from an input over nodes that only hand it on.
struct Source {
  const proto::NodeDef *node = nullptr;
  int output = 0;
};
Source sourceOf(const NodeIndex &index, llvm::StringRef reference) {
  for (int hop = 0; hop < kMaxHops; ++hop) {
    const proto::NodeDef *node = index.lookup(nodeOf(reference));
    if (!node)
      return {};
    if (node->op() == "Identity" && node->input_size() > 0) {
      reference = node->input(0);
      continue;
    }
    int output = 0;
    if (reference.rsplit(':').second.getAsInteger(10, output) || output < 0)
      output = 0;
    return {node, output};
  }
  return {};
}

/// The name that a RestoreV2 has for the value: an element of its second input. "" for other
/// values.
std::string restoredName(const NodeIndex &index, llvm::StringRef value) {
  Source restore = sourceOf(index, value);
  if (!restore.node || restore.node->op() != "RestoreV2" || restore.node->input_size() < 2)
    return "";
  Source names = sourceOf(index, restore.node->input(1));
  if (!names.node || names.node->op() != "Const")
    return "";
  auto list = names.node->attr().find("value");
  if (list == names.node->attr().end() || restore.output >= list->second.tensor().string_val_size())
    return "";
  return list->second.tensor().string_val(restore.output);
}

bool isAssignment(llvm::StringRef op) {
  return op == "AssignVariableOp" || op == "Assign";
}

template <typename Nodes> NodeIndex indexOf(const Nodes &nodes) {
  NodeIndex index;
  for (const proto::NodeDef &node : nodes)
    index[node.name()] = &node;
  return index;
}

void add(llvm::StringMap<std::string> &keys, llvm::StringRef variable, std::string name) {
  if (!variable.empty() && !name.empty())
    keys.try_emplace(variable, std::move(name));
}

/// The function's arguments are the variables that the call hands over.
void addFromFunction(const proto::FunctionDef &function, const proto::NodeDef &call,
                     llvm::StringMap<std::string> &keys) {
  llvm::StringMap<llvm::StringRef> arguments;
  int count = std::min(function.signature().input_arg_size(), call.input_size());
  for (int i = 0; i < count; ++i)
    arguments[function.signature().input_arg(i).name()] = nodeOf(call.input(i));
  NodeIndex index = indexOf(function.node_def());
  for (const proto::NodeDef &node : function.node_def())
    if (isAssignment(node.op()) && node.input_size() >= 2)
      add(keys, arguments.lookup(nodeOf(node.input(0))), restoredName(index, node.input(1)));
}

} // namespace

llvm::StringMap<std::string> variableKeys(const proto::GraphDef &graph,
                                          const proto::SaverDef &saver) {
  llvm::StringMap<std::string> keys;
  NodeIndex index = indexOf(graph.node());
  const proto::NodeDef *restore = index.lookup(nodeOf(saver.restore_op_name()));
  if (restore && restore->attr().contains("f")) { // TensorFlow 2: a call with all variables
    llvm::StringRef called = restore->attr().at("f").func().name();
    for (const proto::FunctionDef &function : graph.library().function())
      if (function.signature().name() == called)
        addFromFunction(function, *restore, keys);
    return keys;
  }
  for (const proto::NodeDef &node : graph.node())
    if (isAssignment(node.op()) && node.input_size() >= 2)
      add(keys, nodeOf(node.input(0)), restoredName(index, node.input(1)));
  return keys;
}

} // namespace tandem::tensorflow
