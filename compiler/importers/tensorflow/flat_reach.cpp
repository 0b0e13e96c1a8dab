// Reaching: every node that is needed gets its place.
#include "compiler/importers/tensorflow/flat_graph.h"
#include "compiler/importers/tensorflow/flat_reference.h"

#include "llvm/ADT/Twine.h"

namespace tandem::tensorflow {

/// A call has a node for each result.
llvm::Error Flattener::reachNode(Body &body, const proto::NodeDef &node) {
  auto exit = body.list.exits.find(node.name());
  if (exit != body.list.exits.end())
    return reachExit(body, node, exit->second);
  llvm::Expected<Call> call = callOf(node);
  if (!call)
    return nodeError(node.name(), llvm::toString(call.takeError()));
  bool isLoop = call->kind == Call::kLoop;
  FlatNode made{isLoop                    ? FlatNode::kCarried
                : call->isChoice()        ? FlatNode::kChoice
                : call->functions.empty() ? FlatNode::kOperator
                                          : FlatNode::kAlias};
  made.record = made.kind == FlatNode::kAlias ? nullptr : &node;
  made.name = body.prefix + node.name();
  body.places[node.name()] = static_cast<int>(flat_.nodes.size());
  int count = call->functions.empty() ? 1 : call->results().size();
  for (int i = 0; i < std::max(count, 1); ++i) // one without results has a place as well
    if (llvm::Expected<int> place = add(made); !place)
      return place.takeError();
  body.reached.push_back(&node);
  return llvm::Error::success();
}

llvm::Error Flattener::reach(Body &body, llvm::StringRef text) {
  std::optional<Reference> reference = parseReference(text);
  if (!reference)
    return llvm::createStringError("'" + text + "' is no reference to a node's output");
  if (body.arguments.contains(reference->node) || body.places.contains(reference->node))
    return llvm::Error::success();
  const proto::NodeDef *node = body.list.index.lookup(reference->node);
  if (!node)
    return llvm::createStringError("there is no node '" + reference->node + "'");
  return reachNode(body, *node);
}

/// A control edge matters where it comes from one side of a switch, which an Identity stands for.
/// What a round of a loop is given is alive.
llvm::Error Flattener::reachPivot(Body &body, const proto::NodeDef &node, llvm::StringRef name) {
  const proto::NodeDef *pivot = body.list.index.lookup(name);
  if (!pivot || pivot->op() != "Identity" || pivot->input_size() == 0)
    return llvm::Error::success();
  llvm::StringRef source = nodeOf(pivot->input(0));
  const proto::NodeDef *from = body.list.index.lookup(source);
  if (!from || !isSwitch(from->op()) || body.arguments.contains(source))
    return llvm::Error::success();
  if (llvm::Error error = reach(body, name))
    return error;
  auto place = body.places.find(node.name()), pivotPlace = body.places.find(name);
  if (place != body.places.end() && pivotPlace != body.places.end())
    flat_.nodes[place->second].pivots.push_back(pivotPlace->second);
  return llvm::Error::success();
}

llvm::Error Flattener::reachInputs(Body &body, const proto::NodeDef &node) {
  auto exit = body.list.exits.find(node.name());
  bool isExit = llvm::StringRef(node.op()).ends_with("Exit"); // names may come twice
  if (isExit && exit != body.list.exits.end()) {              // it needs what goes into the loop
    const Frame &frame = body.list.frames[exit->second.first];
    for (const Frame::Carried &carried : frame.carried)
      if (llvm::Error error = reachInputs(body, *carried.enter))
        return error;
    for (const proto::NodeDef *enter : frame.invariants)
      if (llvm::Error error = reachInputs(body, *enter))
        return error;
    return llvm::Error::success();
  }
  for (const std::string &input : node.input()) {
    llvm::StringRef text = input;
    llvm::Error error = text.consume_front("^") ? reachPivot(body, node, text) : reach(body, input);
    if (error)
      return nodeError(node.name(), llvm::toString(std::move(error)));
  }
  return llvm::Error::success();
}

llvm::Error Flattener::reachAll(Body &body, llvm::ArrayRef<llvm::StringRef> wanted) {
  for (llvm::StringRef reference : wanted)
    if (llvm::Error error = reach(body, reference))
      return error;
  for (size_t next = 0; next < body.reached.size(); ++next)
    if (llvm::Error error = reachInputs(body, *body.reached[next]))
      return error;
  return llvm::Error::success();
}

} // namespace tandem::tensorflow
