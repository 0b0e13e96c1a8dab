#include "compiler/importers/onnx/graph_import.h"

namespace tandem::onnx {

using Read = std::set<std::string, std::less<>>;

/// All that the nodes of a branch read, which may be names around it.
static void addReadsOf(const proto::GraphProto &graph, Read &read) {
  for (const proto::ValueInfoProto &output : graph.output())
    read.insert(output.name());
  for (const proto::NodeProto &node : graph.node()) {
    read.insert(node.input().begin(), node.input().end());
    for (const proto::AttributeProto &attribute : node.attribute())
      if (attribute.has_g())
        addReadsOf(attribute.g(), read);
  }
}

void collectReads(const google::protobuf::RepeatedPtrField<proto::NodeProto> &nodes,
                  llvm::ArrayRef<std::string> outputs, Read &read) {
  read.insert(outputs.begin(), outputs.end());
  for (int i = nodes.size() - 1; i >= 0; --i) { // files have nodes before those that read them
    const proto::NodeProto &node = nodes[i];
    bool counts = llvm::any_of(node.output(), [&](const std::string &name) {
      return !name.empty() && read.count(name) != 0;
    });
    if (!counts)
      continue;
    for (const std::string &name : node.input())
      if (!name.empty())
        read.insert(name);
    for (const proto::AttributeProto &attribute : node.attribute())
      if (attribute.has_g())
        addReadsOf(attribute.g(), read);
  }
}

} // namespace tandem::onnx
