#include "compiler/importers/keras/call_parser.h"

namespace tandem::keras {

std::optional<TensorId> parseTensorId(const Json &value) {
  if (!value.is_array() || value.size() < 3 || value.size() > 4)
    return std::nullopt;
  std::optional<llvm::StringRef> layer = asString(value[0]);
  std::optional<int64_t> call = asInt(value[1]), tensor = asInt(value[2]);
  constexpr int64_t kMost = 1 << 24; // keeps sums of what a hostile file says in range
  if (!layer || !call || !tensor || *call < 0 || *call > kMost)
    return std::nullopt;
  return TensorId{layer->str(), *call, *tensor};
}

namespace {
Json placeOf(TensorId id, std::vector<TensorId> &tensors) {
  tensors.push_back(std::move(id));
  return {{"tensor", tensors.size() - 1}};
}

/// Keras 3 writes a call's arguments as they were, with {"class_name": "__keras_tensor__",
/// "config": {"keras_history": ["conv2d", 0, 0]}} in the place of each tensor; Keras 2 has the list
/// alone. False where a tensor is of another form. The nesting is limited by parseJson.
bool replaceTensors(Json &value, bool isKeras3, std::vector<TensorId> &tensors) {
  std::optional<TensorId> id;
  if (isKeras3 && stringMember(value, "class_name") == "__keras_tensor__") {
    const Json *config = member(value, "config");
    const Json *history = config ? member(*config, "keras_history") : nullptr;
    id = history ? parseTensorId(*history) : std::nullopt;
    if (!id)
      return false;
  } else if (!isKeras3) {
    id = parseTensorId(value);
  }
  if (id) {
    value = placeOf(std::move(*id), tensors);
    return true;
  }
  if (value.is_structured())
    for (Json &element : value)
      if (!replaceTensors(element, isKeras3, tensors))
        return false;
  return true;
}

/// Before Keras 3: a tensor or a list of them, the first with all other arguments by name. A number
/// in the place of a tensor is ["_CONSTANT_VALUE", -1, 2.0, {...}].
std::optional<Json> firstArgument(const Json &value, std::vector<TensorId> &tensors, Json &named) {
  if (!value.is_array())
    return std::nullopt;
  bool isEntry = value.size() >= 3 && value.size() <= 4 && value[0].is_string();
  if (!isEntry) {
    Json list = Json::array();
    for (const Json &element : value) {
      std::optional<Json> one = firstArgument(element, tensors, named);
      if (!one)
        return std::nullopt;
      list.push_back(std::move(*one));
    }
    return list;
  }
  if (value.size() == 4 && value[3].is_object() && named.empty())
    named = value[3];
  if (*asString(value[0]) == "_CONSTANT_VALUE")
    return value[2];
  std::optional<TensorId> id = parseTensorId(value);
  return id ? std::optional(placeOf(std::move(*id), tensors)) : std::nullopt;
}

/// The masks among the arguments by name, which lose it; null where there are none.
Json takeMask(Json &named) {
  auto found = named.find("mask");
  if (found == named.end() || !found->is_structured())
    return Json();
  Json masks = std::move(*found);
  named.erase(found);
  return masks;
}

/// One mask for the first input, or a list of them for the first ones, null for those without.
bool addMasks(Json masks, bool isKeras3, LayerCall &call) {
  size_t inputs = call.inputs.size();
  if (!replaceTensors(masks, isKeras3, call.inputs))
    return false;
  if (member(masks, "tensor"))
    masks = Json::array({std::move(masks)});
  for (size_t i = 0; i < masks.size(); ++i) {
    if (masks[i].is_null())
      continue;
    if (!member(masks[i], "tensor") || i >= inputs)
      return false;
    call.masked.push_back(i);
  }
  return call.inputs.size() == inputs + call.masked.size();
}
} // namespace

std::optional<LayerCall> parseCall(const Json &call) {
  LayerCall result;
  CallArguments arguments;
  if (const Json *given = member(call, "args")) {
    arguments.positional = *given;
    if (const Json *named = member(call, "kwargs"))
      arguments.named = *named;
    Json masked = takeMask(arguments.named);
    if (!replaceTensors(arguments.positional, true, result.inputs) ||
        !replaceTensors(arguments.named, true, result.inputs) ||
        !addMasks(std::move(masked), true, result))
      return std::nullopt;
  } else {
    std::optional<Json> first = firstArgument(call, result.inputs, arguments.named);
    Json masked = takeMask(arguments.named);
    if (!first || !replaceTensors(arguments.named, false, result.inputs) ||
        !addMasks(std::move(masked), false, result))
      return std::nullopt;
    arguments.positional.push_back(std::move(*first));
  }
  result.arguments = std::make_shared<const CallArguments>(std::move(arguments));
  return result;
}

} // namespace tandem::keras
