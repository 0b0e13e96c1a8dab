#include "compiler/importers/tensorflow/model_file.h"

#include "compiler/importers/tensorflow/proto/saved_model.pb.h"
#include "compiler/importers/tensorflow/restore.h"
#include "compiler/importers/tensorflow/tensor_places.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace tandem::tensorflow {
namespace {

constexpr const char *kServe = "serve", *kDefaultSignature = "serving_default";

std::string tagsOf(const proto::MetaGraphDef &graph) {
  return llvm::join(graph.meta_info_def().tags(), ", ");
}

llvm::Expected<proto::MetaGraphDef *> chooseGraph(proto::SavedModel &saved) {
  auto &graphs = *saved.mutable_meta_graphs();
  if (graphs.empty())
    return llvm::createStringError("saved_model.pb has no graph: it is empty or cut short");
  if (graphs.size() == 1)
    return &graphs[0];
  std::vector<std::string> all;
  for (proto::MetaGraphDef &graph : graphs) {
    const auto &tags = graph.meta_info_def().tags();
    if (tags.size() == 1 && tags[0] == kServe)
      return &graph;
    all.push_back("(" + tagsOf(graph) + ")");
  }
  return llvm::createStringError("it has " + llvm::Twine(graphs.size()) + " graphs, none tagged '" +
                                 kServe + "' alone: " + llvm::join(all, ", "));
}

/// Sorted, as a map of a file is in no order.
std::map<std::string, proto::TensorInfo>
sorted(const google::protobuf::Map<std::string, proto::TensorInfo> &map) {
  return {map.begin(), map.end()};
}

using Signature = std::pair<std::string, proto::SignatureDef>;

llvm::Expected<Signature> chooseSignature(const proto::MetaGraphDef &graph) {
  std::map<std::string, const proto::SignatureDef *> usable;
  for (const auto &[name, signature] : graph.signature_def())
    if (signature.outputs_size() > 0 && !llvm::StringRef(name).starts_with("__"))
      usable[name] = &signature;
  auto found = usable.find(kDefaultSignature);
  if (found == usable.end() && usable.size() == 1)
    found = usable.begin();
  if (found != usable.end())
    return Signature{found->first, *found->second};
  if (usable.empty())
    return llvm::createStringError("it has no signature with results; save the model with one "
                                   "named '" +
                                   std::string(kDefaultSignature) + "'");
  std::vector<std::string> names;
  for (const auto &entry : usable)
    names.push_back("'" + entry.first + "'");
  return llvm::createStringError("it has no signature '" + std::string(kDefaultSignature) +
                                 "' and several others: " + llvm::join(names, ", ") +
                                 "; save the model with the wanted one under that name");
}

llvm::Error addEnds(Model &model, const Signature &signature) {
  auto refuse = [&](const std::string &name) {
    return llvm::createStringError("signature '" + signature.first + "': '" + name +
                                   "' is no dense tensor");
  };
  for (const auto &[name, tensor] : sorted(signature.second.inputs())) {
    if (tensor.name().empty())
      return refuse(name);
    model.inputs.push_back(
        {name, nodeOf(tensor.name()).str(), tensor.dtype(), shapeFrom(tensor.tensor_shape())});
  }
  for (const auto &[name, tensor] : sorted(signature.second.outputs())) {
    if (tensor.name().empty())
      return refuse(name);
    llvm::StringRef reference = tensor.name();
    model.outputs.push_back({name, reference.contains(':') ? tensor.name() : tensor.name() + ":0"});
  }
  return llvm::Error::success();
}

} // namespace

/// The schema's version, then the first graph, which begins with its meta data.
bool looksLikeSavedModel(std::string_view bytes) {
  if (!bytes.starts_with(std::string_view("\x08\x01\x12", 3)))
    return false;
  bytes.remove_prefix(3);
  size_t length = 0; // a message of a few bytes at least, so that text is none
  while (length < bytes.size() && length < 10 && (bytes[length] & 0x80))
    ++length;
  bytes.remove_prefix(std::min(length + 1, bytes.size()));
  return bytes.starts_with('\x0a');
}

llvm::Expected<Model> readSavedModel(std::string_view bytes, llvm::StringRef folder) {
  proto::SavedModel saved;
  std::string small = savedModelWithPlaces(bytes);
  if (small.size() > INT32_MAX || !saved.ParseFromString(small))
    return llvm::createStringError("saved_model.pb is no SavedModel, or cut off");
  llvm::Expected<proto::MetaGraphDef *> graph = chooseGraph(saved);
  if (!graph)
    return graph.takeError();
  llvm::Expected<Signature> signature = chooseSignature(**graph);
  if (!signature)
    return signature.takeError();
  Model model;
  model.file = bytes;
  model.keepsUnusedInputs = true;
  if (llvm::Error error = addEnds(model, *signature))
    return std::move(error);
  model.variableKeys = variableKeys((*graph)->graph_def(), (*graph)->saver_def());
  model.graph.Swap((*graph)->mutable_graph_def());

  llvm::SmallString<256> prefix(folder);
  llvm::sys::path::append(prefix, "variables", "variables");
  // A model without variables may come without the folder; one that needs it says so.
  if (llvm::sys::fs::exists(prefix + ".index")) {
    llvm::Expected<TensorBundle> variables = TensorBundle::open(prefix.str().str());
    if (!variables)
      return variables.takeError();
    model.variables = std::make_unique<TensorBundle>(std::move(*variables));
  }
  return model;
}

} // namespace tandem::tensorflow
