#include "compiler/importers/torch/graph.h"

#include "compiler/importers/torch/in_place.h"

#include "llvm/ADT/Twine.h"

namespace tandem::torch {

static llvm::Error invalid(const llvm::Twine &what) {
  return llvm::createStringError("the program is not one of torch.export: " + what);
}

/// The name in {"as_tensor": {"name": ...}}, and in the same of symbolic integers.
static std::optional<std::string> argumentName(const Json &argument) {
  if (const Json *tensor = member(argument, "as_tensor"))
    return stringMember(*tensor, "name").str();
  for (llvm::StringRef kind : {"as_sym_int", "as_sym_bool", "as_sym_float"})
    if (const Json *symbol = member(argument, kind))
      return stringMember(*symbol, "as_name").str();
  return std::nullopt;
}

static llvm::Expected<NodeRecord> parseNode(const Json &json) {
  NodeRecord node;
  node.target = stringMember(json, "target").str();
  const Json *inputs = member(json, "inputs"), *outputs = member(json, "outputs");
  if (node.target.empty() || !inputs || !inputs->is_array() || !outputs || !outputs->is_array())
    return invalid("a node has no target, inputs or outputs");
  for (const Json &input : *inputs) {
    const Json *argument = member(input, "arg");
    if (!argument || !argument->is_object())
      return invalid("a node of '" + node.target + "' has an argument without a value");
    node.arguments[stringMember(input, "name").str()] = argument;
  }
  for (const Json &output : *outputs) {
    if (const Json *list = member(output, "as_tensors"); list && list->is_array()) {
      for (const Json &tensor : *list)
        node.outputs.push_back(stringMember(tensor, "name").str());
    } else {
      node.outputs.push_back(argumentName(output).value_or("")); // "": a result of another kind
    }
  }
  node.name = stringMember(json, "name").str(); // absent before PyTorch 2.9
  if (node.name.empty())
    node.name = node.outputs.empty() ? node.target : node.outputs.front();
  return node;
}

static llvm::Expected<InputRecord> parseInput(const Json &spec) {
  if (const Json *user = member(spec, "user_input")) {
    const Json *argument = member(*user, "arg");
    const Json *tensor = argument ? member(*argument, "as_tensor") : nullptr;
    if (!tensor)
      return llvm::createStringError(
          "an input of the program is no tensor, which is not supported");
    return InputRecord{InputRecord::kUser, stringMember(*tensor, "name").str(), ""};
  }
  struct Kind {
    llvm::StringLiteral key, stored;
    InputRecord::Kind kind;
  };
  constexpr Kind kKinds[] = {
      {"parameter", "parameter_name", InputRecord::kWeight},
      {"buffer", "buffer_name", InputRecord::kWeight},
      {"tensor_constant", "tensor_constant_name", InputRecord::kConstant},
  };
  for (const Kind &kind : kKinds) {
    const Json *inner = member(spec, kind.key);
    if (!inner)
      continue;
    const Json *argument = member(*inner, "arg");
    const Json *persistent = member(*inner, "persistent"); // a buffer that is not is a constant
    bool isSaved = !persistent || asBool(*persistent).value_or(true);
    return InputRecord{isSaved ? kind.kind : InputRecord::kConstant,
                       argument ? stringMember(*argument, "name").str() : "",
                       stringMember(*inner, kind.stored).str()};
  }
  std::string kind = spec.is_object() && !spec.empty() ? spec.begin().key() : "unknown";
  return llvm::createStringError("the program has an input of kind '" + kind +
                                 "', which is not supported");
}

/// Nothing for None and numbers: they are the same in every run.
static llvm::Expected<std::optional<std::string>> parseOutput(const Json &spec) {
  const Json *user = member(spec, "user_output");
  if (!user) {
    std::string kind = spec.is_object() && !spec.empty() ? spec.begin().key() : "unknown";
    std::string what = "the program has an output of kind '" + kind + "'";
    if (const Json *buffer = member(spec, "buffer_mutation"))
      return llvm::createStringError(what + ": " +
                                     changesState(stringMember(*buffer, "buffer_name")));
    if (const Json *input = member(spec, "user_input_mutation"))
      what += " (of '" + stringMember(*input, "user_input_name").str() + "')";
    return llvm::createStringError(what + ", only results for the user are supported");
  }
  const Json *argument = member(*user, "arg");
  const Json *tensor = argument ? member(*argument, "as_tensor") : nullptr;
  if (tensor)
    return stringMember(*tensor, "name").str();
  for (llvm::StringRef kind : {"as_none", "as_int", "as_float", "as_bool", "as_string"})
    if (argument && member(*argument, kind))
      return std::nullopt;
  return llvm::createStringError("an output of the program is no tensor, which is not supported");
}

static const Json *path(const Json &json, std::initializer_list<llvm::StringRef> keys) {
  const Json *current = &json;
  for (llvm::StringRef key : keys)
    if (current)
      current = member(*current, key);
  return current;
}

llvm::Expected<GraphRecord> parseGraph(const Json &program) {
  const Json *nodes = path(program, {"graph_module", "graph", "nodes"});
  const Json *tensors = path(program, {"graph_module", "graph", "tensor_values"});
  const Json *inputs = path(program, {"graph_module", "signature", "input_specs"});
  const Json *outputs = path(program, {"graph_module", "signature", "output_specs"});
  if (!nodes || !nodes->is_array() || !tensors || !tensors->is_object() || !inputs ||
      !inputs->is_array() || !outputs || !outputs->is_array())
    return invalid("it has no graph and signature");
  GraphRecord graph;
  for (const auto &[name, json] : tensors->items()) {
    std::optional<TensorMeta> meta = parseTensorMeta(json);
    if (!meta)
      return invalid("the tensor '" + name + "' has no type and shape");
    graph.tensors.emplace(name, std::move(*meta));
  }
  for (const Json &spec : *inputs) {
    if (member(spec, "constant_input")) // None, a flag or a number, which the nodes have as such
      continue;
    llvm::Expected<InputRecord> input = parseInput(spec);
    if (!input)
      return input.takeError();
    graph.inputs.push_back(std::move(*input));
  }
  for (const Json &json : *nodes) {
    llvm::Expected<NodeRecord> node = parseNode(json);
    if (!node)
      return node.takeError();
    // Later nodes name its result, not its operand.
    llvm::StringRef target = AtenNode::shortTarget(node->target);
    if (changesShapeOnly(target.split('.').second.split('.').first))
      node->target = target == "aten.transpose_.default"
                         ? "torch.ops.aten.transpose.int"
                         : "torch.ops." + OpTable::withoutInPlace(target);
    auto operand = tensors->find(selfOf(*node)); // what alone needs to know how that lies
    if (node->target == "torch.ops.aten.as_strided.default" && operand != tensors->end())
      node->arguments["memory of self"] = &*operand;
    graph.nodes.push_back(std::move(*node));
  }
  for (const Json &spec : *outputs) {
    llvm::Expected<std::optional<std::string>> output = parseOutput(spec);
    if (!output)
      return output.takeError();
    if (*output)
      graph.outputs.push_back(std::move(**output));
  }
  if (graph.outputs.empty())
    return invalid("it has no outputs");
  return graph;
}

} // namespace tandem::torch
