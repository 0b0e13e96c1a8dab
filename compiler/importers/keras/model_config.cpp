#include "compiler/importers/keras/model_config.h"

#include "compiler/importers/keras/call_parser.h"
#include "compiler/importers/keras/weights.h"

#include "llvm/ADT/Twine.h"

namespace tandem::keras {

static llvm::Error invalid(const llvm::Twine &what) {
  return llvm::createStringError("'model_config' is not a Keras model: " + what);
}

/// One tensor or a list of them.
static std::optional<std::vector<TensorId>> parseTensorIds(const Json &value) {
  if (std::optional<TensorId> single = parseTensorId(value))
    return std::vector<TensorId>{*single};
  if (!value.is_array())
    return std::nullopt;
  std::vector<TensorId> result;
  for (const Json &element : value) {
    std::optional<TensorId> id = parseTensorId(element);
    if (!id)
      return std::nullopt;
    result.push_back(*id);
  }
  return result;
}

static llvm::Expected<ModelConfig> parseInner(llvm::StringRef className, const Json &config);
static bool isModelClass(llvm::StringRef className) {
  return className == "Functional" || className == "Model" || className == "Sequential";
}

/// Only Keras's own classes come from a module of Keras; what one runs itself has none in the file.
/// An .h5 file of Keras 3 has no modules, and the name of a registered class in the place of its
/// own.
static bool isOfAnother(const Json &json) {
  if (!json.is_object() || !json.contains("module") || !json.contains("registered_name"))
    return false;
  llvm::StringRef package = stringMember(json, "module").split('.').first;
  return package != "keras" && package != "tf_keras" && package != "tensorflow";
}

std::string classNameOf(const Json &json) {
  llvm::StringRef name = stringMember(json, "class_name");
  if (!isOfAnother(json)) // keras.applications registers one in Keras 2, which an .h5 file tells
    return name == "Custom>CustomScaleLayer" ? "CustomScaleLayer" : name.str();
  llvm::StringRef registered = stringMember(json, "registered_name");
  if (registered.contains(kOfPackage))
    return registered.str();
  llvm::StringRef module = stringMember(json, "module");
  return ((module.empty() ? kNoPackage : module) + llvm::Twine(kOfPackage) + name).str();
}

std::string functionNameOf(const Json &json) {
  if (std::optional<llvm::StringRef> name = asString(json))
    return name->str();
  llvm::StringRef className = stringMember(json, "class_name");
  if (className == "__lambda__" || member(json, "value")) // {"value": [its code, ...]}
    return "";
  if (className != "function")
    return className.empty() ? json.dump() : classNameOf(json);
  llvm::StringRef name = stringMember(json, "config");
  bool hasOwner = name.contains(kOfPackage) || name.empty() || !isOfAnother(json);
  return hasOwner ? name.str() : (kNoPackage + llvm::Twine(kOfPackage) + name).str();
}

/// Whether a node of Keras 3 is a function of keras.ops, whose names are those of layers too. An
/// .h5 file leaves out the modules; every layer has 'trainable' or 'dtype', functions have not, but
/// for some that are no layers; and so does one layer.
static bool isFunction(const Json &json) {
  if (isOfAnother(json))
    return false;
  if (llvm::StringRef module = stringMember(json, "module"); !module.empty())
    return module.starts_with("keras.src.ops");
  const Json *calls = member(json, "inbound_nodes"), *config = member(json, "config");
  bool isKeras3 = calls && calls->is_array() && !calls->empty() && member(calls->front(), "args");
  llvm::StringRef name = stringMember(json, "class_name");
  constexpr llvm::StringLiteral kNoLayers[] = {"Cast",   "ConvertToTensor", "FullLike",
                                               "OneHot", "OnesLike",        "ZerosLike"};
  bool isNoLayer = llvm::is_contained(kNoLayers, name), hasNeither = name == "Pipeline";
  return isKeras3 && !hasNeither && config && !member(*config, "trainable") &&
         (isNoLayer || !member(*config, "dtype"));
}

/// A function that a model calls between its layers is a layer called "ops.Add" here, and one of
/// TensorFlow, which Keras 2 wraps in a layer, "tf.math.add".
static llvm::Expected<LayerConfig> parseLayer(const Json &json, WeightPaths &paths) {
  LayerConfig layer;
  layer.className = classNameOf(json);
  const Json *config = member(json, "config");
  if (layer.className.empty() || !config || !config->is_object())
    return invalid("a layer has no class name or configuration");
  layer.config = *config;
  layer.name = stringMember(*config, "name").str();
  if (layer.name.empty())
    layer.name = stringMember(json, "name").str();
  if (layer.name.empty())
    return invalid("a layer of class " + layer.className + " has no name");
  constexpr size_t kLongestName = 1024; // every layer of a model inside has it in its own name
  if (layer.name.size() > kLongestName)
    return invalid("a layer of class " + layer.className + " has a name of " +
                   llvm::Twine(layer.name.size()) + " letters");
  if (isFunction(json)) {
    layer.className = "ops." + layer.className;
    return layer;
  }
  if (layer.className == "TFOpLambda" || layer.className == "SlicingOpLambda") {
    llvm::StringRef function = stringMember(*config, "function");
    (void)function.consume_front("compat.v1.");
    layer.className = ("tf." + function).str();
    return layer;
  }
  layer.weights = {.group = layer.name,
                   .nameOnPath = layer.name,
                   .path = paths.of(stringMember(json, "class_name")),
                   .storedName = layer.name};
  if (!isModelClass(layer.className))
    return layer;
  llvm::Expected<ModelConfig> inner = parseInner(layer.className, *config);
  if (!inner)
    return inner.takeError();
  layer.inner = std::make_shared<ModelConfig>(std::move(*inner));
  layer.config = Json::object(); // all that there was is in `inner`
  return layer;
}

/// TimeDistributed(layer) is the layer on all places as one batch, between two layers that make it
/// and take it apart. The latter needs the input for its number of places.
static llvm::Error expandTimeDistributed(ModelConfig &model) {
  std::vector<LayerConfig> layers;
  for (LayerConfig &layer : model.layers) {
    const Json *wrapped =
        layer.className == "TimeDistributed" ? member(layer.config, "layer") : nullptr;
    if (!wrapped) {
      layers.push_back(std::move(layer));
      continue;
    }
    WeightPaths paths("");
    llvm::Expected<LayerConfig> inner = parseLayer(*wrapped, paths);
    if (!inner)
      return inner.takeError();
    LayerConfig merged = layer;
    merged.name += "/batch";
    inner->name = layer.name + "/" + inner->name;
    inner->weights.path = layer.weights.path + "/layer";
    inner->weights.group = layer.weights.group;
    inner->weights.nameOnPath = layer.weights.nameOnPath;
    for (size_t use = 0; use < layer.calls.size(); ++use) {
      auto number = static_cast<int64_t>(use);
      inner->calls.push_back({{{merged.name, number, 0}}, nullptr, {}});
      LayerCall &call = layer.calls[use];
      call.inputs.insert(call.inputs.begin(), TensorId{inner->name, number, 0});
      for (size_t &input : call.masked)
        ++input;
      call.arguments = nullptr;
    }
    layers.push_back(std::move(merged));
    layers.push_back(std::move(*inner));
    layers.push_back(std::move(layer));
  }
  model.layers = std::move(layers);
  return llvm::Error::success();
}

static llvm::Expected<std::vector<TensorId>> parseBoundary(const Json &config,
                                                           llvm::StringRef key) {
  const Json *value = member(config, key);
  if (value && value->is_object())
    return llvm::createStringError(
        "a Keras model whose '" + key +
        "' are a dictionary is not supported, only one tensor or a list of them is; save it as "
        "keras.Model([...], [...])");
  std::optional<std::vector<TensorId>> ids = value ? parseTensorIds(*value) : std::nullopt;
  if (!ids || ids->empty())
    return invalid("it has no '" + key + "'");
  return std::move(*ids);
}

static llvm::Expected<ModelConfig> parseFunctional(const Json &config) {
  ModelConfig model;
  const Json *layers = member(config, "layers");
  if (!layers || !layers->is_array())
    return invalid("it has no list of layers");
  WeightPaths paths("layers");
  for (const Json &json : *layers) {
    llvm::Expected<LayerConfig> layer = parseLayer(json, paths);
    if (!layer)
      return layer.takeError();
    const Json *calls = member(json, "inbound_nodes");
    if (!calls || !calls->is_array())
      return invalid("the layer '" + layer->name + "' has no 'inbound_nodes'");
    for (const Json &call : *calls) {
      std::optional<LayerCall> parsed = parseCall(call);
      if (!parsed)
        return invalid("'inbound_nodes' of the layer '" + layer->name + "' are of an unknown form");
      layer->calls.push_back(std::move(*parsed));
    }
    if (layer->calls.empty())
      layer->calls.emplace_back();
    model.layers.push_back(std::move(*layer));
  }
  llvm::Expected<std::vector<TensorId>> inputs = parseBoundary(config, "input_layers");
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<std::vector<TensorId>> outputs = parseBoundary(config, "output_layers");
  if (!outputs)
    return outputs.takeError();
  model.inputs = std::move(*inputs);
  model.outputs = std::move(*outputs);
  if (llvm::Error error = expandTimeDistributed(model))
    return error;
  return model;
}

/// The shape that a Sequential model without an input layer takes: its first layer's, or the one
/// that it was built for.
static const Json *sequentialInputShape(const Json &config, const LayerConfig &first) {
  if (first.inner && !first.inner->layers.empty())
    return sequentialInputShape(config, first.inner->layers.front());
  for (llvm::StringRef key : {"batch_input_shape", "batch_shape"})
    if (const Json *shape = member(first.config, key))
      return shape;
  return member(config, "build_input_shape");
}

/// What the last layer so far makes. Its only use, however Keras would have counted it.
static TensorId lastOf(const ModelConfig &model) {
  const LayerConfig &layer = model.layers.back();
  return {layer.name, layer.inner ? kOnlyUse : 0, 0};
}

static llvm::Expected<ModelConfig> parseSequential(const Json &config) {
  ModelConfig model;
  const Json *layers =
      config.is_array() ? &config : member(config, "layers"); // a list: Keras 1, 2.0
  if (!layers || !layers->is_array() || layers->empty())
    return invalid("it has no list of layers");
  WeightPaths paths("layers");
  for (const Json &json : *layers) {
    llvm::Expected<LayerConfig> layer = parseLayer(json, paths);
    if (!layer)
      return layer.takeError();
    if (model.layers.empty() && layer->className != "InputLayer") {
      LayerConfig input;
      input.className = "InputLayer";
      input.name = layer->name + "_input";
      input.config["name"] = input.name;
      if (const Json *shape = sequentialInputShape(config, *layer))
        input.config["batch_input_shape"] = *shape;
      if (const Json *type = member(layer->config, "dtype"))
        input.config["dtype"] = *type;
      input.calls.emplace_back();
      model.layers.push_back(std::move(input));
    }
    layer->calls.emplace_back();
    if (!model.layers.empty())
      layer->calls.back().inputs.push_back(lastOf(model));
    model.layers.push_back(std::move(*layer));
  }
  model.inputs = {{model.layers.front().name, 0, 0}};
  model.outputs = {lastOf(model)};
  if (llvm::Error error = expandTimeDistributed(model))
    return error;
  return model;
}

static llvm::Expected<ModelConfig> parseInner(llvm::StringRef className, const Json &config) {
  return className == "Sequential" ? parseSequential(config) : parseFunctional(config);
}

llvm::Expected<ModelConfig> parseModelConfig(const Json &config) {
  std::string className = classNameOf(config);
  const Json *inner = member(config, "config");
  if (className.empty() || !inner)
    return invalid("it has no 'class_name' and 'config'");
  if (isModelClass(className))
    return parseInner(className, *inner);
  return llvm::createStringError("a Keras model of class '" + className +
                                 "' is not supported, only Functional and Sequential models are");
}

} // namespace tandem::keras
