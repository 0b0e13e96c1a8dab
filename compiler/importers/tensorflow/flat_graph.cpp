#include "compiler/importers/tensorflow/flat_graph.h"
#include "compiler/importers/tensorflow/flat_reference.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/Twine.h"

namespace tandem::tensorflow {
namespace {

constexpr size_t kMaxNodes = size_t(1) << 18; ///< functions that call functions grow exponentially
constexpr size_t kMaxCallDepth = 64;
constexpr size_t kMaxHandedOn = size_t(1) << 23; ///< by calls and rounds, which may have no nodes

} // namespace

Flattener::Flattener(FlattenRequest request) : request_(std::move(request)) {
  for (const auto &function : request_.graph.library().function())
    functions_[function.signature().name()] = &function;
  findWriters();
}

llvm::Expected<const NodeList *> Flattener::listOf(const NodeList::Nodes &nodes) {
  auto found = lists_.find(&nodes);
  if (found != lists_.end())
    return &found->second;
  llvm::Expected<NodeList> list = NodeList::of(nodes);
  if (!list)
    return list.takeError();
  return &lists_.emplace(&nodes, std::move(*list)).first->second;
}

llvm::Expected<int> Flattener::add(FlatNode node) {
  if (flat_.nodes.size() >= kMaxNodes)
    return llvm::createStringError("the graph has more than " + llvm::Twine(kMaxNodes) +
                                   " nodes once its function calls and loops are inlined");
  flat_.nodes.push_back(std::move(node));
  return static_cast<int>(flat_.nodes.size()) - 1;
}

llvm::Error Flattener::countInstance(size_t values) {
  handedOn_ += values + 1;
  if (handedOn_ <= kMaxHandedOn)
    return llvm::Error::success();
  return llvm::createStringError("its function calls and loops hand on more than " +
                                 llvm::Twine(kMaxHandedOn) + " values");
}

// connecting: every node gets its inputs

llvm::Expected<Edge> Flattener::resolve(const Body &body, llvm::StringRef text) const {
  std::optional<Reference> reference = parseReference(text);
  if (!reference)
    return llvm::createStringError("'" + text + "' is no reference to a node's output");
  const proto::NodeDef *record = body.list.index.lookup(reference->node);
  auto argument = body.arguments.find(reference->node);
  if (argument != body.arguments.end()) {
    bool isSide = record && isSwitch(record->op()); // of what a loop carries: both have it
    if (reference->index != 0 && !isSide)
      return llvm::createStringError("'" + text + "': an argument is one tensor");
    return argument->second;
  }
  auto place = body.places.find(reference->node);
  if (place == body.places.end())
    return llvm::createStringError("there is no node '" + reference->node + "'");
  llvm::Expected<Call> call = callOf(*record);
  if (!call)
    return call.takeError();
  if (call->functions.empty()) {
    bool isExit = body.list.exits.contains(reference->node);
    int first = reference->output.empty() || isExit
                    ? 0
                    : request_.outputPlace(record->op(), reference->output);
    if (reference->index > INT32_MAX - first || (isExit && reference->index > 0))
      return llvm::createStringError("'" + text + "': there is no such output");
    return Edge{place->second, first + reference->index};
  }
  const auto &results = call->results();
  int64_t index = reference->index;
  for (int i = 0; i < results.size(); ++i) // of a function that is used as an operator
    if (!reference->output.empty() && record->op() == call->functions.front()->signature().name() &&
        reference->output == results[i].name())
      index += i;
  if (index >= results.size())
    return llvm::createStringError("'" + text + "': the call has " + llvm::Twine(results.size()) +
                                   " results");
  return Edge{place->second + static_cast<int>(index), 0};
}

llvm::Expected<std::vector<Edge>>
Flattener::resolveAll(const Body &body, llvm::ArrayRef<llvm::StringRef> wanted) const {
  std::vector<Edge> edges;
  for (llvm::StringRef reference : wanted) {
    llvm::Expected<Edge> edge = resolve(body, reference);
    if (!edge)
      return edge.takeError();
    edges.push_back(*edge);
  }
  return edges;
}

llvm::Expected<llvm::SmallVector<Edge>> Flattener::operandsOf(const Body &body,
                                                              const proto::NodeDef &node) const {
  llvm::SmallVector<Edge> operands;
  for (const std::string &input : node.input()) {
    if (llvm::StringRef(input).starts_with("^"))
      continue;
    llvm::Expected<Edge> edge = resolve(body, input);
    if (!edge)
      return nodeError(node.name(), llvm::toString(edge.takeError()));
    operands.push_back(*edge);
  }
  return operands;
}

llvm::Expected<std::vector<Edge>> Flattener::instantiate(const proto::FunctionDef &function,
                                                         const std::string &prefix,
                                                         llvm::ArrayRef<Edge> arguments) {
  const auto &signature = function.signature();
  llvm::StringRef name = signature.name();
  if (llvm::is_contained(active_, &function))
    return llvm::createStringError("the function '" + name + "' calls itself");
  if (active_.size() >= kMaxCallDepth)
    return llvm::createStringError("calls are nested deeper than " + llvm::Twine(kMaxCallDepth));
  if (static_cast<int>(arguments.size()) != signature.input_arg_size())
    return llvm::createStringError("the function '" + name + "' takes " +
                                   llvm::Twine(signature.input_arg_size()) + " arguments, not " +
                                   llvm::Twine(arguments.size()));
  if (llvm::Error error = countInstance(arguments.size()))
    return std::move(error);
  llvm::Expected<const NodeList *> list = listOf(function.node_def());
  if (!list)
    return list.takeError();
  Body body{**list, prefix, {}, {}, {}, {}};
  for (auto [argument, edge] : llvm::zip(signature.input_arg(), arguments))
    body.arguments[argument.name()] = edge;
  llvm::SmallVector<llvm::StringRef> wanted;
  for (const auto &result : signature.output_arg()) {
    auto value = function.ret().find(result.name());
    if (value == function.ret().end())
      return llvm::createStringError("the function '" + name + "' has no result '" + result.name() +
                                     "'");
    wanted.push_back(value->second);
  }
  active_.push_back(&function);
  llvm::scope_exit restore([&] { active_.pop_back(); });
  if (llvm::Error error = reachWritesOf(body, function))
    return std::move(error);
  if (llvm::Error error = reachAll(body, wanted))
    return std::move(error);
  if (llvm::Error error = connect(body))
    return std::move(error);
  return resolveAll(body, wanted);
}

llvm::Error Flattener::inlineCall(Body &body, const proto::NodeDef &node, const Call &call) {
  llvm::Expected<llvm::SmallVector<Edge>> operands = operandsOf(body, node);
  if (!operands)
    return operands.takeError();
  if (call.kind == Call::kLoop)
    return startLoop(body, node, call, *operands);
  if (call.isChoice())
    return inlineChoice(body, node, call, *operands);
  auto results = instantiate(*call.functions.front(), body.prefix + node.name() + "/", *operands);
  if (!results)
    return results.takeError();
  int first = body.places.lookup(node.name());
  for (auto [index, result] : llvm::enumerate(*results))
    flat_.nodes[first + index].inputs = {result};
  return llvm::Error::success();
}

llvm::Error Flattener::inlineChoice(const Body &body, const proto::NodeDef &node, const Call &call,
                                    llvm::ArrayRef<Edge> operands) {
  if (operands.empty())
    return llvm::createStringError("it has no condition");
  Chooser chooser{operands.front(),
                  call.kind == Call::kCase ? static_cast<int>(call.functions.size()) : 0};
  int first = body.places.lookup(node.name());
  for (int i = 0; i < call.results().size(); ++i) {
    flat_.nodes[first + i].inputs = {chooser.edge};
    flat_.nodes[first + i].cases = chooser.cases;
  }
  for (auto [branch, function] : llvm::enumerate(call.functions)) {
    if (llvm::Error error = countInstance(call.results().size()))
      return error;
    choices_.emplace_back(chooser, static_cast<int>(branch));
    auto results = instantiate(*function, body.prefix + node.name() + "/", operands.drop_front());
    choices_.pop_back();
    if (!results)
      return results.takeError();
    for (auto [index, result] : llvm::enumerate(*results))
      flat_.nodes[first + index].inputs.push_back(result);
  }
  return llvm::Error::success();
}

llvm::Error Flattener::connectNode(Body &body, const proto::NodeDef &node) {
  if (body.list.exits.contains(node.name())) // it has its loop
    return llvm::Error::success();
  llvm::Expected<Call> call = callOf(node);
  if (!call)
    return nodeError(node.name(), llvm::toString(call.takeError()));
  if (!call->functions.empty()) {
    if (llvm::Error error = inlineCall(body, node, *call))
      return nodeError(node.name(), llvm::toString(std::move(error)));
    return llvm::Error::success();
  }
  llvm::Expected<llvm::SmallVector<Edge>> operands = operandsOf(body, node);
  if (!operands)
    return operands.takeError();
  flat_.nodes[body.places.lookup(node.name())].inputs.assign(operands->begin(), operands->end());
  return llvm::Error::success();
}

llvm::Error Flattener::connect(Body &body) {
  for (const proto::NodeDef *node : body.reached)
    if (llvm::Error error = connectNode(body, *node))
      return error;
  for (auto [frame, loop] : body.loops)
    if (llvm::Error error = connectFrame(body, flat_.loops[loop]))
      return error;
  return llvm::Error::success();
}

llvm::Error Flattener::run() {
  llvm::Expected<const NodeList *> list = listOf(request_.graph.node());
  if (!list)
    return list.takeError();
  Body body{**list, "", {}, {}, {}, {}};
  std::vector<int> fed;
  for (const std::string &name : request_.fed) {
    const proto::NodeDef *node = body.list.index.lookup(name);
    if (!node)
      return llvm::createStringError("there is no node '" + name + "' for the input");
    llvm::Expected<int> place = add({FlatNode::kFed, node, name});
    if (!place)
      return place.takeError();
    fed.push_back(*place);
    body.arguments[name] = {fed.back(), 0};
  }
  llvm::SmallVector<llvm::StringRef> wanted(request_.fetched.begin(), request_.fetched.end());
  if (llvm::Error error = reachWritesBehind(body, wanted))
    return error;
  if (llvm::Error error = reachAll(body, wanted))
    return error;
  if (llvm::Error error = connect(body))
    return error;
  llvm::Expected<std::vector<Edge>> edges = resolveAll(body, wanted);
  if (!edges)
    return edges.takeError();
  for (auto [reference, edge] : llvm::zip(wanted, *edges)) {
    flat_.fetched.push_back({edge});
    const FlatNode &node = flat_.nodes[edge.node];
    if (reference.contains(':') || node.kind == FlatNode::kOperator || node.kind == FlatNode::kFed)
      continue;
    llvm::Expected<Call> call = callOf(*body.list.index.lookup(nodeOf(reference)));
    if (!call)
      return call.takeError();
    int count = call->functions.empty() ? 1 : call->results().size();
    for (int i = 1; i < count; ++i)
      flat_.fetched.back().push_back({edge.node + i, 0});
  }
  flat_.fed = std::move(fed);
  std::vector<bool> isRead(flat_.nodes.size(), false);
  auto read = [&](llvm::ArrayRef<Edge> edges) {
    for (Edge edge : edges)
      isRead[edge.node] = true;
  };
  for (const FlatNode &node : flat_.nodes)
    read(node.inputs);
  for (const FlatLoop &loop : flat_.loops) {
    read(loop.carried);
    read(loop.invariants);
  }
  for (const auto &fetched : flat_.fetched)
    read(fetched.front());
  for (int &place : flat_.fed)
    if (!isRead[place])
      place = -1;
  return llvm::Error::success();
}

} // namespace tandem::tensorflow
