// Layers over sequences: https://keras.io/api/layers/recurrent_layers/
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/keras/recurrent.h"

#include <list>
#include <set>

using namespace mlir;

namespace tandem::keras {

RecurrentLayer::Function functionOf(Layer &layer, StringRef key) {
  return [&layer, activation = layer.find(key)](MaybeValue x) {
    return applyActivation(layer, x, activation);
  };
}

LogicalResult checkForm(Layer &layer) {
  for (StringRef flag : {"stateful", "time_major"})
    if (layer.flag(flag, false))
      return layer.unsupported("'" + flag + "'");
  return failure(layer.failed());
}

FailureOr<Values> sequenceAndStates(Layer &layer, size_t states, size_t rank) {
  Values inputs(layer.inputs());
  if (const Json *first = layer.argument(0, "sequences")) {
    inputs = layer.tensorsIn(first);
    inputs.append(layer.tensorsIn(layer.argument(1, "initial_state")));
  }
  if (inputs.size() != layer.inputs().size() || (inputs.size() != 1 && inputs.size() != 1 + states))
    return layer.unsupported(Twine(layer.inputs().size()) +
                             " inputs, only a sequence and its first states are");
  ArrayRef<int64_t> shape = shapeOf(inputs.front());
  if (shape.size() != rank)
    return layer.invalid("has an input of shape " + shapeText(shape) + ", expected " + Twine(rank) +
                         " dimensions");
  if (shape[1] > kMostPlaces || shape[1] < 1)
    return layer.unsupported("a sequence of " + Twine(shape[1]));
  return inputs;
}

Results resultsOf(ArrayRef<MaybeValue> maybe) {
  Values values;
  for (MaybeValue value : maybe) {
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  return values;
}

namespace {
/// A layer's cell has "Cell" behind the name. The weights of its gates are side by side in the last
/// dimension of each: update, reset, candidate; or input, forget, cell, output.
struct Kind {
  StringLiteral name;
  int64_t gates;
  RecurrentLayer::Step step;
};
constexpr Kind kKinds[] = {{"SimpleRNN", 1, stepRnn}, {"GRU", 3, stepGru}, {"LSTM", 4, stepLstm}};

const Kind *kindOf(StringRef className) {
  (void)className.consume_back("Cell");
  const Kind *kind = llvm::find_if(kKinds, [&](const Kind &k) { return k.name == className; });
  return kind == std::end(kKinds) ? nullptr : kind;
}

/// A cell with its own configuration and weights, as a layer.
struct Cell {
  Cell(Layer &owner, LayerConfig given, LayerWeights weights)
      : config(std::move(given)), kind(kindOf(config.className)),
        layer(owner.state(), config, call, owner.inputs(), std::move(weights)) {}
  Cell(const Cell &) = delete; // `layer` looks into it

  LayerConfig config;
  LayerCall call;
  const Kind *kind;
  Layer layer;

  size_t stateCount() const { return kind->step == stepLstm ? 2 : 1; }
};
using Cells = std::list<Cell>;

bool isTrue(const Json &config, StringRef key, bool absent) {
  const Json *value = member(config, key);
  return value ? asBool(*value).value_or(absent) : absent;
}

/// The weights of cells one on another, by the cells' names.
FailureOr<std::vector<LayerWeights>> splitCells(Layer &layer, LayerWeights weights,
                                                ArrayRef<LayerConfig> cells) {
  WeightPaths paths("cells");
  std::vector<InnerLayer> inner;
  std::set<bool> frozen;
  for (const LayerConfig &cell : cells) {
    inner.push_back({{paths.of(cell.className)}, isTrue(cell.config, "use_bias", true) ? 3u : 2u});
    frozen.insert(!isTrue(cell.config, "trainable", true));
  }
  auto memberOf = [&](StringRef part) -> std::optional<size_t> {
    for (auto [index, cell] : llvm::enumerate(cells))
      if (part == stringMember(cell.config, "name"))
        return index;
    return std::nullopt;
  };
  llvm::Expected<std::vector<LayerWeights>> parts =
      weights.split(inner, memberOf, /*isInOrder=*/frozen.size() < 2);
  if (!parts)
    return layer.invalid(llvm::toString(parts.takeError()));
  return std::move(*parts);
}

/// The cell that a layer is itself, or that 'cell' describes, or several one on another.
LogicalResult readCells(Layer &layer, const Json &config, Cells &cells) {
  FailureOr<LayerWeights> weights = layer.weightsInside("cell");
  if (failed(weights))
    return failure();
  if (kindOf(layer.className())) {
    LayerConfig own;
    own.className = layer.className().str();
    own.name = layer.name().str();
    own.config = config;
    cells.emplace_back(layer, std::move(own), std::move(*weights));
    return success();
  }
  const Json *cell = layer.find("cell");
  const Json *inner = cell ? member(*cell, "config") : nullptr;
  const Json *stack = inner ? member(*inner, "cells") : nullptr;
  if (stack && isTrue(*inner, "reverse_state_order", false))
    return layer.unsupported("'reverse_state_order'");
  std::vector<LayerConfig> configs;
  for (const Json &each :
       stack && stack->is_array() ? *stack : Json::array({cell ? *cell : Json()})) {
    configs.push_back(layer.layerInside(&each));
    if (!kindOf(configs.back().className))
      return layer.unsupported("a cell of class '" + configs.back().className +
                               "', only LSTMCell, GRUCell and SimpleRNNCell are");
  }
  FailureOr<std::vector<LayerWeights>> parts = std::vector{*weights};
  if (stack)
    parts = splitCells(layer, std::move(*weights), configs);
  if (failed(parts))
    return failure();
  for (auto [one, own] : llvm::zip(configs, *parts))
    cells.emplace_back(layer, std::move(one), std::move(own));
  return cells.empty() ? layer.invalid("has no cells") : success();
}

/// The cell over a sequence [place, batch, width]. Of a GRU that resets after the product the state
/// has biases of its own.
FailureOr<RecurrentLayer> readCell(Cell &cell, MaybeValue sequence) {
  Layer &layer = cell.layer;
  int64_t gates = cell.kind->gates, units = layer.integer("units");
  RecurrentLayer recurrent;
  recurrent.step = cell.kind->step;
  recurrent.resetsAfterProduct = gates == 3 && layer.flag("reset_after", false);
  bool hasBias = layer.flag("use_bias", true);
  if (!layer.failed() && !layer.find("activation"))
    return layer.invalid("has no 'activation'");
  constexpr int64_t kMost = 1 << 24; // keeps products in range
  if (!layer.failed() && (units < 1 || units > kMost))
    return layer.invalid("'units' is " + Twine(units));
  if (layer.failed() || failed(sequence))
    return failure();
  recurrent.width = units;
  recurrent.candidate = recurrent.output = functionOf(layer, "activation");
  recurrent.gate = functionOf(layer, "recurrent_activation");
  int64_t all = gates * units;
  MaybeValue kernel = layer.weight(0, "kernel", {shapeOf(*sequence)[2], all}, {1, 0});
  recurrent.recurrent = layer.weight(1, "recurrent kernel", {units, all}, {1, 0});
  MaybeValue bias = Value();
  if (hasBias && !recurrent.resetsAfterProduct)
    bias = layer.weight(2, "bias", all);
  if (hasBias && recurrent.resetsAfterProduct) {
    FailureOr<std::vector<float>> both = layer.weightValues(2, "bias", {2, all});
    if (failed(both))
      return failure();
    std::vector<float> ofInput(both->begin(), both->begin() + all);
    for (int64_t i = 0; i < 2 * units; ++i) // the two gates add them up
      ofInput[i] += (*both)[all + i];
    bias = layer.constant(layer.elementType(), all, ofInput);
    recurrent.candidateBias =
        layer.constant(layer.elementType(), units, ArrayRef(*both).take_back(units));
  }
  recurrent.projected = multiplyRows(layer, sequence, kernel, bias);
  return recurrent;
}

/// The mask of the sequence. Keras 3 hands none on by itself to a call that has first states, too.
mlir::Value sequenceMask(Layer &layer) {
  bool isSeen = layer.kerasMajor() < 3 || layer.inputs().size() == 1 || layer.isMaskGiven();
  return isSeen ? layer.mask(0) : mlir::Value();
}

/// The places of the sequence that count, [place, batch, 1]; null: all do.
MaybeValue countsOf(Layer &layer, mlir::Value sequence, mlir::Value mask) {
  if (!mask)
    return mask;
  ArrayRef<int64_t> shape = shapeOf(sequence);
  if (shapeOf(mask) != shape.take_front(2))
    return layer.unsupported("a mask of shape " + shapeText(shapeOf(mask)) +
                             " for an input of shape " + shapeText(shape));
  return layer.reshape(layer.transpose(mask, {1, 0}), {shape[1], shape[0], 1});
}

/// Runs a layer over its sequence.
Direction run(Layer &layer, const Json &config, bool keepsPlaces, mlir::Value mask) {
  Direction direction;
  Cells cells;
  if (failed(checkForm(layer)) || failed(readCells(layer, config, cells)))
    return direction;
  size_t states = 0;
  for (const Cell &cell : cells)
    states += cell.stateCount();
  FailureOr<Values> inputs = sequenceAndStates(layer, states, /*rank=*/3);
  if (failed(inputs))
    return direction;
  bool isReversed = layer.flag("go_backwards", false);
  int64_t batch = shapeOf(inputs->front())[0];
  // Bidirectional sets the flag itself, whatever the layer was made with.
  bool givesZeros = layer.flag(keepsPlaces ? "return_sequences" : "zero_output_for_mask", false);
  MaybeValue counts = countsOf(layer, inputs->front(), mask);
  MaybeValue sequence = layer.transpose(inputs->front(), {1, 0, 2});
  ArrayRef<mlir::Value> given = ArrayRef<mlir::Value>(*inputs).drop_front();
  SmallVector<MaybeValue> places;
  for (Cell &cell : cells) {
    FailureOr<RecurrentLayer> recurrent = readCell(cell, sequence);
    if (failed(recurrent))
      return direction;
    auto firstState = [&]() -> MaybeValue {
      if (given.empty())
        return layer.fill(layer.builder().getF32Type(), {batch, recurrent->width}, 0);
      mlir::Value state = given.front();
      given = given.drop_front();
      return state;
    };
    recurrent->isReversed = isReversed;
    recurrent->counts = counts;
    recurrent->repeatsResults = !givesZeros;
    recurrent->state = firstState();
    if (cell.stateCount() == 2)
      recurrent->cell = firstState();
    places = runRecurrent(layer, *recurrent);
    direction.states.push_back(recurrent->state);
    direction.result = isReversed ? places.front() : places.back();
    if (cell.stateCount() == 2)
      direction.states.push_back(recurrent->cell);
    if (&cell != &cells.back())
      sequence = stackAlong(layer, places, 0);
  }
  if (layer.flag("return_sequences", false)) {
    if (isReversed && !keepsPlaces)
      std::reverse(places.begin(), places.end());
    direction.result = stackAlong(layer, places, 1);
  }
  return direction;
}

/// LSTM, GRU, SimpleRNN, and RNN of their cells.
Results importRecurrent(Layer &layer) {
  Direction direction = run(layer, layer.config(), /*keepsPlaces=*/false, sequenceMask(layer));
  if (failed(direction.result))
    return failure();
  SmallVector<MaybeValue> results = {direction.result};
  if (layer.flag("return_state", false))
    results.append(direction.states);
  return resultsOf(results);
}

/// The weights of both sides of a Bidirectional layer, which Keras calls "forward_lstm" and
/// "backward_lstm". Keras 3 leaves a backward layer of its own the name that it has.
FailureOr<std::vector<LayerWeights>> splitSides(Layer &layer) {
  auto nameOf = [&](StringRef key) {
    const Json *json = layer.kerasMajor() >= 3 ? layer.find(key) : nullptr;
    const Json *config = json ? member(*json, "config") : nullptr;
    return config ? stringMember(*config, "name") : "";
  };
  StringRef forward = nameOf("layer"), backward = nameOf("backward_layer");
  auto memberOf = [&](StringRef part) -> std::optional<size_t> {
    if (!part.empty() && (part == forward || part == backward))
      return part == forward ? 0 : 1;
    if (part.starts_with("forward_") || part.starts_with("backward_"))
      return part.starts_with("forward_") ? 0 : 1;
    return std::nullopt;
  };
  return layer.splitWeights({{{"forward_layer"}}, {{"backward_layer"}}}, memberOf,
                            /*isInOrder=*/false);
}

/// One side of a Bidirectional layer: its half of the first states.
Direction runSide(Layer &layer, const Json *json, bool isBackward) {
  LayerConfig config = layer.layerInside(json);
  bool isConvolutional = StringRef(config.className).starts_with("ConvLSTM");
  if (!kindOf(config.className) && config.className != "RNN" && !isConvolutional) {
    (void)layer.unsupported("of a layer of class '" + config.className +
                            "', only LSTM, GRU, SimpleRNN, RNN and ConvLSTM are");
    return {};
  }
  if (isBackward && !layer.find("backward_layer")) // it is made of the other
    config.config["go_backwards"] = !isTrue(config.config, "go_backwards", false);
  FailureOr<std::vector<LayerWeights>> sides = splitSides(layer);
  if (failed(sides))
    return {};
  Values inputs(layer.inputs());
  if (const Json *first = layer.argument(0, "sequences")) {
    inputs = layer.tensorsIn(first);
    inputs.append(layer.tensorsIn(layer.argument(1, "initial_state")));
  }
  size_t states = (inputs.size() - 1) / 2;
  Values own = {inputs.front()};
  own.append(inputs.begin() + 1 + (isBackward ? states : 0),
             inputs.begin() + 1 + (isBackward ? 2 * states : states));
  const LayerCall noArguments;
  Layer side(layer.state(), config, noArguments, own, std::move((*sides)[isBackward]),
             sequenceMask(layer));
  return isConvolutional ? runConvLstm(side, config.config, /*keepsPlaces=*/true)
                         : run(side, config.config, /*keepsPlaces=*/true, side.mask(0));
}

/// Bidirectional: https://keras.io/api/layers/recurrent_layers/bidirectional/
Results importBidirectional(Layer &layer) {
  const Json *forward = layer.find("layer"), *backward = layer.find("backward_layer");
  const Json *config = forward ? member(*forward, "config") : nullptr;
  StringRef mode = layer.string("merge_mode", "");
  if (layer.failed())
    return failure();
  Direction there = runSide(layer, forward, false);
  Direction back =
      failed(there.result) ? Direction() : runSide(layer, backward ? backward : forward, true);
  if (failed(back.result))
    return failure();
  SmallVector<MaybeValue> results;
  if (mode == "concat") {
    auto last = static_cast<int64_t>(shapeOf(*there.result).size()) - 1;
    results.push_back(concatAlong(layer, {*there.result, *back.result}, last));
  } else if (mode == "sum" || mode == "ave") {
    results.push_back(
        layer.multiply(layer.add(there.result, back.result), mode == "ave" ? 0.5 : 1));
  } else if (mode == "mul") {
    results.push_back(layer.multiply(there.result, back.result));
  } else if (mode.empty()) { // None: both
    results.append({there.result, back.result});
  } else {
    return layer.invalid("'merge_mode' is '" + mode + "'");
  }
  if (isTrue(*config, "return_state", false)) {
    results.append(there.states);
    results.append(back.states);
  }
  return resultsOf(results);
}
} // namespace

void registerRecurrent(LayerTable &table) {
  for (StringRef name : {"SimpleRNN", "GRU", "LSTM", "RNN"})
    table.addMany(name, importRecurrent);
  table.addMany("Bidirectional", importBidirectional);
}

} // namespace tandem::keras
