#include "compiler/importers/onnx/graph_import.h"

namespace tandem::onnx {

/// All that the nodes of a branch read, which may be names around it, and which may be more than
/// once.
static void addReadsOf(const proto::GraphProto &graph, Reads &read) {
  constexpr int kSeveral = 2;
  for (const proto::ValueInfoProto &output : graph.output())
    read[output.name()] += kSeveral;
  for (const proto::NodeProto &node : graph.node()) {
    for (const std::string &name : node.input())
      read[name] += kSeveral;
    for (const proto::AttributeProto &attribute : node.attribute())
      if (attribute.has_g())
        addReadsOf(attribute.g(), read);
  }
}

void collectReads(const google::protobuf::RepeatedPtrField<proto::NodeProto> &nodes,
                  llvm::ArrayRef<std::string> outputs, Reads &read) {
  for (const std::string &name : outputs)
    ++read[name];
  for (int i = nodes.size() - 1; i >= 0; --i) { // files have nodes before those that read them
    const proto::NodeProto &node = nodes[i];
    bool counts = llvm::any_of(node.output(), [&](const std::string &name) {
      return !name.empty() && read.count(name) != 0;
    });
    if (!counts)
      continue;
    for (const std::string &name : node.input())
      if (!name.empty())
        ++read[name];
    for (const proto::AttributeProto &attribute : node.attribute())
      if (attribute.has_g())
        addReadsOf(attribute.g(), read);
  }
}

} // namespace tandem::onnx
