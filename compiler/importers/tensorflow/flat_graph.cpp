#include "compiler/importers/tensorflow/flat_graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/Twine.h"

#include <optional>

namespace tandem::tensorflow {
namespace {

constexpr size_t kMaxNodes = size_t(1) << 18; ///< functions that call functions grow exponentially
constexpr size_t kMaxCallDepth = 64;
constexpr size_t kMaxHandedOn = size_t(1) << 23; ///< by calls and rounds, which may have no nodes

struct Reference {
  llvm::StringRef node, output; ///< `output`: the name that functions give it, or ""
  int index = 0;
};

std::optional<Reference> parseReference(llvm::StringRef text) {
  Reference reference;
  text.consume_front("^");
  auto [node, rest] = text.split(':');
  reference.node = node;
  auto [first, second] = rest.split(':');
  llvm::StringRef number = rest.contains(':') ? second : first;
  reference.output = rest.contains(':') ? first : "";
  if (!rest.empty() && number.getAsInteger(10, reference.index))
    return std::nullopt;
  return reference.index < 0 || node.empty() ? std::nullopt : std::optional(reference);
}

llvm::Error refuse(llvm::StringRef node, const llvm::Twine &what) {
  return llvm::createStringError("node '" + node + "': " + what);
}

bool isSwitch(llvm::StringRef op) {
  return op == "Switch" || op == "RefSwitch";
}
constexpr llvm::StringRef kCalls[] = {"PartitionedCall", "StatefulPartitionedCall"};
constexpr llvm::StringRef kChoices[] = {"If", "StatelessIf"};
constexpr llvm::StringRef kLoops[] = {"While", "StatelessWhile"};
constexpr llvm::StringRef kFrames[] = {"Enter",    "RefEnter", "NextIteration", "RefNextIteration",
                                       "LoopCond", "Exit",     "RefExit"};

} // namespace

Flattener::Flattener(FlattenRequest request) : request_(std::move(request)) {
  for (const auto &function : request_.graph.library().function())
    functions_[function.signature().name()] = &function;
}

llvm::Expected<const proto::FunctionDef *> Flattener::functionNamed(const std::string &name) const {
  auto found = functions_.find(name);
  if (found == functions_.end())
    return llvm::createStringError("the function '" + name + "' is not in the model");
  return found->second;
}

llvm::Expected<Flattener::Call> Flattener::callOf(const proto::NodeDef &node) const {
  llvm::StringRef op = node.op();
  auto functionOf = [&](const char *attribute) -> llvm::Expected<const proto::FunctionDef *> {
    auto value = node.attr().find(attribute);
    return functionNamed(value == node.attr().end() ? "" : value->second.func().name());
  };
  auto pair = [&](Call::Kind kind, const char *first, const char *second) -> llvm::Expected<Call> {
    auto function = functionOf(first), other = functionOf(second);
    if (!function || !other)
      return llvm::joinErrors(function.takeError(), other.takeError());
    return Call{kind, *function, *other};
  };
  if (llvm::is_contained(kCalls, op)) {
    auto function = functionOf("f");
    if (!function)
      return function.takeError();
    return Call{Call::kPlain, *function};
  }
  if (llvm::is_contained(kLoops, op))
    return pair(Call::kLoop, "body", "cond");
  if (!llvm::is_contained(kChoices, op)) // older graphs use a function's name as an operator
    return Call{Call::kPlain, functions_.lookup(op)};
  llvm::Expected<Call> choice = pair(Call::kChoice, "then_branch", "else_branch");
  if (choice && choice->function->signature().output_arg_size() !=
                    choice->other->signature().output_arg_size())
    return llvm::createStringError("its branches have different numbers of results");
  return choice;
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

// reaching: every node that is needed gets its place

/// A call has a node for each result.
llvm::Error Flattener::reachNode(Body &body, const proto::NodeDef &node) {
  auto exit = body.list.exits.find(node.name());
  if (exit != body.list.exits.end())
    return reachExit(body, node, exit->second);
  llvm::Expected<Call> call = callOf(node);
  if (!call)
    return refuse(node.name(), llvm::toString(call.takeError()));
  bool isLoop = call->kind == Call::kLoop;
  FlatNode made{isLoop                        ? FlatNode::kCarried
                : call->kind == Call::kChoice ? FlatNode::kChoice
                : call->function              ? FlatNode::kAlias
                                              : FlatNode::kOperator};
  made.record = made.kind == FlatNode::kAlias ? nullptr : &node;
  made.name = body.prefix + node.name();
  body.places[node.name()] = static_cast<int>(flat_.nodes.size());
  int count = call->function ? call->function->signature().output_arg_size() : 1;
  for (int i = 0; i < count; ++i)
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
      return refuse(node.name(), llvm::toString(std::move(error)));
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
  if (!call->function) {
    bool isExit = body.list.exits.contains(reference->node);
    int first = reference->output.empty() || isExit
                    ? 0
                    : request_.outputPlace(record->op(), reference->output);
    if (reference->index > INT32_MAX - first || (isExit && reference->index > 0))
      return llvm::createStringError("'" + text + "': there is no such output");
    return Edge{place->second, first + reference->index};
  }
  const auto &results = call->function->signature().output_arg();
  int64_t index = reference->index;
  for (int i = 0; i < results.size(); ++i) // of a function that is used as an operator
    if (!reference->output.empty() && record->op() == call->function->signature().name() &&
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
      return refuse(node.name(), llvm::toString(edge.takeError()));
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
  int first = body.places.lookup(node.name());
  int count = call.function->signature().output_arg_size();
  std::string prefix = body.prefix + node.name() + "/";
  if (call.kind == Call::kPlain) {
    auto results = instantiate(*call.function, prefix, *operands);
    if (!results)
      return results.takeError();
    for (int i = 0; i < count; ++i)
      flat_.nodes[first + i].inputs = {(*results)[i]};
    return llvm::Error::success();
  }
  if (operands->empty())
    return llvm::createStringError("it has no condition");
  llvm::ArrayRef<Edge> arguments = llvm::ArrayRef(*operands).drop_front();
  auto then = instantiate(*call.function, prefix, arguments);
  if (!then)
    return then.takeError();
  auto otherwise = instantiate(*call.other, prefix, arguments);
  if (!otherwise)
    return otherwise.takeError();
  for (int i = 0; i < count; ++i)
    flat_.nodes[first + i].inputs = {operands->front(), (*then)[i], (*otherwise)[i]};
  return llvm::Error::success();
}

llvm::Error Flattener::connectNode(Body &body, const proto::NodeDef &node) {
  if (body.list.exits.contains(node.name())) // it has its loop
    return llvm::Error::success();
  llvm::Expected<Call> call = callOf(node);
  if (!call)
    return refuse(node.name(), llvm::toString(call.takeError()));
  if (call->function) {
    if (llvm::Error error = inlineCall(body, node, *call))
      return refuse(node.name(), llvm::toString(std::move(error)));
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
    int count = call->function ? call->function->signature().output_arg_size() : 1;
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

std::vector<std::string> flattenedOperators() {
  std::vector<std::string> names;
  for (llvm::ArrayRef<llvm::StringRef> list :
       {llvm::ArrayRef<llvm::StringRef>(kCalls), llvm::ArrayRef<llvm::StringRef>(kChoices),
        llvm::ArrayRef<llvm::StringRef>(kLoops), llvm::ArrayRef<llvm::StringRef>(kFrames)})
    for (llvm::StringRef name : list)
      names.push_back(name.str());
  return names;
}

llvm::StringRef nodeOf(llvm::StringRef reference) {
  reference.consume_front("^");
  return reference.split(':').first;
}

} // namespace tandem::tensorflow
