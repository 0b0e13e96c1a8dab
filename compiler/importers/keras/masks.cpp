#include "compiler/importers/keras/masks.h"

#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace tandem::keras {

bool takesMaskArgument(StringRef className, StringRef argument) {
  return argument == "attention_mask" &&
         (className == "MultiHeadAttention" || className.ends_with("QueryAttention"));
}

MaybeValue bothMasks(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  if (failed(a) || failed(b))
    return failure();
  if (!*a || !*b)
    return *a ? *a : *b;
  return build.createTyped<graph::LogicalAndOp>(build.builder().getI1Type(), a, b);
}

namespace {
enum class Rule {
  kDrops,
  kKeeps,
  kOfIndices, ///< where they are not 0
  kOfValues,  ///< where one is not the number that means nothing
  kOfPlaces,  ///< of a sequence, if the layer gives one
  kMerges,
  kConcatenates,
};

/// What is not here drops the mask: Keras warns, and goes on without.
Rule ruleOf(StringRef className, int kerasMajor) {
  bool isNew = kerasMajor >= 3;
  return llvm::StringSwitch<Rule>(className)
      .Cases({"Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU"},
             Rule::kKeeps)
      .Cases({"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout",
              "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"},
             Rule::kKeeps)
      .Cases({"BatchNormalization", "BatchNormalizationV1", "GroupNormalization",
              "LayerNormalization", "UnitNormalization"},
             Rule::kKeeps)
      .Cases({"AdditiveAttention", "Attention", "GroupQueryAttention", "GroupedQueryAttention",
              "MultiHeadAttention", "Dense", "TimeDistributed"},
             Rule::kKeeps)
      .Cases({"Identity", "Normalization", "Rescaling"}, isNew ? Rule::kKeeps : Rule::kDrops)
      .Cases({"Embedding", "ReversibleEmbedding"}, Rule::kOfIndices)
      .Case("Masking", Rule::kOfValues)
      .Cases({"Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN"}, Rule::kOfPlaces)
      .Cases({"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}, Rule::kMerges)
      .Case("Concatenate", Rule::kConcatenates)
      .Default(Rule::kDrops);
}

/// Of all inputs: Keras 3 keeps what one of them has and drops all when one has none, Keras 2 keeps
/// what all have that have any.
MaybeValue mergedMask(Layer &layer) {
  MaybeValue merged = mlir::Value();
  Type truth = layer.builder().getI1Type();
  for (size_t i = 0; i < layer.inputs().size(); ++i) {
    MaybeValue mask = layer.mask(i);
    if (layer.kerasMajor() < 3)
      merged = bothMasks(layer, merged, mask);
    else if (!*mask)
      return mlir::Value();
    else
      merged = i == 0 ? mask : layer.createTyped<graph::LogicalOrOp>(truth, merged, mask);
  }
  return merged;
}

MaybeValue concatenatedMask(Layer &layer) {
  int64_t axis = layer.axis("axis", -1);
  if (!layer.hasMask() || layer.failed())
    return mlir::Value();
  ArrayRef<int64_t> first = layer.inputShape();
  bool isOfFeatures = axis == static_cast<int64_t>(first.size()) - 1;
  Type truth = layer.builder().getI1Type();
  MaybeValue joined = mlir::Value();
  SmallVector<mlir::Value> parts;
  for (auto [i, input] : llvm::enumerate(layer.inputs())) {
    ArrayRef<int64_t> shape = shapeOf(input).drop_back();
    MaybeValue mask = layer.mask(i);
    if (!*mask) { // all of its places count
      int64_t count = 1;
      for (int64_t size : shape)
        count *= size;
      mask = layer.integerConstant(truth, shape, SmallVector<int64_t>(count, 1));
    }
    if (failed(mask))
      return failure();
    parts.push_back(*mask);
    // Keras 3 asks whether a place counts in one of them, Keras 2 whether it does in all.
    joined = i == 0                    ? mask
             : layer.kerasMajor() >= 3 ? layer.createTyped<graph::LogicalOrOp>(truth, joined, mask)
                                       : bothMasks(layer, joined, mask);
    if (!isOfFeatures && shapeOf(*mask).size() != first.size() - 1)
      return layer.unsupported("masks of other dimensions than the inputs have");
  }
  return isOfFeatures ? joined : concatAlong(layer, parts, axis);
}

MaybeValue maskOfValues(Layer &layer) {
  auto rank = static_cast<int64_t>(layer.inputShape().size());
  double nothing = layer.number("mask_value", 0);
  return layer.createTyped<graph::ReduceAnyOp>(
      layer.builder().getI1Type(), layer.compare<graph::NotEqualOp>(layer.input(), nothing),
      ArrayRef<int64_t>{rank - 1}, /*keepDims=*/false);
}

/// How many of the first results are sequences.
size_t sequencesOf(Layer &layer) {
  const Json *inner = layer.find("layer");
  const Json *config = inner ? member(*inner, "config") : nullptr;
  const Json *sequences = member(config ? *config : layer.config(), "return_sequences");
  if (!sequences || !asBool(*sequences).value_or(false))
    return 0;
  const Json *mode = inner ? layer.find("merge_mode") : nullptr;
  return inner && (!mode || mode->is_null()) ? 2 : 1;
}
} // namespace

FailureOr<Values> resultMasks(Layer &layer, ArrayRef<mlir::Value> results) {
  Values masks(results.size());
  MaybeValue first = mlir::Value();
  size_t count = 1;
  switch (ruleOf(layer.className(), layer.kerasMajor())) {
  case Rule::kDrops:
    break;
  case Rule::kKeeps: // of TimeDistributed the input that was cut up is the last one
    first = layer.mask(layer.className() == "TimeDistributed" ? layer.inputs().size() - 1 : 0);
    if (layer.className() == "TimeDistributed" && layer.inputs().size() == 1)
      first = mlir::Value();
    break;
  case Rule::kOfIndices:
    if (layer.flag("mask_zero", false) && !layer.argument(1, "reverse"))
      first = layer.compare<graph::NotEqualOp>(layer.input(), 0);
    break;
  case Rule::kOfValues:
    first = maskOfValues(layer);
    break;
  case Rule::kOfPlaces:
    first = layer.mask(0);
    count = sequencesOf(layer);
    break;
  case Rule::kMerges:
    first = mergedMask(layer);
    break;
  case Rule::kConcatenates:
    first = concatenatedMask(layer);
    break;
  }
  if (failed(first))
    return failure();
  std::fill_n(masks.begin(), std::min(count, masks.size()), *first);
  return masks;
}

namespace {
/// Whether Keras gives the very tensor that such a layer reads, which then shares its mask.
bool givesInput(const LayerConfig &layer) {
  const Json *activation = member(layer.config, "activation");
  return llvm::StringSwitch<bool>(layer.className)
      .Cases({"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout",
              "GaussianNoise", "Identity", "SpatialDropout1D", "SpatialDropout2D",
              "SpatialDropout3D"},
             true)
      .Case("Activation", activation && asString(*activation) == "linear")
      .Default(false);
}
} // namespace

/// Keras runs what is further from the outputs first, and of what is as far the last first.
void MaskRemovals::orderCalls(const ModelConfig &model) {
  std::map<Call, size_t> readers;
  std::map<Call, const LayerCall *> calls;
  int64_t index = 0;
  for (const LayerConfig &layer : model.layers)
    for (auto [use, call] : llvm::enumerate(layer.calls)) {
      Call own = {layer.name, static_cast<int64_t>(use)};
      calls[own] = &call;
      orders_[own] = {0, index++};
      for (const TensorId &input : call.inputs)
        ++readers[{input.layer, input.call}];
      if (givesInput(layer) && !call.inputs.empty())
        handsOn_[own] = call.inputs.front();
    }
  std::vector<Call> ready;
  for (const auto &[call, order] : orders_)
    if (!readers.count(call))
      ready.push_back(call);
  while (!ready.empty()) {
    Call reader = ready.back();
    ready.pop_back();
    for (const TensorId &input : calls[reader]->inputs) {
      Call maker = {input.layer, input.call};
      auto order = orders_.find(maker);
      if (order == orders_.end())
        continue;
      order->second.first = std::max(order->second.first, orders_[reader].first + 1);
      if (--readers[maker] == 0)
        ready.push_back(maker);
    }
  }
}

TensorId MaskRemovals::origin(TensorId tensor) const {
  for (size_t i = 0; i <= handsOn_.size(); ++i) {
    auto found = handsOn_.find({tensor.layer, tensor.call});
    if (found == handsOn_.end())
      break;
    tensor = found->second;
  }
  return tensor;
}

MaskRemovals::MaskRemovals(const ModelConfig &model) {
  if (llvm::none_of(model.layers, [](const LayerConfig &layer) {
        return layer.className == "MultiHeadAttention";
      }))
    return;
  orderCalls(model);
  for (const LayerConfig &layer : model.layers) {
    if (layer.className != "MultiHeadAttention")
      continue;
    for (auto [use, call] : llvm::enumerate(layer.calls)) {
      Order order = orders_[{layer.name, static_cast<int64_t>(use)}];
      for (const TensorId &input : call.inputs) {
        auto [removal, isFirst] = removals_.try_emplace(origin(input), order);
        removal->second = std::max(removal->second, order);
      }
    }
  }
}

bool MaskRemovals::isGone(const TensorId &tensor, const LayerConfig &reader, int64_t use) const {
  if (removals_.empty())
    return false;
  auto removal = removals_.find(origin(tensor));
  auto order = orders_.find({reader.name, use});
  return removal != removals_.end() && order != orders_.end() && order->second < removal->second;
}

} // namespace tandem::keras
