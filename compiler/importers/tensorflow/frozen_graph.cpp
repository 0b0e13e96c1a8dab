#include "compiler/importers/tensorflow/model_file.h"

#include "compiler/importers/tensorflow/flat_reference.h"
#include "compiler/importers/tensorflow/tensor_places.h"

#include "llvm/ADT/StringSet.h"

namespace tandem::tensorflow {
namespace {

/// A field's key and its length, at the front of `bytes`, which keeps what is behind them.
bool consumeField(std::string_view &bytes, char key, uint64_t &length) {
  if (bytes.empty() || bytes.front() != key)
    return false;
  bytes.remove_prefix(1);
  length = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    length |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return true;
  }
  return false;
}

bool isPrintable(std::string_view text) {
  return llvm::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

constexpr llvm::StringLiteral kNoResult[] = {"NoOp",
                                             "Const",
                                             "Placeholder",
                                             "Assert",
                                             "Print",
                                             "PrintV2",
                                             "Enter",
                                             "EmptyTensorList",
                                             "TensorListReserve",
                                             "TensorArrayV3",
                                             "TensorArrayCloseV3"};

ModelInput inputFrom(const proto::NodeDef &node) {
  ModelInput input{node.name(), node.name(), 0, std::nullopt};
  auto type = node.attr().find("dtype"), shape = node.attr().find("shape");
  if (type != node.attr().end())
    input.type = type->second.type();
  if (shape != node.attr().end())
    input.shape = shapeFrom(shape->second.shape());
  return input;
}

} // namespace

bool looksLikeGraph(std::string_view bytes) {
  constexpr uint64_t kLongestName = 4096;
  uint64_t node, name, op;
  if (!consumeField(bytes, '\x0a', node) || !consumeField(bytes, '\x0a', name) ||
      name > kLongestName || name > bytes.size() || !isPrintable(bytes.substr(0, name)))
    return false;
  bytes.remove_prefix(name);
  return consumeField(bytes, '\x12', op) && op > 0 && op < 256 && op <= bytes.size() &&
         isPrintable(bytes.substr(0, op));
}

llvm::Expected<Model> readFrozenGraph(std::string_view bytes) {
  Model model;
  model.file = bytes;
  std::string small = graphWithPlaces(bytes);
  if (small.size() > INT32_MAX || !model.graph.ParseFromString(small))
    return llvm::createStringError("it is no TensorFlow graph, or cut off");
  llvm::StringSet<> read, switches, constants;
  for (const proto::NodeDef &node : model.graph.node()) {
    if (isSwitch(node.op()))
      switches.insert(node.name());
    if (node.op() == "Const")
      constants.insert(node.name());
    for (llvm::StringRef input : node.input())
      if (!input.starts_with("^"))
        read.insert(nodeOf(input));
  }
  auto isRemain = [&](const proto::NodeDef &node) {
    return node.op() == "Exit" || (node.op() == "Identity" && node.input_size() > 0 &&
                                   constants.contains(nodeOf(node.input(0))));
  };
  std::vector<ModelInput> withDefault;
  // Left over where there are others: loops carry more than is wanted, weights that a loop reads by
  // itself are read by nobody else.
  std::vector<ModelOutput> remains;
  for (const proto::NodeDef &node : model.graph.node()) {
    if (node.op() == "Placeholder")
      model.inputs.push_back(inputFrom(node));
    if (node.op() == "PlaceholderWithDefault")
      withDefault.push_back(inputFrom(node));
    // A side of a condition has an Identity that only constants hang on, by control edges.
    bool isPivot = node.op() == "Identity" && node.input_size() > 0 &&
                   switches.contains(nodeOf(node.input(0)));
    if (!isPivot && !read.contains(node.name()) && !llvm::is_contained(kNoResult, node.op()))
      (isRemain(node) ? remains : model.outputs).push_back({node.name(), node.name()});
  }
  // Switches such as "is training" have defaults, and keep them, where there is another input.
  if (model.inputs.empty())
    model.inputs = std::move(withDefault);
  if (model.outputs.empty())
    model.outputs = std::move(remains);
  if (model.outputs.empty())
    return llvm::createStringError(
        "the graph has no result: " + llvm::Twine(model.graph.node_size()) +
        " nodes, and none that no other node reads");
  return model;
}

} // namespace tandem::tensorflow
