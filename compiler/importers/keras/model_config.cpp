#include "compiler/importers/keras/model_config.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

#include <map>

namespace tandem::keras {

static llvm::Error invalid(const llvm::Twine &what) {
  return llvm::createStringError("'model_config' is not a Keras model: " + what);
}

/// ["conv2d", 0, 0] or ["conv2d", 0, 0, {keyword arguments}].
static std::optional<TensorId> parseTensorId(const Json &value) {
  if (!value.is_array() || value.size() < 3 || value.size() > 4)
    return std::nullopt;
  std::optional<llvm::StringRef> layer = asString(value[0]);
  std::optional<int64_t> call = asInt(value[1]), tensor = asInt(value[2]);
  constexpr int64_t kMost = 1 << 24; // keeps sums of what a hostile file says in range
  if (!layer || !call || !tensor || *call < 0 || *call > kMost)
    return std::nullopt;
  return TensorId{layer->str(), *call, *tensor};
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

/// Keras 3 writes a call's arguments as they were, with {"class_name": "__keras_tensor__",
/// "config":
/// {"keras_history": ["conv2d", 0, 0]}} in the place of each tensor. The nesting is limited by
/// parseJson.
static bool collectKerasTensors(const Json &value, std::vector<TensorId> &result) {
  if (value.is_array()) {
    for (const Json &element : value)
      if (!collectKerasTensors(element, result))
        return false;
    return true;
  }
  if (stringMember(value, "class_name") != "__keras_tensor__")
    return true;
  const Json *config = member(value, "config");
  const Json *history = config ? member(*config, "keras_history") : nullptr;
  std::optional<TensorId> id = history ? parseTensorId(*history) : std::nullopt;
  if (id)
    result.push_back(*id);
  return id.has_value();
}

static std::optional<LayerCall> parseCall(const Json &call) {
  LayerCall result;
  const Json *arguments = member(call, "args");
  if (!arguments) {
    std::optional<std::vector<TensorId>> inputs = parseTensorIds(call);
    if (!inputs)
      return std::nullopt;
    result.inputs = std::move(*inputs);
    return result;
  }
  result.arguments = std::make_shared<const Json>(*arguments);
  if (!collectKerasTensors(*arguments, result.inputs))
    return std::nullopt;
  return result;
}

/// What Keras 3 makes of a class's name: "SeparableConv2D" is "separable_conv2d".
static std::string toSnakeCase(llvm::StringRef name) {
  std::string result;
  for (size_t i = 0; i < name.size(); ++i) {
    bool beginsWord =
        llvm::isUpper(name[i]) && i > 0 &&
        (llvm::isLower(name[i - 1]) || (i + 1 < name.size() && llvm::isLower(name[i + 1])));
    if (beginsWord)
      result += '_';
    result += llvm::toLower(name[i]);
  }
  return result;
}

/// Numbers the layers of one class, as the file does: "dense", "dense_1".
class WeightPaths {
public:
  std::string of(llvm::StringRef className) {
    std::string name = toSnakeCase(className);
    size_t number = used_[name]++;
    return "layers/" + name + (number ? "_" + std::to_string(number) : "");
  }

private:
  std::map<std::string, size_t> used_;
};

static llvm::Expected<ModelConfig> parseInner(llvm::StringRef className, const Json &config);
static bool isModelClass(llvm::StringRef className) {
  return className == "Functional" || className == "Model" || className == "Sequential";
}

/// Whether a node of Keras 3 is a function of keras.ops, whose names are those of layers too. An
/// .h5 file leaves out the modules; every layer has 'trainable' or 'dtype', functions have not.
static bool isFunction(const Json &json) {
  if (llvm::StringRef module = stringMember(json, "module"); !module.empty())
    return module.starts_with("keras.src.ops");
  const Json *calls = member(json, "inbound_nodes"), *config = member(json, "config");
  bool isKeras3 = calls && calls->is_array() && !calls->empty() && member(calls->front(), "args");
  return isKeras3 && config && !member(*config, "trainable") && !member(*config, "dtype");
}

static llvm::Expected<LayerConfig> parseLayer(const Json &json, WeightPaths &paths) {
  LayerConfig layer;
  layer.className = stringMember(json, "class_name").str();
  const Json *config = member(json, "config");
  if (layer.className.empty() || !config || !config->is_object())
    return invalid("a layer has no class name or configuration");
  layer.config = *config;
  layer.name = stringMember(*config, "name").str();
  if (layer.name.empty())
    layer.name = stringMember(json, "name").str();
  if (layer.name.empty())
    return invalid("a layer of class " + layer.className + " has no name");
  if (isFunction(json)) {
    layer.className = "ops." + layer.className;
    return layer;
  }
  layer.weights = {layer.name, "", paths.of(layer.className)};
  if (!isModelClass(layer.className))
    return layer;
  llvm::Expected<ModelConfig> inner = parseInner(layer.className, *config);
  if (!inner)
    return inner.takeError();
  layer.inner = std::make_shared<ModelConfig>(std::move(*inner));
  layer.config = Json::object(); // all that there was is in `inner`
  return layer;
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
  WeightPaths paths;
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
  WeightPaths paths;
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
  return model;
}

static llvm::Expected<ModelConfig> parseInner(llvm::StringRef className, const Json &config) {
  return className == "Sequential" ? parseSequential(config) : parseFunctional(config);
}

llvm::Expected<ModelConfig> parseModelConfig(const Json &config) {
  llvm::StringRef className = stringMember(config, "class_name");
  const Json *inner = member(config, "config");
  if (className.empty() || !inner)
    return invalid("it has no 'class_name' and 'config'");
  if (isModelClass(className))
    return parseInner(className, *inner);
  return llvm::createStringError("a Keras model of class '" + className +
                                 "' is not supported, only Functional and Sequential models are");
}

} // namespace tandem::keras
