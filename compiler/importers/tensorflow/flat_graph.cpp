#include "compiler/importers/tensorflow/flat_graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"

#include <map>
#include <optional>

namespace tandem::tensorflow {
namespace {

constexpr size_t kMaxNodes = size_t(1) << 18; ///< functions that call functions grow exponentially
constexpr size_t kMaxCallDepth = 64;

using NodeList = google::protobuf::RepeatedPtrField<proto::NodeDef>;
using NodeIndex = llvm::StringMap<const proto::NodeDef *>;

struct Reference {
  llvm::StringRef node, output; ///< `output`: the name that functions give it, or ""
  int index = 0;
  bool isControl = false;
};

std::optional<Reference> parseReference(llvm::StringRef text) {
  Reference reference;
  reference.isControl = text.consume_front("^");
  auto [node, rest] = text.split(':');
  reference.node = node;
  auto [first, second] = rest.split(':');
  llvm::StringRef number = rest.contains(':') ? second : first;
  reference.output = rest.contains(':') ? first : "";
  if (!rest.empty() && number.getAsInteger(10, reference.index))
    return std::nullopt;
  return reference.index < 0 || node.empty() ? std::nullopt : std::optional(reference);
}

/// The graph, or one instance of a function.
struct Body {
  const NodeIndex &index;
  std::string prefix;              ///< of the names of its nodes
  llvm::StringMap<Edge> arguments; ///< of the function, or the fed nodes
  llvm::StringMap<int> places;     ///< name of a node to its first flat node
  llvm::SmallVector<const proto::NodeDef *> reached;
};

class Flattener {
public:
  explicit Flattener(const FlattenRequest &request) : request_(request) {
    for (const auto &function : request.graph.library().function())
      functions_[function.signature().name()] = &function;
  }
  llvm::Expected<FlatGraph> run();

private:
  struct Call {
    const proto::FunctionDef *then = nullptr, *otherwise = nullptr; ///< the latter for If only
  };

  llvm::Expected<Call> callOf(const proto::NodeDef &node) const;
  llvm::Expected<const proto::FunctionDef *> functionNamed(const std::string &name) const;
  const NodeIndex &indexOf(const NodeList &nodes);

  int add(FlatNode node);
  llvm::Error reach(Body &body, llvm::StringRef reference);
  llvm::Error reachNode(Body &body, const proto::NodeDef &node);
  llvm::Error reachPivot(Body &body, const proto::NodeDef &node, llvm::StringRef name);
  llvm::Error reachAll(Body &body, llvm::ArrayRef<llvm::StringRef> wanted);
  llvm::Expected<Edge> resolve(const Body &body, llvm::StringRef text) const;
  llvm::Error connect(Body &body);
  llvm::Error inlineCall(Body &body, const proto::NodeDef &node, const Call &call);
  llvm::Expected<std::vector<Edge>> instantiate(const proto::FunctionDef &function,
                                                const std::string &prefix,
                                                llvm::ArrayRef<Edge> arguments);

  const FlattenRequest &request_;
  llvm::StringMap<const proto::FunctionDef *> functions_;
  std::map<const NodeList *, NodeIndex> indices_;
  llvm::SmallVector<const proto::FunctionDef *> active_; ///< calls that are being inlined
  FlatGraph flat_;
};

llvm::Error refuse(llvm::StringRef node, const llvm::Twine &what) {
  return llvm::createStringError("node '" + node + "': " + what);
}

bool isSwitch(llvm::StringRef op) {
  return op == "Switch" || op == "RefSwitch";
}
constexpr llvm::StringRef kCallOperators[] = {"PartitionedCall", "StatefulPartitionedCall", "If",
                                              "StatelessIf"};
bool isCall(llvm::StringRef op) {
  return llvm::is_contained(llvm::ArrayRef(kCallOperators).take_front(2), op);
}
bool isConditional(llvm::StringRef op) {
  return llvm::is_contained(llvm::ArrayRef(kCallOperators).drop_front(2), op);
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
  if (isCall(op)) {
    auto function = functionOf("f");
    if (!function)
      return function.takeError();
    return Call{*function};
  }
  if (isConditional(op)) {
    auto then = functionOf("then_branch"), otherwise = functionOf("else_branch");
    if (!then || !otherwise)
      return llvm::joinErrors(then.takeError(), otherwise.takeError());
    if ((*then)->signature().output_arg_size() != (*otherwise)->signature().output_arg_size())
      return llvm::createStringError("its branches have different numbers of results");
    return Call{*then, *otherwise};
  }
  return Call{functions_.lookup(op)}; // older graphs use a function's name as an operator
}

const NodeIndex &Flattener::indexOf(const NodeList &nodes) {
  auto [entry, isNew] = indices_.try_emplace(&nodes);
  if (isNew)
    for (const proto::NodeDef &node : nodes)
      entry->second[node.name()] = &node;
  return entry->second;
}

int Flattener::add(FlatNode node) {
  flat_.nodes.push_back(std::move(node));
  return static_cast<int>(flat_.nodes.size()) - 1;
}

/// Gives a node its place; its inputs are followed by reachAll().
llvm::Error Flattener::reachNode(Body &body, const proto::NodeDef &node) {
  llvm::Expected<Call> call = callOf(node);
  if (!call)
    return refuse(node.name(), llvm::toString(call.takeError()));
  int count = call->then ? call->then->signature().output_arg_size() : 1;
  if (flat_.nodes.size() + count > kMaxNodes)
    return llvm::createStringError("the graph has more than " + llvm::Twine(kMaxNodes) +
                                   " nodes once its function calls are inlined");
  body.places[node.name()] = static_cast<int>(flat_.nodes.size());
  FlatNode::Kind kind = !call->then       ? FlatNode::kOperator
                        : call->otherwise ? FlatNode::kChoice
                                          : FlatNode::kAlias;
  for (int i = 0; i < count; ++i)
    add({kind, kind == FlatNode::kAlias ? nullptr : &node, body.prefix + node.name(), {}, {}});
  body.reached.push_back(&node);
  return llvm::Error::success();
}

llvm::Error Flattener::reach(Body &body, llvm::StringRef text) {
  std::optional<Reference> reference = parseReference(text);
  if (!reference)
    return llvm::createStringError("'" + text + "' is no reference to a node's output");
  if (body.arguments.count(reference->node) || body.places.count(reference->node))
    return llvm::Error::success();
  const proto::NodeDef *node = body.index.lookup(reference->node);
  if (!node)
    return llvm::createStringError("there is no node '" + reference->node + "'");
  return reachNode(body, *node);
}

/// A control edge matters where it comes from one side of a switch, which an Identity stands for.
llvm::Error Flattener::reachPivot(Body &body, const proto::NodeDef &node, llvm::StringRef name) {
  const proto::NodeDef *pivot = body.index.lookup(name);
  if (!pivot || pivot->op() != "Identity" || pivot->input_size() == 0)
    return llvm::Error::success();
  const proto::NodeDef *from = body.index.lookup(nodeOf(pivot->input(0)));
  if (!from || !isSwitch(from->op()))
    return llvm::Error::success();
  if (llvm::Error error = reach(body, name))
    return error;
  auto place = body.places.find(node.name()), pivotPlace = body.places.find(name);
  if (place != body.places.end() && pivotPlace != body.places.end())
    flat_.nodes[place->second].pivots.push_back(pivotPlace->second);
  return llvm::Error::success();
}

llvm::Error Flattener::reachAll(Body &body, llvm::ArrayRef<llvm::StringRef> wanted) {
  for (llvm::StringRef reference : wanted)
    if (llvm::Error error = reach(body, reference))
      return error;
  for (size_t next = 0; next < body.reached.size(); ++next) {
    const proto::NodeDef &node = *body.reached[next];
    for (const std::string &input : node.input()) {
      llvm::StringRef text = input;
      llvm::Error error =
          text.consume_front("^") ? reachPivot(body, node, text) : reach(body, input);
      if (error)
        return refuse(node.name(), llvm::toString(std::move(error)));
    }
  }
  return llvm::Error::success();
}

llvm::Expected<Edge> Flattener::resolve(const Body &body, llvm::StringRef text) const {
  std::optional<Reference> reference = parseReference(text);
  if (!reference)
    return llvm::createStringError("'" + text + "' is no reference to a node's output");
  auto argument = body.arguments.find(reference->node);
  if (argument != body.arguments.end()) {
    if (reference->index != 0)
      return llvm::createStringError("'" + text + "': an argument is one tensor");
    return argument->second;
  }
  auto place = body.places.find(reference->node);
  if (place == body.places.end())
    return llvm::createStringError("there is no node '" + reference->node + "'");
  const FlatNode &node = flat_.nodes[place->second];
  if (node.kind == FlatNode::kOperator) {
    int first =
        reference->output.empty() ? 0 : request_.outputPlace(node.record->op(), reference->output);
    if (reference->index > INT32_MAX - first)
      return llvm::createStringError("'" + text + "': there is no such output");
    return Edge{place->second, first + reference->index};
  }
  const proto::NodeDef &record = *body.index.lookup(reference->node);
  llvm::Expected<Call> call = callOf(record);
  if (!call)
    return call.takeError();
  const auto &results = call->then->signature().output_arg();
  int64_t index = reference->index;
  for (int i = 0; i < results.size(); ++i) // of a function that is used as an operator
    if (!reference->output.empty() && record.op() == call->then->signature().name() &&
        reference->output == results[i].name())
      index += i;
  if (index >= results.size())
    return llvm::createStringError("'" + text + "': the call has " + llvm::Twine(results.size()) +
                                   " results");
  return Edge{place->second + static_cast<int>(index), 0};
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
  Body body{indexOf(function.node_def()), prefix, {}, {}, {}};
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
  if (llvm::Error error = reachAll(body, wanted))
    return std::move(error);
  if (llvm::Error error = connect(body))
    return std::move(error);
  active_.pop_back();
  std::vector<Edge> results;
  for (llvm::StringRef reference : wanted) {
    llvm::Expected<Edge> edge = resolve(body, reference);
    if (!edge)
      return edge.takeError();
    results.push_back(*edge);
  }
  return results;
}

llvm::Error Flattener::inlineCall(Body &body, const proto::NodeDef &node, const Call &call) {
  std::vector<Edge> operands;
  for (const std::string &input : node.input()) {
    if (llvm::StringRef(input).starts_with("^"))
      continue;
    llvm::Expected<Edge> edge = resolve(body, input);
    if (!edge)
      return edge.takeError();
    operands.push_back(*edge);
  }
  int first = body.places.lookup(node.name());
  int count = call.then->signature().output_arg_size();
  std::string prefix = body.prefix + node.name() + "/";
  if (!call.otherwise) {
    auto results = instantiate(*call.then, prefix, operands);
    if (!results)
      return results.takeError();
    for (int i = 0; i < count; ++i)
      flat_.nodes[first + i].inputs = {(*results)[i]};
    return llvm::Error::success();
  }
  if (operands.empty())
    return llvm::createStringError("it has no condition");
  llvm::ArrayRef<Edge> arguments = llvm::ArrayRef(operands).drop_front();
  auto then = instantiate(*call.then, prefix, arguments);
  if (!then)
    return then.takeError();
  auto otherwise = instantiate(*call.otherwise, prefix, arguments);
  if (!otherwise)
    return otherwise.takeError();
  for (int i = 0; i < count; ++i)
    flat_.nodes[first + i].inputs = {operands[0], (*then)[i], (*otherwise)[i]};
  return llvm::Error::success();
}

llvm::Error Flattener::connect(Body &body) {
  for (const proto::NodeDef *node : body.reached) {
    llvm::Expected<Call> call = callOf(*node);
    if (!call)
      return refuse(node->name(), llvm::toString(call.takeError()));
    if (call->then) {
      if (llvm::Error error = inlineCall(body, *node, *call))
        return refuse(node->name(), llvm::toString(std::move(error)));
      continue;
    }
    int place = body.places.lookup(node->name());
    for (const std::string &input : node->input()) {
      if (llvm::StringRef(input).starts_with("^"))
        continue;
      llvm::Expected<Edge> edge = resolve(body, input);
      if (!edge)
        return refuse(node->name(), llvm::toString(edge.takeError()));
      flat_.nodes[place].inputs.push_back(*edge);
    }
  }
  return llvm::Error::success();
}

llvm::Expected<FlatGraph> Flattener::run() {
  Body body{indexOf(request_.graph.node()), "", {}, {}, {}};
  std::vector<int> fed;
  for (const std::string &name : request_.fed) {
    const proto::NodeDef *node = body.index.lookup(name);
    if (!node)
      return llvm::createStringError("there is no node '" + name + "' for the input");
    fed.push_back(add({FlatNode::kFed, node, name, {}, {}}));
    body.arguments[name] = {fed.back(), 0};
  }
  llvm::SmallVector<llvm::StringRef> wanted(request_.fetched.begin(), request_.fetched.end());
  if (llvm::Error error = reachAll(body, wanted))
    return std::move(error);
  if (llvm::Error error = connect(body))
    return std::move(error);
  for (llvm::StringRef reference : wanted) {
    llvm::Expected<Edge> edge = resolve(body, reference);
    if (!edge)
      return edge.takeError();
    flat_.fetched.push_back({*edge});
    const FlatNode &node = flat_.nodes[edge->node];
    if (reference.contains(':') || node.kind == FlatNode::kOperator || node.kind == FlatNode::kFed)
      continue;
    llvm::Expected<Call> call = callOf(*body.index.lookup(reference));
    if (!call)
      return call.takeError();
    for (int i = 1; i < call->then->signature().output_arg_size(); ++i)
      flat_.fetched.back().push_back({edge->node + i, 0});
  }
  flat_.fed = std::move(fed);
  std::vector<bool> isRead(flat_.nodes.size(), false);
  for (const FlatNode &node : flat_.nodes)
    for (Edge edge : node.inputs)
      isRead[edge.node] = true;
  for (const auto &edges : flat_.fetched)
    isRead[edges.front().node] = true;
  for (int &place : flat_.fed)
    if (!isRead[place])
      place = -1;
  return std::move(flat_);
}

} // namespace

llvm::ArrayRef<llvm::StringRef> callOperators() {
  return kCallOperators;
}

llvm::StringRef nodeOf(llvm::StringRef reference) {
  reference.consume_front("^");
  return reference.split(':').first;
}

llvm::Expected<FlatGraph> flatten(const FlattenRequest &request) {
  return Flattener(request).run();
}

} // namespace tandem::tensorflow
