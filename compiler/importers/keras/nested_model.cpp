// Models inside a model: their layers are taken out into the outer one.
#include "compiler/importers/keras/model_config.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <map>
#include <set>

namespace tandem::keras {

namespace {
constexpr size_t kMaxCalls = 1 << 16, kMaxTensors = 1 << 20;

std::string pathIn(const LayerConfig &layer, const std::string &name) {
  return layer.name + "/" + name;
}

/// Tensors of a model inside, by their names in the outer one.
class Renaming {
public:
  Renaming(const LayerConfig &layer, const ModelConfig &inner) : layer_(layer) {
    for (const LayerConfig &each : inner.layers)
      usesOf_[each.name] = each.calls.size();
    for (size_t i = 0; i < inner.inputs.size(); ++i)
      placeOf_.try_emplace(inner.inputs[i], i);
  }

  /// As they are in the model's use number `use`.
  void apply(size_t use, std::vector<TensorId> &tensors) const {
    for (TensorId &tensor : tensors) {
      auto input = placeOf_.find(tensor);
      if (input != placeOf_.end()) {
        tensor = layer_.calls[use].inputs[input->second];
        continue;
      }
      auto uses = usesOf_.find(tensor.layer);
      tensor.call += static_cast<int64_t>(use * (uses == usesOf_.end() ? 0 : uses->second));
      tensor.layer = pathIn(layer_, tensor.layer);
    }
  }

private:
  const LayerConfig &layer_;
  std::map<std::string, size_t> usesOf_;
  std::map<TensorId, size_t> placeOf_; ///< of the model's inputs
};

class Flattening {
public:
  explicit Flattening(ModelConfig model) : outer_(std::move(model)) {}
  llvm::Expected<ModelConfig> run();

private:
  llvm::Error expand(LayerConfig layer);
  void attachMasks(LayerConfig &layer);
  void countUses();
  int64_t firstUse(const LayerConfig &layer) const;
  llvm::Error nameOutputs(const LayerConfig &layer, const std::vector<TensorId> &outputs,
                          const Renaming &renaming);
  llvm::Error tooMany(const LayerConfig &layer) const;
  bool resolve(TensorId &tensor);
  llvm::Error resolveAll();

  ModelConfig outer_, result_;
  size_t calls_ = 0, tensors_ = 0;
  std::map<std::string, int64_t> lastUse_; ///< of a layer, the highest number that anything reads
  std::map<TensorId, TensorId> made_; ///< what a model inside makes, to the layer in it that does
};

void Flattening::countUses() {
  auto look = [&](const std::vector<TensorId> &tensors) {
    for (const TensorId &tensor : tensors)
      lastUse_[tensor.layer] = std::max(lastUse_[tensor.layer], tensor.call);
  };
  for (const LayerConfig &reader : outer_.layers)
    for (const LayerCall &call : reader.calls)
      look(call.inputs);
  look(outer_.outputs);
}

/// The number of a model's first use. Some versions of Keras count the one by which it was made,
/// others do not; every use there is has a reader.
int64_t Flattening::firstUse(const LayerConfig &layer) const {
  auto last = lastUse_.find(layer.name);
  return last != lastUse_.end() && last->second == static_cast<int64_t>(layer.calls.size()) ? 1 : 0;
}

/// Inputs for which the model is given masks go through a layer that has these for them: in the
/// model they are the masks of its inputs.
void Flattening::attachMasks(LayerConfig &layer) {
  LayerConfig carrier;
  carrier.className = "Dropout"; // which hands on its input and the mask, in every Keras
  carrier.name = pathIn(layer, "masked");
  for (LayerCall &call : layer.calls) {
    size_t own = call.inputs.size() - call.masked.size();
    for (size_t i = 0; i < call.masked.size(); ++i) {
      TensorId &input = call.inputs[call.masked[i]];
      LayerCall one;
      one.inputs = {input, call.inputs[own + i]};
      one.masked = {0};
      input = {carrier.name, static_cast<int64_t>(carrier.calls.size()), 0};
      carrier.calls.push_back(std::move(one));
    }
    call.inputs.resize(own);
    call.masked.clear();
  }
  if (!carrier.calls.empty())
    result_.layers.push_back(std::move(carrier));
}

llvm::Error Flattening::expand(LayerConfig layer) {
  attachMasks(layer);
  llvm::Expected<ModelConfig> inner = flattenModel(std::move(*layer.inner));
  if (!inner)
    return inner.takeError();
  std::string subject = "layer '" + layer.name + "' (" + layer.className + ")";
  for (const LayerCall &call : layer.calls)
    if (call.inputs.size() != inner->inputs.size())
      return llvm::createStringError(subject + ": is given " + llvm::Twine(call.inputs.size()) +
                                     " tensors, its model has " +
                                     llvm::Twine(inner->inputs.size()) + " inputs");
  Renaming renaming(layer, *inner);
  for (const LayerConfig &each : inner->layers) {
    if (each.className == "InputLayer")
      continue;
    LayerConfig copy = each;
    copy.name = pathIn(layer, each.name);
    copy.weights.group = layer.weights.group;
    copy.weights.models.insert(copy.weights.models.begin(), layer.weights.nameOnPath);
    copy.weights.sharesGroup = true;
    if (!copy.weights.path.empty())
      copy.weights.path = layer.weights.path + "/" + copy.weights.path;
    copy.calls.clear();
    for (size_t use = 0; use < layer.calls.size(); ++use)
      for (const LayerCall &call : each.calls) {
        tensors_ += call.inputs.size();
        if (++calls_ > kMaxCalls || tensors_ > kMaxTensors)
          return tooMany(layer);
        copy.calls.push_back(call);
        renaming.apply(use, copy.calls.back().inputs);
      }
    result_.layers.push_back(std::move(copy));
  }
  return nameOutputs(layer, inner->outputs, renaming);
}

llvm::Error Flattening::nameOutputs(const LayerConfig &layer, const std::vector<TensorId> &outputs,
                                    const Renaming &renaming) {
  int64_t first = firstUse(layer);
  for (size_t use = 0; use < layer.calls.size(); ++use) {
    tensors_ += outputs.size();
    if (tensors_ > kMaxTensors)
      return tooMany(layer);
    std::vector<TensorId> renamed = outputs;
    renaming.apply(use, renamed);
    for (size_t i = 0; i < renamed.size(); ++i) {
      auto number = first + static_cast<int64_t>(use);
      made_[{layer.name, number, static_cast<int64_t>(i)}] = renamed[i];
      if (use == 0)
        made_[{layer.name, kOnlyUse, static_cast<int64_t>(i)}] = renamed[i];
    }
  }
  return llvm::Error::success();
}

llvm::Error Flattening::tooMany(const LayerConfig &layer) const {
  return llvm::createStringError("layer '" + layer.name + "' (" + layer.className +
                                 "): with it the model has more than " + llvm::Twine(kMaxCalls) +
                                 " layers or " + llvm::Twine(kMaxTensors) + " tensors");
}

/// A model's result may be another model's, or an input that it hands on. False when that goes
/// round. Who asks for a tensor on the way next is told the end at once.
bool Flattening::resolve(TensorId &tensor) {
  std::set<TensorId> seen;
  for (auto found = made_.find(tensor); found != made_.end(); found = made_.find(tensor)) {
    if (!seen.insert(tensor).second)
      return false;
    tensor = found->second;
  }
  for (const TensorId &passed : seen)
    made_[passed] = tensor;
  return true;
}

llvm::Error Flattening::resolveAll() {
  auto all = [&](std::vector<TensorId> &tensors) -> llvm::Error {
    for (TensorId &tensor : tensors)
      if (!resolve(tensor))
        return llvm::createStringError("models wait for one another's results: '" + tensor.layer +
                                       "'");
    return llvm::Error::success();
  };
  for (LayerConfig &layer : result_.layers)
    for (LayerCall &call : layer.calls)
      if (llvm::Error cycle = all(call.inputs))
        return cycle;
  return all(result_.outputs);
}

llvm::Expected<ModelConfig> Flattening::run() {
  countUses();
  for (const LayerConfig &layer : outer_.layers) {
    if (!layer.inner)
      result_.layers.push_back(layer);
    else if (llvm::Error error = expand(layer))
      return error;
  }
  result_.inputs = std::move(outer_.inputs);
  result_.outputs = std::move(outer_.outputs);
  if (llvm::Error cycle = resolveAll())
    return cycle;
  return std::move(result_);
}
} // namespace

llvm::Expected<ModelConfig> flattenModel(ModelConfig model) {
  return Flattening(std::move(model)).run();
}

} // namespace tandem::keras
