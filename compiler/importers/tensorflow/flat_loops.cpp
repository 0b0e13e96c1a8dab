// Loops, put in place round by round.
#include "compiler/importers/tensorflow/flat_graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

namespace tandem::tensorflow {

/// Gives each result of a While its loop, which begins with the operands.
llvm::Error Flattener::startLoop(Body &body, const proto::NodeDef &node, const Call &call,
                                 llvm::ArrayRef<Edge> operands) {
  const auto &round = call.functions[0]->signature(), &condition = call.functions[1]->signature();
  if (round.output_arg_size() != static_cast<int>(operands.size()) ||
      condition.output_arg_size() != 1)
    return llvm::createStringError(
        "a loop over " + llvm::Twine(operands.size()) + " values whose body has " +
        llvm::Twine(round.output_arg_size()) + " results and whose condition has " +
        llvm::Twine(condition.output_arg_size()));
  auto number = static_cast<int>(flat_.loops.size());
  FlatNode driver{FlatNode::kLoop, &node, body.prefix + node.name()};
  driver.loop = number;
  llvm::Expected<int> place = add(std::move(driver));
  if (!place)
    return place.takeError();
  FlatLoop &loop = flat_.loops.emplace_back();
  loop.body = call.functions[0];
  loop.condition = call.functions[1];
  loop.prefix = body.prefix + node.name() + "/";
  loop.carried.assign(operands.begin(), operands.end());
  loop.active = active_;
  if (changesVariables(node))
    flat_.writes.push_back({*place, choices_});
  int first = body.places.lookup(node.name());
  for (int i = 0; i < round.output_arg_size(); ++i) {
    FlatNode &result = flat_.nodes[first + i];
    result.inputs = {{*place, 0}};
    result.loop = number;
    result.carried = i;
  }
  return llvm::Error::success();
}

/// An Exit is a result of its frame's loop, of which there is one in each body.
llvm::Error Flattener::reachExit(Body &body, const proto::NodeDef &node,
                                 std::pair<int, int> place) {
  auto [frame, carried] = place;
  auto [entry, isNew] = body.loops.try_emplace(frame, static_cast<int>(flat_.loops.size()));
  if (isNew) {
    FlatLoop &loop = flat_.loops.emplace_back();
    loop.frame = &body.list.frames[frame];
    loop.list = &body.list;
    loop.prefix = body.prefix;
    loop.active = active_;
    FlatNode driver{FlatNode::kLoop, loop.frame->condition, body.prefix + loop.frame->name};
    driver.loop = entry->second;
    llvm::Expected<int> at = add(std::move(driver));
    if (!at)
      return at.takeError();
    loop.node = *at;
  }
  FlatNode exit{FlatNode::kCarried, &node, body.prefix + node.name()};
  exit.inputs = {{flat_.loops[entry->second].node, 0}};
  exit.loop = entry->second;
  exit.carried = carried;
  llvm::Expected<int> at = add(std::move(exit));
  if (!at)
    return at.takeError();
  body.places[node.name()] = *at;
  body.reached.push_back(&node);
  return llvm::Error::success();
}

llvm::Error Flattener::connectFrame(const Body &body, FlatLoop &loop) {
  auto enter = [&](const proto::NodeDef &node, llvm::SmallVector<Edge> &edges) -> llvm::Error {
    llvm::Expected<llvm::SmallVector<Edge>> operands = operandsOf(body, node);
    if (!operands)
      return operands.takeError();
    if (operands->size() != 1)
      return llvm::createStringError("node '" + node.name() + "': it has " +
                                     llvm::Twine(operands->size()) + " inputs, expected 1");
    edges.push_back(operands->front());
    return llvm::Error::success();
  };
  for (const Frame::Carried &carried : loop.frame->carried)
    if (llvm::Error error = enter(*carried.enter, loop.carried))
      return error;
  for (const proto::NodeDef *invariant : loop.frame->invariants)
    if (llvm::Error error = enter(*invariant, loop.invariants))
      return error;
  return llvm::Error::success();
}

/// Copies of the frame's nodes that the wanted values need, for what the loop carries now.
llvm::Expected<std::vector<Edge>>
Flattener::instantiateFrame(const FlatLoop &loop, llvm::ArrayRef<llvm::StringRef> wanted) {
  size_t given = loop.carried.size() + loop.frame->switches.size() + loop.invariants.size();
  if (llvm::Error error = countInstance(given))
    return std::move(error);
  Body body{*loop.list, loop.prefix, {}, {}, {}, {}};
  for (auto [carried, edge] : llvm::zip(loop.frame->carried, loop.carried))
    body.arguments[carried.merge->name()] = edge;
  for (auto [node, place] : loop.frame->switches)
    body.arguments[node->name()] = loop.carried[place];
  for (auto [node, edge] : llvm::zip(loop.frame->invariants, loop.invariants))
    body.arguments[node->name()] = edge;
  if (llvm::Error error = reachAll(body, wanted))
    return std::move(error);
  if (llvm::Error error = connect(body))
    return std::move(error);
  return resolveAll(body, wanted);
}

llvm::Expected<Edge> Flattener::addCondition(FlatLoop &loop) {
  active_ = loop.active;
  if (loop.frame && loop.frame->condition->input_size() == 0)
    return llvm::createStringError("it has no condition");
  llvm::Expected<std::vector<Edge>> edges =
      loop.frame ? instantiateFrame(loop, {loop.frame->condition->input(0)})
                 : instantiate(*loop.condition, loop.prefix, loop.carried);
  if (!edges)
    return edges.takeError();
  return edges->front();
}

llvm::Error Flattener::addRound(FlatLoop &loop) {
  active_ = loop.active;
  llvm::SmallVector<llvm::StringRef> next;
  if (loop.frame)
    for (const Frame::Carried &carried : loop.frame->carried) {
      if (carried.next->input_size() == 0)
        return llvm::createStringError("node '" + carried.next->name() + "' has no input");
      next.push_back(carried.next->input(0));
    }
  llvm::Expected<std::vector<Edge>> edges =
      loop.frame ? instantiateFrame(loop, next)
                 : instantiate(*loop.body, loop.prefix, loop.carried);
  if (!edges)
    return edges.takeError();
  loop.carried.assign(edges->begin(), edges->end());
  ++loop.rounds;
  return llvm::Error::success();
}

} // namespace tandem::tensorflow
